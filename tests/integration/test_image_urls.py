"""The pictures of an export: the same template in every layout, and by default none at an address that is dead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.output_directories import contents
from tests.support.records import shared_data

from pfocr2rdf import export
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OptionError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OWN = "https://pictures.example/{pmcid}/full-size/{filename}"


def pictures(folder: Path) -> list[str]:
    lines = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.nt")))
    return re.findall(r" <http://schema.org/image> <([^>]*)> ", lines)


def test_every_real_picture_is_at_europe_pmc(tmp_path: Path) -> None:
    export([shared_data("corpus-gen1"), shared_data("real-gen2"), shared_data("seed")], tmp_path / "out", formats=["nt"], workers=1)
    found_pictures = pictures(tmp_path / "out")
    form = r"https://europepmc\.org/api/fulltextRepo\?pmcId=PMC\d+&type=FILE&fileName=[^&/<>\s]+\.jpg&mimeType=image/jpeg"
    assert len(found_pictures) > 600
    assert [picture for picture in found_pictures if not re.fullmatch(form, picture)] == []
    assert re.search(rb"ncbi\.nlm\.nih\.gov/[^\s>]*/bin/", (tmp_path / "out" / "figures.nt").read_bytes()) is None


@pytest.mark.parametrize(
    "options", [{"workers": 1}, {"workers": 2, "partition_size": 4}, {"workers": 2, "partition_size": 4, "merge": True}]
)
def test_copies_of_the_pictures_are_linked_in_every_layout(options: dict[str, Any], tmp_path: Path) -> None:
    export([EXAMPLES], tmp_path / "out", formats=["nt"], image_url=OWN, **options)
    assert len(pictures(tmp_path / "out")) == 6
    assert all(re.fullmatch(r"https://pictures\.example/PMC\d+/full-size/[^/]+\.jpg", picture) for picture in pictures(tmp_path / "out"))


@pytest.mark.parametrize("options", [{}, {"partition_size": 2}])
def test_other_pictures_map_all_records_again(options: dict[str, Any], tmp_path: Path) -> None:
    def run(image_url: str, name: str) -> int:
        return export([EXAMPLES], tmp_path / name, formats=["nt"], workers=1, image_url=image_url, **options).mapped

    assert [run(OWN, "out"), run(OWN, "out"), run("https://pictures.example", "out")] == [6, 0, 6]
    run("https://pictures.example/", "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_the_option_of_the_command(tmp_path: Path) -> None:
    command = ["export", str(EXAMPLES), "--output", str(tmp_path / "out"), "--format", "nt", "--image-url"]
    assert CliRunner().invoke(main, [*command, OWN]).exit_code == 0
    assert all(picture.startswith("https://pictures.example/") for picture in pictures(tmp_path / "out"))
    result = CliRunner().invoke(main, [*command, "ftp://pictures.example/{filename}"])
    assert result.exit_code == 2
    assert "is not a URL template for pictures" in result.output


@pytest.mark.parametrize(
    "url", ["https://me:hunter22@example.org/{pmcid}/{filename}", "https://example.org/{filename}?pmcid={pmcid}&access_token=hunter22"]
)
def test_secrets_do_not_get_into_the_graph(url: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export", str(EXAMPLES), "--output", str(tmp_path / "out"), "--image-url", url])
    assert result.exit_code in (2, 3)
    assert "other users could see the password or token" in result.output
    assert "hunter22" not in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", [
    "https://pfocr.wikipathways.org/figures/{filename}", "https://pfocr.wikipathways.org/pictures", "https://identifiers.org/pmc/{filename}",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/{pmcid}/bin/{filename}",
])  # fmt: skip
def test_pictures_have_no_iris_in_the_namespaces_of_things(text: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="in a namespace of the graph; use the URL of a host"):
        export([EXAMPLES], tmp_path / "out", formats=["nt"], image_url=text)
    assert not (tmp_path / "out").exists()
