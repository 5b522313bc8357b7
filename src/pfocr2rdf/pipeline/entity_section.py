"""The entities in a graph file, behind the records: written in batches, and copied one by one from the file of a previous export."""

from __future__ import annotations

from pfocr2rdf.pipeline.entities import ENTITY_BATCH_SIZE
from pfocr2rdf.pipeline.fragment_reader import FragmentReader
from pfocr2rdf.pipeline.graph_file import GraphFileWriter
from pfocr2rdf.rdf.iris import DATASET_IRI


class EntitySectionWriter:
    """Writes the entities of one format, sorted: ``add`` a text, or ``copy`` the next one of the previous file, or ``skip`` that.

    Texts that stand side by side in both files are copied at once. ``offset`` is where the section of the previous file begins.
    """

    def __init__(self, file: GraphFileWriter, reader: FragmentReader, offset: int) -> None:
        self._file, self._reader = file, reader
        begin, end = (text.encode() for text in file.serializer.batch_delimiters(DATASET_IRI))
        self._begin, self._end = begin, end
        self._gaps = (file.serializer.resource_separator.encode(), end + file.separator + begin)  # within a batch, and between two
        self.offset = 0  # where the section begins
        self._count = self._previous_count = 0
        self._previous_position = offset + len(begin)  # of the next text there
        self._pending = (0, 0)  # the range of the previous file that comes next

    def _gap(self, count: int) -> bytes:
        """The bytes before a text that has this number of predecessors."""
        return self._gaps[not count % ENTITY_BATCH_SIZE]

    def add(self, text: bytes) -> None:
        """Write the text of an entity."""
        self._flush()
        self._begin_text()
        self._file.write(text)

    def _begin_text(self) -> None:
        if not self._count:
            self.offset = self._file.begin()
        self._file.write(self._gap(self._count) if self._count else self._begin)
        self._count += 1

    def copy(self, size: int) -> None:
        """Copy the next entity of the previous file, which has this number of bytes."""
        begin, gap = self._previous_position, self._gap(self._count)
        first, last = self._pending
        if last and begin - len(gap) == last and gap == self._gap(self._previous_count):
            self._count += 1
        else:
            self._flush()
            self._begin_text()
            first = begin
        self._pending = (first, begin + size)
        self.skip(size)

    def skip(self, size: int) -> None:
        """Leave out the next entity of the previous file."""
        self._previous_count += 1
        self._previous_position += size + len(self._gap(self._previous_count))

    def _flush(self) -> None:
        begin, end = self._pending
        if end:
            self._file.copy(self._reader, begin, end)
            self._pending = (0, 0)

    def finish(self) -> None:
        """Write the end of the last batch."""
        self._flush()
        if self._count:
            self._file.write(self._end)
