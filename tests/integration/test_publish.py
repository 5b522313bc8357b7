"""The site: what it has, what is on its pages, and what happens where it cannot be made."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from tests.support.records import ROOT
from tests.support.sites import files

from pfocr2rdf import export, load, publish
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OutputError, SourceError, StoreError
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, JSONLD, REPRESENTATIONS, TURTLE, address_from_iri

FIGURE = "figures/PMC7378365__fimmu-11-01424-g0002"

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples."""
    folder = tmp_path_factory.mktemp("export") / "output"
    export([EXAMPLES], folder)
    return folder


@pytest.fixture(scope="module")
def site(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of it."""
    folder = tmp_path_factory.mktemp("published") / "site"
    assert publish(made, folder).exit_status == 0
    return folder


def read(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")


def triples(text: str, form: pyoxigraph.RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(text, format=form)}


def test_every_thing_has_its_page_in_every_form(site: Path, made: Path) -> None:
    quads = [*pyoxigraph.parse(path=str(made / "figures.ttl"))]
    for kind in ENTITY_TYPES:
        local = kind.cls.partition(":")[2]
        of_kind = {quad.subject.value for quad in quads if str(quad.object) == f"<https://pfocr.wikipathways.org/vocab#{local}>"}
        assert of_kind
        places = [address_from_iri(iri, kind) for iri in of_kind]
        assert all(place and (site / place.file_path(form)).is_file() for place in places for form in REPRESENTATIONS)
        assert len(list((site / kind.folder).glob("*.html"))) == len(of_kind)


def test_turtle_and_jsonld_say_the_same_and_what_the_export_says(site: Path, made: Path) -> None:
    known = triples((made / "figures.ttl").read_text(encoding="utf-8"), pyoxigraph.RdfFormat.TURTLE)
    figures: set[str] = set()
    for kind in ENTITY_TYPES:
        for path in (site / kind.folder).glob("*.ttl"):
            said = triples(path.read_text(encoding="utf-8"), pyoxigraph.RdfFormat.TURTLE)
            assert said
            assert said == triples(path.with_suffix(".jsonld").read_text(encoding="utf-8"), pyoxigraph.RdfFormat.JSON_LD)
            assert said <= known
            if kind.name == "figure":
                figures |= said
    about_figures = {one for one in known if "/figures/" in one.split(" ")[0] or "/mentions/" in one.split(" ")[0]}
    assert about_figures <= figures, "a figure's document has all that is said of it and of its mentions"


def test_links_go_both_ways(site: Path) -> None:
    figure, gene, family = read(site, f"{FIGURE}.html"), read(site, "genes/3717.html"), read(site, "families/JAK.html")
    paper = read(site, "papers/PMC7378365.html")
    assert '<a href="../genes/3717.html"><bdi>JAK2</bdi></a>' in figure
    assert f'<a href="../{FIGURE}.html">' in gene
    assert '<a href="../families/JAK.html">' in gene
    assert '<a href="../families/JAK.html">' in figure
    assert '<a href="../genes/3717.html">' in family
    assert f'<a href="../{FIGURE}.html">' in family
    assert '<a href="../papers/PMC7378365.html">' in figure
    assert f'<a href="../{FIGURE}.html">' in paper
    assert "via family JAK, 4 times" in gene, "the page says how it was recognised"


def test_a_figure_page_has_the_picture_its_credit_and_a_citation(site: Path) -> None:
    page = read(site, f"{FIGURE}.html")
    assert 'href="https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7378365/bin/fimmu-11-01424-g0002.jpg"' in page
    assert "Riley D. Metcalfe, et al. Front Immunol. 2020;11:1424." in page
    assert f"Pathway Figure OCR, https://pfocr.wikipathways.org/{FIGURE}.html" in page
    for form in (TURTLE, JSONLD):
        assert f'<link rel="alternate" type="{form.media_type}" href="../{FIGURE}{form.suffix}"' in page
    assert page.count("<svg") == 1


def test_the_drawing_is_clickable(site: Path) -> None:
    drawing = re.search(r"<svg.*?</svg>", read(site, f"{FIGURE}.html"), re.DOTALL)
    assert drawing
    assert '<a href="../genes/3717.html"><text' in drawing[0]
    assert '<a href="../families/STAT.html"><text' in drawing[0]


def test_pages_that_are_not_of_things(site: Path, made: Path) -> None:
    home = read(site, "index.html")
    assert "<strong>6</strong>figures" in home
    assert "Figures per year" in home
    assert "<strong>117</strong>genes" in home
    vocabulary = read(site, "vocab.html")
    assert 'id="memberOf"' in vocabulary
    assert "A family or complex that the gene belongs to." in vocabulary
    manifest = {one["name"]: one["sha256"] for one in json.loads((made / "manifest.json").read_text())["files"]}
    dataset = read(site, "dataset.html")
    for name in ("figures.ttl", "figures.jsonld"):
        assert manifest[name] in dataset
        assert (site / "downloads" / name).read_bytes() == (made / name).read_bytes()
        assert f"https://pfocr.wikipathways.org/downloads/{name}" in read(site, "dataset.ttl")
    assert read(site, "robots.txt").endswith("Sitemap: https://pfocr.wikipathways.org/sitemap.xml\n")
    assert (site / "404.html").is_file()


def test_lists_lead_to_every_thing(site: Path) -> None:
    linked = {
        os.path.normpath(path.parent.relative_to(site) / link)
        for path in (site / "browse").rglob("*.html")
        for link in re.findall(r'href="([^"#]+)"', path.read_text(encoding="utf-8"))
        if ":" not in link
    }
    for kind in ENTITY_TYPES:
        assert {f"{kind.folder}/{path.name}" for path in (site / kind.folder).glob("*.html")} <= linked


def test_a_site_is_the_same_in_every_run_and_for_any_number_of_workers(site: Path, made: Path, tmp_path: Path) -> None:
    publish(made, tmp_path / "again", workers=1)
    assert files(tmp_path / "again") == files(site)


def test_a_store_and_its_export_make_the_same_pages(site: Path, made: Path, tmp_path: Path) -> None:
    load(made, tmp_path / "store")
    publish(tmp_path / "store", tmp_path / "site")
    got, want = files(tmp_path / "site"), files(site)
    for kind in ENTITY_TYPES:
        assert {name: data for name, data in got.items() if name.startswith(kind.folder)} == {
            name: data for name, data in want.items() if name.startswith(kind.folder)
        }
    assert not (tmp_path / "site/downloads").exists()


@pytest.mark.parametrize("graphs", ["figure", "default"])
def test_any_way_to_name_graphs_makes_the_same_pages(graphs: str, site: Path, tmp_path: Path) -> None:
    export([EXAMPLES], tmp_path / "output", formats=("nquads",))
    load(tmp_path / "output", tmp_path / "store", graphs=graphs)
    publish(tmp_path / "store", tmp_path / "site")
    assert {name: data for name, data in files(tmp_path / "site").items() if name.startswith(("figures/", "genes/"))} == {
        name: data for name, data in files(site).items() if name.startswith(("figures/", "genes/"))
    }


def test_what_others_keep_in_the_store_is_on_no_page(site: Path, tmp_path: Path) -> None:
    load(EXAMPLES, tmp_path / "store")
    theirs = pyoxigraph.Store(tmp_path / "store")
    gene = pyoxigraph.NamedNode("https://identifiers.org/ncbigene/3717")
    label = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    theirs.add(pyoxigraph.Quad(gene, label, pyoxigraph.Literal("A foreign name"), pyoxigraph.NamedNode("https://example.org/g")))
    theirs.flush()
    del theirs
    publish(tmp_path / "store", tmp_path / "site")
    assert read(tmp_path / "site", "genes/3717.html") == read(site, "genes/3717.html")


def test_chosen_kinds_only_and_links_to_others_lead_to_their_iris(made: Path, tmp_path: Path) -> None:
    done = publish(made, tmp_path / "site", pages=("figures", "genes"))
    assert set(done.things) == {"figures", "genes"}
    assert not (tmp_path / "site/families").exists()
    page = read(tmp_path / "site", "genes/3717.html")
    assert 'href="https://pfocr.wikipathways.org/families/JAK"' in page
    assert "../families/" not in page
    assert "browse/families" not in read(tmp_path / "site", "index.html")


@pytest.mark.parametrize("how", ["beside", "only"])
def test_precompressed_files_hold_the_same(how: str, made: Path, site: Path, tmp_path: Path) -> None:
    publish(made, tmp_path / "site", precompressed=how)
    want = {f"{kind.folder}/{path.name}" for kind in ENTITY_TYPES for path in (site / kind.folder).iterdir()}
    for name in want:
        assert gzip.decompress((tmp_path / "site" / f"{name}.gz").read_bytes()) == (site / name).read_bytes()
        assert (tmp_path / "site" / name).exists() == (how == "beside")


def test_long_lists_go_on_on_further_pages(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    template = (EXAMPLES / "_figures/PMC2628838__46fig1.md").read_text(encoding="utf-8")
    for number in range(205):
        (records / f"{number}.md").write_text(template.replace("46fig1", f"f{number}"), encoding="utf-8")
    publish(records, tmp_path / "site")
    paper = tmp_path / "site/papers/PMC2628838"
    pages = [read(tmp_path / "site", "papers/PMC2628838.html"), *(read(paper, f"page-{number}.html") for number in (2, 3))]
    found = [set(re.findall(r"figures/PMC2628838__f\d+\.html", page[page.index("<table") :])) for page in pages]
    assert [len(one) for one in found] == [100, 100, 5]
    assert len(set().union(*found)) == 205
    assert not (paper / "page-4.html").exists()
    assert 'href="../../papers/PMC2628838/page-3.html"' in pages[1]
    assert 'rel="prev" href="../../papers/PMC2628838.html"' in pages[1]


def test_a_site_replaces_the_site_of_before_and_keeps_what_is_not_its_own(made: Path, site: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    publish(made, place, pages=("genes",))
    (place / "CNAME").write_text("pfocr.example.org")
    (place / ".git").mkdir()
    (place / ".git/HEAD").write_text("ref: refs/heads/main")
    publish(made, place)
    assert (place / "CNAME").read_text() == "pfocr.example.org"
    assert (place / ".git/HEAD").is_file()
    assert {name for name in files(place) if not name.startswith((".git/", "CNAME"))} == set(files(site))
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_somebody_elses_folder_is_refused_but_with_force(made: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    place.mkdir()
    (place / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"somebody else's files; name another folder, or .* --force"):
        publish(made, place)
    assert [path.name for path in place.iterdir()] == ["thesis.txt"]
    publish(made, place, force=True)
    assert (place / "thesis.txt").read_text() == "mine"
    assert (place / "index.html").is_file()


def test_an_export_and_a_store_are_never_written_over(made: Path, tmp_path: Path) -> None:
    load(made, tmp_path / "store")
    for place, what in ((made, "an export"), (tmp_path / "store", "a store")):
        with pytest.raises(OutputError, match=f"holds {what}, which a site would bury"):
            publish(made, place, force=True)


def test_what_is_no_dataset_is_refused(made: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        publish(tmp_path / "nothing", tmp_path / "site")
    pyoxigraph.Store(tmp_path / "other").flush()
    with pytest.raises(StoreError, match="holds no dataset"):
        publish(tmp_path / "other", tmp_path / "site")
    broken = tmp_path / "broken"
    export([EXAMPLES], broken)
    (broken / "figures.ttl").write_text("changed")
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists"):
        publish(broken, tmp_path / "site")
    assert not (tmp_path / "site").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "other"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("pages", ("cats",), "no kind of pages"), ("precompressed", "zip", "no way to compress"), ("base", "x", "no URL"),
     ("base", "https://example.org", "no slash"), ("endpoint", "javascript:alert(1)", "no URL")],
)  # fmt: skip
def test_options_that_there_are_not(option: str, value: object, said: str, made: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        publish(made, tmp_path / "site", **{option: value})  # type: ignore[arg-type]


def test_records_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    good = (EXAMPLES / "_figures/PMC2628838__46fig1.md").read_text(encoding="utf-8")
    (records / "good.md").write_text(good, encoding="utf-8")
    (records / "bad.md").write_text(good.replace("figid: ", "figid: ../"), encoding="utf-8")
    done = publish(records, tmp_path / "site")
    assert (done.things["figures"], done.refused, done.exit_status) == (1, 1, 1)


def test_the_command_says_what_it_did(made: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["publish", str(made), "--output", str(tmp_path / "site"), "--json"])
    assert run.exit_code == 0
    said = json.loads(run.output)
    assert said["things"]["figures"] == 6
    assert said["files"] == len(files(tmp_path / "site"))
    run = CliRunner().invoke(main, ["publish", str(made), "--output", str(made)])
    assert (run.exit_code, run.output.count("\n")) == (3, 1)
    run = CliRunner().invoke(main, ["publish", str(made), "--output", str(tmp_path / "x"), "--pages", "cats"])
    assert run.exit_code == 2
    assert "'cats' is no kind of pages" in run.output
