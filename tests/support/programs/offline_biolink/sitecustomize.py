"""What Python imports at its start where this folder is in PYTHONPATH: ``kgx`` then reads the Biolink Model from an installed package.

``kgx`` downloads the model and its prefixes from GitHub whenever it starts. Here the files of the package biolink-model answer, in its
version, whatever release ``kgx`` asks for. Its mapping of old predicates is not in the package: it is empty here.
"""

import importlib.util
import json
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import requests

_PACKAGE = Path(importlib.util.find_spec("biolink_model").submodule_search_locations[0])
_FILES = {
    "biolink-model.yaml": "schema/biolink_model.yaml",
    "attributes.yaml": "schema/attributes.yaml",
    "context.jsonld": "prefixmaps/biolink-model-prefix-map.json",
}
_open = urllib.request.urlopen


def _path(url):
    assert "/biolink/biolink-model/" in url, f"{url} is fetched"
    return _PACKAGE / _FILES[url.rpartition("/")[2]]


def _urlopen(request, *args, **options):
    url = getattr(request, "full_url", request)
    return _open(url if url.startswith("file:") else _path(url).as_uri())


def _get(url, *args, **options):
    text = "predicate mappings: []" if url.endswith("predicate_mapping.yaml") else _path(url).read_text(encoding="utf-8")
    return SimpleNamespace(text=text, json=lambda: {"@context": json.loads(text)}, raise_for_status=lambda: None)


urllib.request.urlopen = _urlopen
requests.get = _get
