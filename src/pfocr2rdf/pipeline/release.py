"""The publisher's metadata of a release, and the settings file that has them."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from pfocr2rdf.errors import OptionError, describe_os_error
from pfocr2rdf.pipeline.licenses import LICENSES
from pfocr2rdf.rdf.iris import WIKIPATHWAYS_IRI, is_absolute_iri
from pfocr2rdf.storage.path_kinds import describe_missing_path
from pfocr2rdf.storage.regular_files import read_file_or_pipe
from pfocr2rdf.storage.urls import redact_text

_MAX_SETTINGS_BYTES = 1 << 16
_ORCID_URL = "https://orcid.org/"
_match_doi = re.compile(
    r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}(?:\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+)", re.IGNORECASE
).fullmatch
_match_zenodo_doi = re.compile(r"10\.5281/zenodo\.\d+", re.IGNORECASE).fullmatch
_match_orcid = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])").fullmatch
_match_email = re.compile(r"[^@\s<>\"?&:/\\]+@[^@\s<>\"?&:/\\]+\.[^@\s<>\"?&:/\\]+").fullmatch
find_control_character = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]").search
_NULL_TAG = "tag:yaml.org,2002:null"


class Creator(NamedTuple):
    """A person or an organization that made the dataset, by its IRI: an ORCID iD, or a page. Parts of a name are never guessed."""

    iri: str
    name: str
    given_name: str = ""
    family_name: str = ""
    affiliation: str = ""

    @property
    def orcid(self) -> str:
        """The ORCID iD as a URL, or ``""``."""
        return self.iri if self.iri.startswith(_ORCID_URL) else ""


class Release(NamedTuple):
    """The publisher's metadata of a release; unknown values are ``""``.

    Attributes:
        name: the version, such as ``2025-01``.
        issued: the date (``YYYY-MM-DD``).
        creators: the creators of the dataset.
        contact: the name of the contact point.
        email: the e-mail address of the contact point.
        contact_page: the web page of the contact point.
        homepage: the home page of the dataset.
        downloads: the URL of the folder where the files of the graph are published.
        title: the title of the dataset.
        description: what the dataset is about.
        keywords: words to find the dataset by.
        license: a key of ``LICENSES``.
        doi: the DOI of this release, such as ``10.5281/zenodo.1234``.
    """

    name: str = ""
    issued: str = ""
    creators: tuple[Creator, ...] = (Creator(WIKIPATHWAYS_IRI, "WikiPathways"),)
    contact: str = "PFOCR"
    email: str = ""
    contact_page: str = WIKIPATHWAYS_IRI
    homepage: str = "https://pfocr.wikipathways.org/"
    downloads: str = ""
    title: str = "Pathway Figure OCR (PFOCR)"
    description: str = "Genes, chemicals and diseases read by OCR in pathway figures of the literature."
    keywords: tuple[str, ...] = ("pathway", "pathway figure", "gene", "chemical", "disease", "OCR", "text mining")
    license: str = "CC0-1.0"
    doi: str = ""


_SETTING_FIELDS = {
    "version": "name", "issued": "issued", "contact": "contact", "email": "email", "contact-page": "contact_page", "homepage": "homepage",
    "downloads": "downloads", "title": "title", "description": "description", "license": "license", "doi": "doi",
}  # fmt: skip
_CREATOR_FIELDS = {"given-name": "given_name", "family-name": "family_name", "affiliation": "affiliation"}
_PAGES = ("contact-page", "homepage", "downloads")


def read_release(path: str | os.PathLike[str]) -> Release:
    """Read a settings file, in YAML; ``OptionError`` names the line of what is wrong in it.

    Raises:
        OptionError: it cannot be read, a key is not known, or a value is not what the key stands for.
    """
    file = Path(path)
    try:
        data = read_file_or_pipe(file, _MAX_SETTINGS_BYTES + 1)
        if len(data) > _MAX_SETTINGS_BYTES:
            raise OptionError(f"{file}: is not a settings file, because it has more than {_MAX_SETTINGS_BYTES:,} bytes; check the path")
        root = yaml.compose(data.decode(), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise OptionError(describe_missing_path(file)) from None
    except OSError as error:
        raise OptionError(f"{file}: cannot be read: {describe_os_error(error)}") from None
    except UnicodeDecodeError:
        raise OptionError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except yaml.reader.ReaderError as error:
        line_number = data.decode()[: error.position].count("\n") + 1
        wrong = f"has the control character U+{error.character:04X}"
        raise OptionError(f"{file}:{line_number}: {wrong}; remove it") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        reason = f" ({error.problem})" if isinstance(error, yaml.MarkedYAMLError) and error.problem else ""
        raise OptionError(f"{file}{line}: is not valid YAML{reason}; write one 'key: value' a line") from None
    return _SettingsReader(file).read(root) if root else Release()


class _SettingsReader:
    """Reads settings from the nodes of a YAML document, which know their lines. Values are text, regardless of YAML's types."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, root: yaml.Node) -> Release:
        values: dict[str, Any] = {}
        for key, node in self._mapping(root, (*_SETTING_FIELDS, "creators", "keywords")).items():
            if key == "creators":
                values[key] = self._creators(node)
            elif key == "keywords":
                values[key] = self._keywords(node)
            else:
                values[_SETTING_FIELDS[key]] = self._check(key, self._text(key, node), node)
        return Release(**values)

    def _keywords(self, node: yaml.Node) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._error(node, "keywords: must be a list", "write '- keyword' for each of them")
        keywords: dict[str, None] = {}
        for item in node.value:
            keyword = self._text("keywords", item)
            if keyword in keywords:
                raise self._error(item, f"keywords: {keyword!r} is there twice", "remove one of them")
            keywords[keyword] = None
        return tuple(keywords)

    def _creators(self, node: yaml.Node) -> tuple[Creator, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._error(node, "creators: must be a list", "write '- orcid: ...' and 'name: ...' for each of them")
        creators: dict[str, Creator] = {}
        for item in node.value:
            creator = self._creator(item)
            if creator.iri in creators:
                raise self._error(item, f"creators: {creator.iri} is there twice", "remove one of them")
            creators[creator.iri] = creator
        return tuple(creators.values())

    def _creator(self, node: yaml.Node) -> Creator:
        nodes = self._mapping(node, ("orcid", "page", "name", *_CREATOR_FIELDS))
        values = {key: self._text(key, value) for key, value in nodes.items()}
        if not values.get("name") or not ("orcid" in values) ^ ("page" in values):
            raise self._error(node, "a creator has a name, and either an orcid or a page", "give it what is missing")
        if "given-name" in values and "family-name" not in values:
            raise self._error(nodes["given-name"], "a creator with a given-name has a family-name", "add it, or remove the given-name")
        details = {field: values.get(key, "") for key, field in _CREATOR_FIELDS.items()}
        if "page" in values:
            return Creator(self._check_url("page", values["page"], nodes["page"]), values["name"], **details)
        match = _match_orcid(values["orcid"])
        if not match or orcid_check_character(match[1]) != match[1][-1]:
            reason = "its check character is wrong" if match else "it has four groups of four digits"
            wrong = f"orcid: {values['orcid']!r} is not a valid ORCID iD: {reason}"
            raise self._error(nodes["orcid"], wrong, "copy it from the person's page at orcid.org")
        return Creator(f"{_ORCID_URL}{match[1]}", values["name"], **details)

    def _check(self, key: str, value: str, node: yaml.Node) -> str:
        if key in _PAGES:
            return self._check_url(key, value, node)
        if key == "email":
            value = value.removeprefix("mailto:")
            if not _match_email(value):
                raise self._error(node, f"email: {value!r} is not a valid e-mail address", "write it as name@example.org")
        if key == "doi":
            return self._check_doi(value, node)
        if key == "license" and value not in LICENSES:
            raise self._error(
                node, f"license: {value!r} is not the SPDX identifier of a license for data", f"choose from {', '.join(LICENSES)}"
            )
        if key == "issued":
            try:
                return parse_date(value)
            except ValueError as error:
                raise self._error(node, f"issued: {error}", "write it as YYYY-MM-DD") from None
        return value

    def _check_doi(self, value: str, node: yaml.Node) -> str:
        try:
            return normalize_doi(value)
        except ValueError as error:
            raise self._error(node, f"doi: {error}", "remove the line until you have reserved a DOI") from None

    def _check_url(self, key: str, value: str, node: yaml.Node) -> str:
        try:
            parts = urlsplit(value)
            host, has_user = parts.hostname, parts.username is not None
            _ = parts.port  # which is only read, and checked, here
        except ValueError:
            raise self._error(node, f"{key}: {value!r} is not a valid URL", "write it as https://example.org/page") from None
        if has_user or redact_text(value) != value:
            wrong = f"{key}: {redact_text(value)} has a user name, password or token, which would be published"
            raise self._error(node, wrong, "remove it")
        if parts.scheme not in ("https", "http"):
            raise self._error(node, f"{key}: {value!r} is not a valid URL of a page", "begin it with https://")
        if not host or not is_absolute_iri(value):
            reason = "it has a space or another character that must be percent-encoded" if host else "it has no host"
            raise self._error(node, f"{key}: {value!r} is not a valid URL: {reason}", "write it as https://example.org/page")
        if key == "downloads" and (parts.query or parts.fragment or value[-1] in "?#"):
            wrong = f"{key}: {value!r} is not the URL of a folder: it has a query or a fragment"
            raise self._error(node, wrong, "name the folder; names of files are appended to it")
        return value

    def _mapping(self, node: yaml.Node, keys: tuple[str, ...]) -> Mapping[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "must be keys with values", "write one 'key: value' a line")
        nodes: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value
            if not isinstance(key, str) or key not in keys:
                shown = repr(key) if isinstance(key, str) else "a list or a mapping"
                raise self._error(key_node, f"{shown} is not a valid key", f"choose from {', '.join(keys)}")
            if key in nodes:
                raise self._error(key_node, f"{key!r} is there twice", "remove one of them")
            nodes[key] = value
        return nodes

    def _text(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, f"{key}: must be text", f"write '{key}: ...' on one line")
        if node.tag == _NULL_TAG or not node.value.strip():
            raise self._error(node, f"{key}: has no value", f"write '{key}: ...', or remove the line")
        if match := find_control_character(node.value.strip()):
            wrong = f"{key}: has the control character U+{ord(match[0]):04X}" if match[0] != "\n" else f"{key}: has more than one line"
            raise self._error(node, wrong, "remove it" if match[0] != "\n" else "write it on one line")
        return str(node.value).strip()

    def _error(self, node: yaml.Node, reason: str, remedy: str) -> OptionError:
        return OptionError(f"{self._path}:{node.start_mark.line + 1}: {reason}; {remedy}")


def parse_date(text: str) -> str:
    """A calendar date (``YYYY-MM-DD``); ``ValueError`` for anything else, such as a week or a day without zeros.

    >>> parse_date("2025-01-31")
    '2025-01-31'
    """
    try:
        if datetime.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a valid date")


def normalize_doi(text: str) -> str:
    """A DOI without the URL of a resolver; ``ValueError`` for anything else, such as a placeholder.

    >>> normalize_doi("https://doi.org/10.5281/zenodo.1234")
    '10.5281/zenodo.1234'
    """
    match = _match_doi(text)
    if not match:
        raise ValueError(f"{text!r} is not a valid DOI")
    doi = match[1]
    if doi.lower().startswith("10.5281/") and not _match_zenodo_doi(doi):
        raise ValueError(f"{text!r} is not a DOI of Zenodo, which ends in a number")
    return doi


def orcid_check_character(orcid: str) -> str:
    """The last character that an ORCID iD must have (ISO 7064, MOD 11-2).

    >>> orcid_check_character("0000-0002-1825-0097")
    '7'
    """
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)
