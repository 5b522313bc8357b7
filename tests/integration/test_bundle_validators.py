"""Bundles before the validators of other projects: RO-Crate, DataCite, Citation File Format."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.referees.release import citation_errors, crate_issues, datacite_errors, fill_crate_cache
from tests.support.records import ROOT, shared_data
from tests.support.validators import validator

from pfocr2rdf import Release, create_release, export, verify_release
from pfocr2rdf.pipeline.licenses import LICENSES
from pfocr2rdf.pipeline.release import Creator

PLAIN = Release("2025-01", "2025-01-31")
FULL = PLAIN._replace(
    name='1.0 "beta" <&>',
    title="Pathway figures: genes & more, été 雪",
    description="Line with 'quotes', \"double quotes\", # hash: colon, <tags> & ampersands.",
    keywords=("yes", "null", "1.0", "a: b", "- dash", "雪"),
    license="CC-BY-4.0",
    doi="10.5281/zenodo.1234567",
    creators=(
        Creator("https://orcid.org/0000-0002-1825-0097", "Josiah Carberry", "Josiah", "Carberry", "Brown University"),
        Creator("https://orcid.org/0000-0001-5109-3700", "Laure Haak"),
        Creator("https://example.org/lab", "A Lab, Inc."),
    ),
    contact="Help: desk",
    email="help+pfocr@example.org",
)
RELEASES = {"plain": PLAIN, "full": FULL} | {name: PLAIN._replace(license=name) for name in LICENSES if name != PLAIN.license}
RECOMMENDED = {"ro-crate-1.2_89.0"}  # an organization should have a ROR id as its IRI; WikiPathways has none


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    export([ROOT / "examples"], folder / "export", formats=["turtle", "ntriples", "gmt"], compress="gz")
    for name, release in RELEASES.items():
        create_release(folder / "export", folder / name, release=release)
    return {name: folder / name for name in RELEASES}


@pytest.fixture(scope="module")
def crate_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("crates") / "cache"
    fill_crate_cache(cache)
    return cache


@pytest.mark.slow
def test_ro_crates_are_valid(bundles: dict[str, Path], crate_cache: Path, tmp_path: Path) -> None:
    assert crate_issues(bundles["full"], crate_cache, "required", tmp_path / "report.json")[0] == set()
    assert crate_issues(bundles["plain"], crate_cache, "recommended", tmp_path / "report.json")[0] == RECOMMENDED


def test_datacite_metadata_are_valid(bundles: dict[str, Path], tmp_path: Path) -> None:
    files = [bundle / "datacite.json" for bundle in bundles.values()]
    text = files[0].read_text(encoding="utf-8")
    (tmp_path / "datacite.json").write_text(text.replace('"publicationYear"', '"publicationYears"'), encoding="utf-8")
    assert datacite_errors(files) == []
    assert "'publicationYear' is a required property" in str(datacite_errors([tmp_path / "datacite.json"]))


def test_citation_files_are_valid(bundles: dict[str, Path], tmp_path: Path) -> None:
    files = [bundle / "CITATION.cff" for bundle in bundles.values()]
    text = files[0].read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(text.replace("authors:", "writers:"), encoding="utf-8")
    assert citation_errors(files) == []
    assert len(citation_errors([tmp_path / "CITATION.cff"])) == 1
    command = [validator("cffconvert"), "-f", "bibtex", "-i", bundles["full"] / "CITATION.cff"]
    bibtex = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert "author = {Carberry, Josiah and Laure Haak and A Lab, Inc.}" in bibtex
    assert "doi = {10.5281/zenodo.1234567}" in bibtex


@pytest.mark.slow
def test_a_bundle_of_all_real_records_is_valid(crate_cache: Path, tmp_path: Path) -> None:
    sources = [shared_data("seed"), shared_data("corpus-gen1"), shared_data("real-gen2")]
    export(sources, tmp_path / "export", formats=["turtle", "gmt", "biothings", "sssom"], compress="zst")
    create_release(tmp_path / "export", tmp_path / "bundle", release=FULL, archive=True)
    assert crate_issues(tmp_path / "bundle", crate_cache, "required", tmp_path / "report.json")[0] == set()
    for name in ("bundle", "bundle.tar.zst"):
        assert verify_release(tmp_path / name).problems == []
