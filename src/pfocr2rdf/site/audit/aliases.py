"""Checks of old addresses: a sample of a site's aliases lead to their figures."""

from __future__ import annotations

import random
from collections.abc import Iterator
from html import escape
from urllib.parse import unquote

from pfocr2rdf.rdf.iris import alias_fault
from pfocr2rdf.site.audit.client import AuditClient, HttpResponse, printable_excerpt
from pfocr2rdf.site.audit.findings import REPUBLISH_REMEDY, Finding
from pfocr2rdf.site.pages.urls import ALIASED_TYPE, HTML, PageAddress, address_from_path
from pfocr2rdf.storage.layout import ALIAS_COLUMNS, ALIASES_FILE

_MAX_TABLE_BYTES = 64 << 20
_ADDRESS_REMEDY = f"{REPUBLISH_REMEDY}; see hosting/README.md"


class AliasSample:
    """The aliases that a site lists, and a sample of them; ``note`` is for a site without any."""

    def __init__(self, client: AuditClient, size: int) -> None:
        self._client = client
        self.note = ""
        self.findings: list[Finding] = []
        targets = self._read_table()
        names = sorted(targets)
        self._targets = {alias: targets[alias] for alias in random.Random(0).sample(names, min(size, len(names)))}  # noqa: S311 - no secret

    def _read_table(self) -> dict[str, list[PageAddress]]:
        response = self._client.follow(self._client.url + ALIASES_FILE, max_bytes=_MAX_TABLE_BYTES)
        lines = response.body.decode("utf-8", "replace").removesuffix("\n").split("\n")  # an alias may have line separators of Unicode
        header, *rows = [line.rstrip("\r").split("\t") for line in lines]
        targets: dict[str, list[PageAddress]] = {}
        if response.status == 404:
            self.note = f"there is no {ALIASES_FILE}, so no alias URLs were requested"
        elif response.fault or response.status != 200:
            self.findings.append(Finding(response.url, "", response.outcome, REPUBLISH_REMEDY))
        elif header != list(ALIAS_COLUMNS):
            self.findings.append(Finding(response.url, "", "is not a table of aliases", REPUBLISH_REMEDY))
        else:
            for row in rows:
                address = address_from_path(f"{ALIASED_TYPE.folder}/{row[1]}") if len(row) == len(header) else None
                if address is None or address.iri != row[2] or alias_fault(row[0]):
                    wrong = f"has a line that is not an alias of a figure: {printable_excerpt(' '.join(row))}"
                    self.findings.append(Finding(response.url, "", wrong, REPUBLISH_REMEDY))
                    break
                targets.setdefault(row[0], []).append(address)
            else:
                self.note = "" if rows else f"{ALIASES_FILE} lists none, so no alias URLs were requested"
        return targets

    def check(self, negotiates: bool) -> Iterator[Finding]:
        """Check that each address leads to its figures: with ``.html``, and without where the site does content negotiation."""
        for alias, addresses in self._targets.items():
            old = PageAddress(ALIASED_TYPE, alias)
            for url in (old.url(HTML), *([old.url()] if negotiates else [])):
                response = self._client.follow(self._client.url + url, HTML.media_type)
                if response.fault or response.status != 200:
                    yield Finding(self._client.url + url, "", response.outcome, _ADDRESS_REMEDY)
                elif not self._leads_to(response, addresses):
                    figures = ", ".join(printable_excerpt(address.name) for address in addresses[:3])
                    wrong = f"redirects to {printable_excerpt(response.url)}, but should redirect to {figures}"
                    yield Finding(self._client.url + url, "", wrong, _ADDRESS_REMEDY)

    def _leads_to(self, response: HttpResponse, addresses: list[PageAddress]) -> bool:
        """Whether this is the figure's page, or a page that names it as the canonical one; or one that links to several figures."""
        body = response.body.decode("utf-8", "replace")
        variants = [(address, address._replace(has_portable_path=True)) for address in addresses]
        if len(addresses) > 1:
            return all(any(f'{escape(address.url(HTML))}"' in body for address in pair) for pair in variants)
        page = unquote(response.url).removesuffix(HTML.suffix).removeprefix(unquote(self._client.url))
        return page in [address.path for address in variants[0]] or f'<link rel="canonical" href="{escape(addresses[0].iri)}">' in body
