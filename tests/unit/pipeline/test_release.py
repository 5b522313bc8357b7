"""The settings file of the publisher."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.release import Creator, Release, read_release

ORCID = "0000-0002-1825-0097"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_all_settings_are_read_as_text(tmp_path: Path) -> None:
    text = "version: 2025.10\nissued: 2025-01-31\ncreators:\n- {orcid: https://orcid.org/0000-0002-1825-0097, name: J}\n"
    text += "- {page: https://a.org/, name: A}\n"
    release = read_release(write(tmp_path / "a.yaml", text + "contact: Desk\nemail: a@b.org\nhomepage: https://h.org/\n"))
    creators = (Creator("https://orcid.org/0000-0002-1825-0097", "J"), Creator("https://a.org/", "A"))
    assert release == Release("2025.10", "2025-01-31", creators, "Desk", "a@b.org", homepage="https://h.org/")


def test_the_settings_of_a_citation(tmp_path: Path) -> None:
    text = "title: T\ndescription: >\n  two\n  lines\nkeywords: [a, b c]\nlicense: ODbL-1.0\ndoi: doi:10.5281/Zenodo.12\ncreators:\n"
    text += f"- {{orcid: {ORCID}, name: J C, given-name: J, family-name: C, affiliation: B}}\n- {{page: https://a.org/, name: A}}\n"
    release = read_release(write(tmp_path / "a.yaml", text))
    creators = (Creator(f"https://orcid.org/{ORCID}", "J C", "J", "C", "B"), Creator("https://a.org/", "A"))
    assert [creator.orcid for creator in creators] == [f"https://orcid.org/{ORCID}", ""]
    values = {"description": "two lines", "keywords": ("a", "b c"), "license": "ODbL-1.0", "doi": "10.5281/Zenodo.12"}
    assert release == Release(title="T", creators=creators, **values)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read_release(write(tmp_path / "a.yaml", "# nothing\n")) == Release()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("version: 1\nversoin: 2\n", 2, "'versoin' is not a valid key"),
        ("version: 1\nkeywords: pathway\n", 2, "keywords: must be a list"),
        ("keywords:\n- a\n- b\n- a\n", 4, "keywords: 'a' is there twice"),
        ("keywords:\n- a\n- [b]\n", 3, "keywords: must be text"),
        ("\nlicense: MIT\n", 2, "license: 'MIT' is not the SPDX identifier of a license for data; choose from CC0-1.0, CC-BY-4.0"),
        ("doi: 11.5281/zenodo.1\n", 1, "doi: '11.5281/zenodo.1' is not a valid DOI; remove the line until you have reserved a DOI"),
        ("doi: 10.5281/zenodo.XXXXXX\n", 1, "is not a DOI of Zenodo, which ends in a number"),
        ("doi: https://doi.org/\n", 1, "is not a valid DOI"),
        ("creators:\n- page: https://a.org/\n  name: J C\n  given-name: J\n", 4, "a creator with a given-name has a family-name"),
        ("version: 1\nversion: 2\n", 2, "is there twice"),
        ("creators:\n  - name: J\n    orcid: 0000-0002-1825-0096\n", 3, "check character is wrong"),
        ("creators:\n  - name: J\n    orcid: 1825-0097\n", 3, "is not a valid ORCID iD: it has four"),
        ("creators:\n  - name: J\n", 2, "has a name"),
        ("creators: J\n", 1, "must be a list"),
        ("\nissued: 2025-02-30\n", 2, "is not a valid date"),
        ("email: nobody\n", 1, "is not a valid e-mail address"),
        ("homepage: example.org\n", 1, "begin it with https://"),
        ("version:\n", 1, "has no value"),
        ("- version\n", 1, "must be keys with values"),
        ("? [a]\n: b\n", 1, "a list or a mapping is not a valid key"),
        ('contact: "Desk\\u0007"\n', 1, "control character U+0007"),
        ('creators:\n  - page: https://a.org/\n    name: "A\\u0085B"\n', 3, "control character U+0085"),
        ("version: 1\ncontact: 'a\x07b'\n", 2, "control character U+0007"),
        ("contact: |\n  A\n  B\n", 1, "more than one line"),
        ("version: null\n", 1, "version: has no value"),
        ("issued: 2025-01-31\ncontact: ~\n", 2, "contact: has no value"),
        ("contact: [Desk]\n", 1, "contact: must be text"),
        ("email: a?subject=x@b.org\n", 1, "is not a valid e-mail address"),
        ("email: mailto:mailto:a@b.org\n", 1, "is not a valid e-mail address"),
        ("downloads: https://a.org/files?x=1\n", 1, "it has a query or a fragment"),
        ("downloads: https://a.org/files#\n", 1, "it has a query or a fragment"),
        ("homepage: http://\n", 1, "it has no host"),
        ("homepage: https://a b.org/\n", 1, "percent-encoded"),
        ("homepage: https://a.org:x/\n", 1, "is not a valid URL"),
        ("contact-page: https://me:geheim@a.org/p\n", 1, "https://a.org/p has a user name, password or token"),
        (f"creators:\n- {{orcid: {ORCID}, name: J}}\n- {{orcid: 'https://orcid.org/{ORCID}', name: K}}\n", 3, "is there twice"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, line: int, reason: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", text)
    with pytest.raises(OptionError) as caught:
        read_release(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_quoted_words_of_yaml_are_text_and_an_e_mail_address_may_be_a_url(tmp_path: Path) -> None:
    release = read_release(write(tmp_path / "a.yaml", "version: 'null'\nemail: mailto:a@b.org\n"))
    assert (release.name, release.email) == ("null", "a@b.org")


@pytest.mark.parametrize("data", [b"a: \xff", b"a: [", b"a" * 100_000])
def test_what_is_no_settings_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(OptionError, match=r"a\.yaml"):
        read_release(tmp_path / "a.yaml")
    with pytest.raises(OptionError, match="there is no such file"):
        read_release(tmp_path / "missing.yaml")
