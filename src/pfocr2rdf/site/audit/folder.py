"""A site in a folder, answered for the audit as a plain web host answers: each file under its path, and nothing negotiated."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import httpx

from pfocr2rdf.errors import SourceError
from pfocr2rdf.site.hosting.files import CONTENT_TYPES
from pfocr2rdf.storage.layout import SITE_MANIFEST, is_own_manifest, read_manifest
from pfocr2rdf.storage.path_kinds import folder_kind

_CORS_HEADERS = {"Access-Control-Allow-Origin": "*"}  # what a host sends is no matter of the folder


def read_site_base(folder: Path) -> str:
    """The URL of the site in a folder; ``SourceError`` if there is no site."""
    base = read_manifest(folder / SITE_MANIFEST, lambda manifest: str(manifest["base"]) if is_own_manifest(manifest) else None)
    if base is None:
        kind = folder_kind(folder) or "a folder"
        raise SourceError(f"{folder}: is {kind}, not a site; name a folder that 'pfocr2rdf publish' wrote")
    return base


class FolderTransport(httpx.AsyncBaseTransport):
    """An HTTP transport that reads the files of a folder, also those that are there compressed only; it uses no network."""

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder
        self._base = base

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The file at the path of a request."""
        path = unquote(str(request.url).partition("?")[0].removeprefix(self._base))
        if not path or path.endswith("/"):
            path += "index.html"
        if ".." in path.split("/") or "\0" in path:
            return _not_found()
        headers = {**_CORS_HEADERS, "Content-Type": CONTENT_TYPES.get(Path(path).suffix, "application/octet-stream")}
        for name, coding in ((path, {}), (f"{path}.gz", {"Content-Encoding": "gzip"})):
            try:
                body = (self._folder / name).read_bytes()
            except OSError:
                continue
            return httpx.Response(200, headers={**headers, **coding}, stream=httpx.ByteStream(body))
        return _not_found()


def _not_found() -> httpx.Response:
    return httpx.Response(404, headers=_CORS_HEADERS, stream=httpx.ByteStream(b""))
