"""The streaming report writer: ``report.ttl`` and ``report.json`` of an export."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import ExitStack
from types import TracebackType
from typing import Any, BinaryIO

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.entities import Conflict
from pfocr2rdf.pipeline.results import RecordWarning
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.rdf.terms import lexical_form
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.layout import REPORT_FILE
from pfocr2rdf.validation.report import report_footer, report_header, result_to_json, serialize_result
from pfocr2rdf.validation.results import ValidationResult

REPORT_SECTIONS = ("results", "refusals", "warnings", "conflicts", "unlabelled", "quarantined")


class ReportWriter:
    """Writes the two files of a report. Rows of all sections come in any order; each section is a separate file until ``close``."""

    def __init__(self, output: ExportDirectory) -> None:
        self._output = output
        self._stack = ExitStack()
        self._turtle: BinaryIO = self._stack.enter_context(output.open("report.ttl"))
        self._turtle.write(report_header().encode())
        self._section_files = {name: (output.staging / f"report.{name}.part").open("w+b") for name in REPORT_SECTIONS}
        self.counts: Counter[str] = Counter()
        self.first_warnings: list[str] = []
        self.severities: Counter[str] = Counter()

    def __enter__(self) -> ReportWriter:
        return self

    def __exit__(self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for file in self._section_files.values():
            file.close()
        self._stack.close()

    def _write_row(self, section: str, row: dict[str, Any]) -> None:
        self.counts[section] += 1
        start = b",\n    " if self.counts[section] > 1 else b"\n    "
        self._section_files[section].write(start + json.dumps(row, ensure_ascii=False).encode())

    def add_result(self, result: ValidationResult) -> None:
        """Add a validation result."""
        self.severities[result.severity] += 1
        self._write_row("results", result_to_json(result))
        self._turtle.write(serialize_result(result, self.counts["results"]).encode())

    def add_refusal(self, error: RecordError) -> None:
        """Add a record or table that cannot be used."""
        row = {"source": error.source, "line": error.line, "field": error.field, "figid": error.figid}
        self._write_row("refusals", {**{key: value for key, value in row.items() if value}, "reason": error.reason, "remedy": error.remedy})

    def add_warning(self, warning: RecordWarning) -> None:
        """Add a warning."""
        if len(self.first_warnings) < ExportSummary.MAX_LISTED_WARNINGS:
            self.first_warnings.append(str(warning))
        row = {"figid": warning.figid, "source": warning.source, "warning": warning.message}
        self._write_row("warnings", {key: value for key, value in row.items() if value})

    def add_conflict(self, conflict: Conflict) -> None:
        """Add a conflict."""
        keys = ("subject", "predicate", "kept", "kept_from", "dropped", "dropped_from")
        self._write_row("conflicts", dict(zip(keys, conflict, strict=True)))

    def add_unlabelled(self, subject: str, word: str) -> None:
        """Add a chemical or disease that neither MeSH's table nor a record names, and the word that was read most often for it."""
        row = {"subject": lexical_form(subject), "word": word}
        self._write_row("unlabelled", {key: value for key, value in row.items() if value})

    def add_quarantined(self, figid: str, source: str, reason: str = "") -> None:
        """Add a quarantined figure: for the violations among the results, or for another reason."""
        row = {"figid": figid, "source": source, "reason": reason}
        self._write_row("quarantined", {key: value for key, value in row.items() if value})

    def close(self, summary: dict[str, Any]) -> None:
        """Write the ends of both files, with the sections in order."""
        self._turtle.write(report_footer(not self.counts["results"]).encode())
        self._stack.close()
        with self._output.open(REPORT_FILE) as file:
            file.write(b'{\n  "summary": ' + json.dumps(summary, ensure_ascii=False).encode())
            for name, section in self._section_files.items():
                file.write(f',\n  "{name}": ['.encode())
                section.seek(0)
                shutil.copyfileobj(section, file)
                file.write(b"\n  ]" if self.counts[name] else b"]")
                section.close()
                (self._output.staging / f"report.{name}.part").unlink()
            file.write(b"\n}\n")
