"""The files of a record: a page with YAML as front matter, and its side tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from pfocr2rdf.derived.records.fields import WrittenRecord


def text_dumper(base: Any) -> Any:
    """A YAML dumper whose scalars are read as the same text, on top of one of PyYAML's.

    Text with other characters than letters, marks and blanks is in double quotes: PyYAML's dumper in Python leaves U+0085 in single quotes,
    where it ends a line.
    """

    class TextDumper(base):  # type: ignore[misc] # its base is an argument
        def ignore_aliases(self, data: Any) -> bool:
            """Values that are the same object are written each time: records have no anchors."""
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')

    TextDumper.add_representer(str, represent_text)
    return TextDumper


_DUMPER = text_dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))


def record_files(record: WrittenRecord, stem: str) -> Iterator[tuple[str, bytes]]:
    """The files of a record by their names in a checkout: the page has the ``stem``, tables the figid, by which they are looked up."""
    text = yaml.dump(record.fields, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=80)
    yield f"_figures/{stem}.md", f"---\n{text}---\n".encode()
    for name, table in record.tables.items():
        yield f"_data/{record.figid}-{name}.tsv", "".join("\t".join(row) + "\n" for row in table).encode()
