"""Merges the part files of one format into one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.storage.compression import decompress, suffix_for
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo
from pfocr2rdf.storage.filesystem import Storage


def merge_partitions(storage: Storage, files: Iterable[FileInfo], serializer: Serializer, compress: str | None) -> FileInfo:
    """Merge parts of one format, and the entities behind them.

    Args:
        storage: where they are, and where the new file goes.
        files: all files of the export; those of other formats are passed over.
        serializer: that of the format.
        compress: how the parts are compressed, and the new file will be.

    Returns:
        The new file.
    """
    suffix = serializer.suffix + suffix_for(compress)
    parts = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    head, tail, separator = (text.encode() for text in (serializer.header(), serializer.footer(), serializer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(head)
        before, written = b"", False
        for name in sorted(parts, key=lambda name: (not name.startswith("part-"), name)):
            for piece in _read_body(storage, name, len(head), len(tail)):
                merged.stream.write(before + piece)
                before = b""
                written = True
            before = separator if written else b""
        merged.stream.write(tail)
    return merged.info


def _read_body(storage: Storage, name: str, header_bytes: int, footer_bytes: int) -> Iterator[bytes]:
    """What stands between the head and the tail of a part, in pieces that are not empty."""
    with storage.open(name) as file:
        stream = decompress(f".{name.rpartition('.')[2]}", file)
        stream.read(header_bytes)
        held = b""
        while data := stream.read(BUFFER_BYTES):
            held += data
            if len(held) > footer_bytes:
                yield held[: len(held) - footer_bytes]
                held = held[len(held) - footer_bytes :]
