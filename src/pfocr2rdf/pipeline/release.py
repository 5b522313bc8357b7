"""The publisher's metadata of a release, and the settings file that has them."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.iris import WIKIPATHWAYS_IRI, is_absolute_iri
from pfocr2rdf.storage.regular_files import read_file_or_pipe

_MAX_SETTINGS_BYTES = 1 << 16
_match_orcid = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])").fullmatch
_match_email = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+").fullmatch


class Creator(NamedTuple):
    """A person or an organization that made the dataset, by its IRI: an ORCID iD, or a page."""

    iri: str
    name: str


class Release(NamedTuple):
    """The publisher's metadata of a release; what is not known is ``""``.

    Attributes:
        name: the version, such as ``2025-01``.
        issued: the date (``YYYY-MM-DD``).
        creators: those that made the dataset.
        contact: the name of the contact point.
        email: the e-mail address of the contact point.
        contact_page: its page.
        homepage: the home page of the dataset.
        downloads: the URL of the folder where the files of the graph are published.
    """

    name: str = ""
    issued: str = ""
    creators: tuple[Creator, ...] = (Creator(WIKIPATHWAYS_IRI, "WikiPathways"),)
    contact: str = "PFOCR"
    email: str = ""
    contact_page: str = WIKIPATHWAYS_IRI
    homepage: str = "https://pfocr.wikipathways.org/"
    downloads: str = ""


_SETTING_FIELDS = {
    "version": "name", "issued": "issued", "contact": "contact", "email": "email", "contact-page": "contact_page", "homepage": "homepage",
    "downloads": "downloads",
}  # fmt: skip
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
            raise OptionError(f"{file}: has more than {_MAX_SETTINGS_BYTES:,} bytes; it is no settings file")
        root = yaml.compose(data.decode(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise OptionError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise OptionError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise OptionError(f"{file}{f':{mark.line + 1}' if mark else ''}: is no YAML; write one 'key: value' a line") from None
    return _SettingsReader(file).read(root) if root else Release()


class _SettingsReader:
    """Reads settings from the nodes of a YAML document, which know their lines. Values are text, whatever YAML's types are."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, root: yaml.Node) -> Release:
        values: dict[str, Any] = {}
        creators: tuple[Creator, ...] = ()
        for key, node in self._mapping(root, (*_SETTING_FIELDS, "creators")).items():
            if key == "creators":
                creators = self._creators(node)
            else:
                values[_SETTING_FIELDS[key]] = self._check(key, self._text(key, node), node)
        release = Release(**values)
        return release._replace(creators=creators) if creators else release

    def _creators(self, node: yaml.Node) -> tuple[Creator, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._error(node, "creators: is no list", "write '- orcid: ...' and 'name: ...' for each of them")
        return tuple(map(self._creator, node.value))

    def _creator(self, node: yaml.Node) -> Creator:
        nodes = self._mapping(node, ("orcid", "page", "name"))
        values = {key: self._text(key, value) for key, value in nodes.items()}
        if not values.get("name") or not ("orcid" in values) ^ ("page" in values):
            raise self._error(node, "a creator has a name, and either an orcid or a page", "give it what is missing")
        if "page" in values:
            return Creator(self._check_url("page", values["page"], nodes["page"]), values["name"])
        match = _match_orcid(values["orcid"])
        if not match or orcid_check_character(match[1]) != match[1][-1]:
            raise self._error(nodes["orcid"], f"orcid: {values['orcid']!r} is no ORCID iD", "copy it from the person's page at orcid.org")
        return Creator(f"https://orcid.org/{match[1]}", values["name"])

    def _check(self, key: str, value: str, node: yaml.Node) -> str:
        if key in _PAGES:
            return self._check_url(key, value, node)
        if key == "email" and not _match_email(value):
            raise self._error(node, f"email: {value!r} is no e-mail address", "write name@example.org")
        if key == "issued":
            try:
                if datetime.date.fromisoformat(value).isoformat() != value:
                    raise ValueError
            except ValueError:
                raise self._error(node, f"issued: {value!r} is no date", "write it as YYYY-MM-DD") from None
        return value

    def _check_url(self, key: str, value: str, node: yaml.Node) -> str:
        if not value.startswith(("https://", "http://")) or not is_absolute_iri(value):
            raise self._error(node, f"{key}: {value!r} is no URL", "begin it with https://")
        return value

    def _mapping(self, node: yaml.Node, keys: tuple[str, ...]) -> Mapping[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "is no mapping", "write one 'key: value' a line")
        nodes: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value
            if not isinstance(key, str) or key not in keys:
                raise self._error(key_node, f"{key!r} is no key" if isinstance(key, str) else "is no key", f"choose from {', '.join(keys)}")
            if key in nodes:
                raise self._error(key_node, f"{key!r} is there twice", "remove one of them")
            nodes[key] = value
        return nodes

    def _text(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self._error(node, f"{key}: has no text", f"write '{key}: ...', or remove the line")
        return str(node.value).strip()

    def _error(self, node: yaml.Node, reason: str, remedy: str) -> OptionError:
        return OptionError(f"{self._path}:{node.start_mark.line + 1}: {reason}; {remedy}")


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
