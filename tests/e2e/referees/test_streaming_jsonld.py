"""A parser of streaming JSON-LD reads every document, and refuses one whose keys are in another order."""

from __future__ import annotations

from pathlib import Path

from tests.referees.streaming_jsonld import check_documents, run


def test_every_document_can_be_read_as_a_stream() -> None:
    result = run()
    assert result.findings == ()
    assert result.passed == result.asked > 100


def test_the_referee_refuses_a_type_behind_the_id(tmp_path: Path) -> None:
    context = '"@context": {"@version": 1.1, "id": "@id", "type": "@type", "ex": "https://example.org/"}'
    for name, keys in (("good", '"type": "ex:T", "id": "ex:a"'), ("bad", '"id": "ex:a", "type": "ex:T"')):
        (tmp_path / f"{name}.jsonld").write_text(f'{{{context}, "@graph": [{{{keys}, "ex:p": "v"}}]}}', encoding="utf-8")
    result = check_documents([tmp_path / "good.jsonld", tmp_path / "bad.jsonld"])
    assert (result.asked, result.passed) == (2, 1)
    assert result.findings[0].startswith("bad.jsonld: Found an out-of-order type")
