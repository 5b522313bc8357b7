"""The parts of an export as one file, which is the very file that an export in one piece writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfocr2rdf import packed
from pfocr2rdf.sinks import Writer
from pfocr2rdf.sinks.output import Written, ending
from pfocr2rdf.storage import Storage

_STEP = 1 << 20


def merge(storage: Storage, files: Iterable[Written], writer: Writer, compress: str | None) -> Written:
    """Merge parts of one format, and the entities behind them.

    Args:
        storage: where they are, and where the new file goes.
        files: all files of the export; those of other formats are passed over.
        writer: that of the format.
        compress: how the parts are compressed, and the new file will be.

    Returns:
        The new file.
    """
    suffix = writer.suffix + ending(compress)
    parts = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    head, tail, separator = (text.encode() for text in (writer.head(), writer.tail(), writer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(head)
        before, written = b"", False
        for name in sorted(parts, key=lambda name: (not name.startswith("part-"), name)):
            for piece in _body(storage, name, len(head), len(tail)):
                merged.stream.write(before + piece)
                before = b""
                written = True
            before = separator if written else b""
        merged.stream.write(tail)
    return merged.written


def _body(storage: Storage, name: str, head: int, tail: int) -> Iterator[bytes]:
    """What stands between the head and the tail of a part, in pieces that are not empty."""
    with storage.open(name) as file:
        stream = packed.unpacked(f".{name.rpartition('.')[2]}", file)
        stream.read(head)
        held = b""
        while data := stream.read(_STEP):
            held += data
            if len(held) > tail:
                yield held[: len(held) - tail]
                held = held[len(held) - tail :]
