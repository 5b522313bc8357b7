"""The files of a record: a page with YAML as front matter, and its side tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from pfocr2rdf.derived.records.fields import WrittenRecord

_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _TextDumper(_BaseDumper):  # type: ignore[misc] # its base is chosen at run time
    """Writes scalars so that they are read as the same text: what is no letter, mark or blank is escaped in double quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        """Values that are the same object are written each time: records have no anchors."""
        return True


def _represent_text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_TextDumper.add_representer(str, _represent_text)


def record_files(record: WrittenRecord, stem: str) -> Iterator[tuple[str, bytes]]:
    """The files of a record by their names in a checkout: the page has the ``stem``, tables the figid, by which they are looked up."""
    text = yaml.dump(record.fields, Dumper=_TextDumper, allow_unicode=True, sort_keys=False, width=80)
    yield f"_figures/{stem}.md", f"---\n{text}---\n".encode()
    for name, table in record.tables.items():
        yield f"_data/{record.figid}-{name}.tsv", "".join("\t".join(row) + "\n" for row in table).encode()
