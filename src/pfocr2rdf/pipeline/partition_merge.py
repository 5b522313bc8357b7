"""Merges the part files of one format into one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.storage.compression import decompress, suffix_for
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo
from pfocr2rdf.storage.filesystem import Storage


def merge_partitions(storage: Storage, files: Iterable[FileInfo], serializer: Serializer, compress: str | None) -> FileInfo:
    """Merge the parts of one format among all graph files, and the entities behind them, to one file, which is compressed as they are."""
    suffix = serializer.suffix + suffix_for(compress)
    names = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    header, footer, separator = (text.encode() for text in (serializer.header(), serializer.footer(), serializer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(header)
        is_empty = True
        for name in sorted(names, key=lambda name: (not name.startswith("part-"), name)):
            for index, chunk in enumerate(_read_body(storage, name, len(header), len(footer))):
                merged.stream.write(chunk if index or is_empty else separator + chunk)
                is_empty = False
        merged.stream.write(footer)
    return merged.info


def _read_body(storage: Storage, name: str, header_bytes: int, footer_bytes: int) -> Iterator[bytes]:
    """The bytes between header and footer of a part, in chunks that are not empty."""
    with storage.open(name) as file:
        stream = decompress(f".{name.rpartition('.')[2]}", file)
        stream.read(header_bytes)
        pending = b""
        while data := stream.read(BUFFER_BYTES):
            pending += data
            if len(pending) > footer_bytes:
                yield pending[: len(pending) - footer_bytes]
                pending = pending[len(pending) - footer_bytes :]
