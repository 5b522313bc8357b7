"""Three parsers count the same statements in every format, and fewer in a file that was cut off."""

from __future__ import annotations

from pathlib import Path

from tests.referees.parsers import count_statements, run


def test_three_parsers_count_the_same_statements_in_every_format() -> None:
    result = run()
    assert result.findings == ()
    assert result.passed == result.asked == 14


def test_statements_that_are_missing_are_found(tmp_path: Path) -> None:
    line = "<urn:a> <urn:b> <urn:c> .\n"
    rdfxml = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    texts = {"turtle": line, "ntriples": line * 2, "nquads": line, "trig": "", "rdfxml": rdfxml, "jsonld": "[]"}
    paths = {name: tmp_path / f"figures.{suffix}" for name, suffix in zip(texts, ("ttl", "nt", "nq", "trig", "rdf", "jsonld"), strict=True)}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    findings = count_statements(paths, 1).findings
    assert sorted(finding.split()[0] for finding in findings) == ["pyoxigraph"] * 3 + ["rapper", "serdi"]
