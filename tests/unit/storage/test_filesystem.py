"""A file system whose library is not installed names the extra that installs it."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage import filesystem


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://bucket/a", r"s3://bucket/a: needs s3fs, which is not installed; run: pip install 'pfocr2rdf\[s3\]'"),
        ("gs://bucket/a", r"gs://bucket/a: needs gcsfs, which is not installed; run: pip install 'pfocr2rdf\[gcs\]'"),
        ("abfs://box/a", "abfs://box/a: needs a library that is not installed: no module"),
    ],
)
def test_a_missing_library_names_the_extra(url: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ImportError("no module")

    monkeypatch.setattr(filesystem, "url_to_fs", fail)
    with pytest.raises(SourceError, match=message):
        filesystem.open_file_system(url)
