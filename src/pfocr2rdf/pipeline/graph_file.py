"""The graph file of one format: header, fragments of records, batches of entities, footer."""

from __future__ import annotations

from contextlib import ExitStack
from typing import BinaryIO

from pfocr2rdf.pipeline.fragment_reader import FragmentReader
from pfocr2rdf.pipeline.results import EXPORTED, BatchResult
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import BUFFER_BYTES


class GraphFileWriter:
    """Writes the graph file of one format, record by record; ``stack`` closes it."""

    def __init__(self, directory: ExportDirectory, serializer: Serializer, compress: str | None, stack: ExitStack) -> None:
        self.format_name, self.serializer = serializer.name, serializer
        self.separator = self.serializer.separator.encode()
        self.name = f"figures{self.serializer.suffix}{suffix_for(compress)}"
        self._file: BinaryIO = stack.enter_context(directory.open(self.name))
        self._compressed = compress is not None
        self._position, self._is_empty = 0, True
        self.write(self.serializer.header().encode())

    def append(self, fragment: bytes | memoryview) -> int:
        """Write the fragment of a record, or of several, and return its offset before compression."""
        offset = self.begin()
        self.write(fragment)
        return offset

    def begin(self) -> int:
        """Begin a fragment, behind a separator; its offset before compression."""
        if not self._is_empty:
            self.write(self.separator)
        self._is_empty = False
        return self._position

    def append_resources(self, resources: list[Resource], graph: str) -> tuple[int, list[int]]:
        """Write a batch of resources; its offset, and the bytes of each of them."""
        texts = self.serializer.serialize_each(resources, graph)
        begin, end = self.serializer.batch_delimiters(graph)
        offset = self.append(begin.encode() + self.serializer.resource_separator.encode().join(texts) + end.encode())
        return offset, list(map(len, texts))

    def copy(self, reader: FragmentReader, begin: int, end: int) -> None:
        """Write a range of the file of a previous export."""
        for position in range(begin, end, BUFFER_BYTES):
            self.write(reader.read(position, min(BUFFER_BYTES, end - position)))

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes."""
        self._file.write(data)
        self._position += len(data)

    def flush(self) -> None:
        """Hand over to the operating system what was written; not of a compressed file, whose bytes would differ then."""
        if not self._compressed:
            self._file.flush()

    def close(self) -> None:
        """Write the footer."""
        self._file.write(self.serializer.footer().encode())


def split_fragments(batch: BatchResult, graph_files: list[GraphFileWriter]) -> dict[int, list[memoryview]]:
    """The fragment of each exported record of a batch, in each format."""
    exported = [record for record in batch.record_results if record.status == EXPORTED]
    fragments: dict[int, list[memoryview]] = {record.number: [] for record in exported}
    for index, file in enumerate(graph_files):
        data, begin = memoryview(batch.take_fragment(file.format_name)), 0
        for record in exported:
            fragments[record.number].append(data[begin : begin + record.sizes[index]])
            begin += record.sizes[index] + len(file.separator)
    return fragments
