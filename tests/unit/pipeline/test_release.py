"""The settings file of the publisher."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.release import Creator, Release, read_release


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_all_settings_are_read_as_text(tmp_path: Path) -> None:
    text = "version: 2025.10\nissued: 2025-01-31\ncreators:\n- {orcid: https://orcid.org/0000-0002-1825-0097, name: J}\n"
    text += "- {page: https://a.org/, name: A}\n"
    release = read_release(write(tmp_path / "a.yaml", text + "contact: Desk\nemail: a@b.org\nhomepage: https://h.org/\n"))
    creators = (Creator("https://orcid.org/0000-0002-1825-0097", "J"), Creator("https://a.org/", "A"))
    assert release == Release("2025.10", "2025-01-31", creators, "Desk", "a@b.org", homepage="https://h.org/")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read_release(write(tmp_path / "a.yaml", "# nothing\n")) == Release()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("version: 1\nversoin: 2\n", 2, "'versoin' is no key"),
        ("version: 1\nversion: 2\n", 2, "is there twice"),
        ("creators:\n  - name: J\n    orcid: 0000-0002-1825-0096\n", 3, "is no ORCID iD"),
        ("creators:\n  - name: J\n    orcid: 1825-0097\n", 3, "is no ORCID iD"),
        ("creators:\n  - name: J\n", 2, "has a name"),
        ("creators: J\n", 1, "is no list"),
        ("\nissued: 2025-02-30\n", 2, "is no date"),
        ("email: nobody\n", 1, "is no e-mail address"),
        ("homepage: example.org\n", 1, "is no URL"),
        ("version:\n", 1, "has no text"),
        ("- version\n", 1, "is no mapping"),
        ("? [a]\n: b\n", 1, "is no key"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, line: int, reason: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", text)
    with pytest.raises(OptionError) as caught:
        read_release(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize("data", [b"a: \xff", b"a: [", b"a" * 100_000])
def test_what_is_no_settings_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(OptionError, match=r"a\.yaml"):
        read_release(tmp_path / "a.yaml")
    with pytest.raises(OptionError, match="cannot be read"):
        read_release(tmp_path / "missing.yaml")
