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
from tests.support.records import ROOT, front_matter, older, write
from tests.support.sites import files

from pfocr2rdf import export, load, publish
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OutputError, SourceError, StoreError
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, JSONLD, REPRESENTATIONS, TURTLE, address_from_iri

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


def old_addresses(site: Path) -> set[str]:
    """The pages that lead on to figures."""
    return {f"figures/{line.partition(chr(9))[0]}.html" for line in read(site, "aliases.tsv").splitlines()[1:]}


def triples(text: str, rdf_format: pyoxigraph.RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(text, format=rdf_format)}


def test_lists_of_genes_have_the_number_of_figures_on_the_page_of_each_gene(site: Path) -> None:
    for path in ("organisms/9606.html", "families/STAT.html"):
        page = read(site, path)
        rows = re.findall(r'<tr><td><a href="\.\./(genes/\d+\.html)">.*?</td><td class="number"><bdi[^>]*>([\d,]+)</bdi></td></tr>', page)
        assert "Figures by any evidence" in page
        assert len(rows) > 5
        for url, number in rows:
            assert f"<h2>Figures that mention it <small>{number}</small></h2>" in read(site, url)


def test_names_of_properties_are_written_as_they_are_spelled(site: Path) -> None:
    assert "<dt>DOI</dt>" in "".join(read(site, path.relative_to(site).as_posix()) for path in (site / "papers").glob("*.html"))


def test_every_resource_has_its_page_in_every_representation(site: Path, made: Path) -> None:
    quads = [*pyoxigraph.parse(path=str(made / "figures.ttl"))]
    for entity_type in ENTITY_TYPES:
        local_name = entity_type.cls.partition(":")[2]
        iris = {quad.subject.value for quad in quads if str(quad.object) == f"<https://pfocr.wikipathways.org/vocab#{local_name}>"}
        assert iris
        addresses = [address_from_iri(iri, entity_type) for iri in iris]
        assert all(
            address and (site / address.file_path(representation)).is_file() for address in addresses for representation in REPRESENTATIONS
        )
        pages = {path.relative_to(site).as_posix() for path in (site / entity_type.folder).glob("*.html")}
        assert pages - old_addresses(site) == {address.file_path(HTML) for address in addresses if address}


def test_turtle_and_jsonld_say_the_same_and_what_the_export_says(site: Path, made: Path) -> None:
    exported = triples((made / "figures.ttl").read_text(encoding="utf-8"), pyoxigraph.RdfFormat.TURTLE)
    figures: set[str] = set()
    for entity_type in ENTITY_TYPES:
        for path in (site / entity_type.folder).glob("*.ttl"):
            statements = triples(path.read_text(encoding="utf-8"), pyoxigraph.RdfFormat.TURTLE)
            assert statements
            assert statements == triples(path.with_suffix(".jsonld").read_text(encoding="utf-8"), pyoxigraph.RdfFormat.JSON_LD)
            assert statements <= exported
            if entity_type.name == "figure":
                figures |= statements
    about_figures = {statement for statement in exported if re.match(r"\S*/(figures|mentions)/", statement)}
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
    picture = "https://europepmc.org/api/fulltextRepo?pmcId=PMC7378365&type=FILE&fileName=fimmu-11-01424-g0002.jpg&mimeType=image/jpeg"
    assert f'href="{picture.replace("&", "&amp;")}"' in page
    assert "Riley D. Metcalfe, et al. Front Immunol. 2020;11:1424." in page
    assert f"Pathway Figure OCR, https://pfocr.wikipathways.org/{FIGURE}.html" in page
    for representation in (TURTLE, JSONLD):
        assert f'<link rel="alternate" type="{representation.media_type}" href="../{FIGURE}{representation.suffix}"' in page
    assert page.count("<svg") == 1


def test_the_structured_data_of_a_figure_has_its_identifier_first_and_then_its_aliases(site: Path) -> None:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', read(site, f"{FIGURE}.html"), re.DOTALL)
    assert json.loads(text)["identifier"] == [FIGURE.removeprefix("figures/"), "PMC7378365__F2"]


def test_the_dataset_is_cited_with_its_creators_and_its_digests_have_names_of_files(site: Path, made: Path) -> None:
    page = read(site, "dataset.html")
    assert '<p id="cite">To cite the dataset: WikiPathways. Pathway Figure OCR (PFOCR)' in page
    (sha256,) = (file["sha256"] for file in json.loads((made / "manifest.json").read_text())["files"] if file["name"] == "figures.ttl")
    assert re.findall(rf">([^<>]+)(?:</a>)?</td>[^\n]*<code>{sha256}</code>", page) == ["figures.ttl"]
    assert "Digests" not in page  # they are in the table of files alone


def test_the_diagram_is_clickable(site: Path) -> None:
    diagram = re.search(r"<svg.*?</svg>", read(site, f"{FIGURE}.html"), re.DOTALL)
    assert diagram
    assert '<a href="../genes/3717.html"><text' in diagram[0]
    assert '<a href="../families/STAT.html"><text' in diagram[0]


def test_pages_that_are_not_of_resources(site: Path, made: Path) -> None:
    home = read(site, "index.html")
    assert "<strong>6</strong>figures" in home
    assert "Figures per year" in home
    assert "<strong>117</strong>genes" in home
    vocabulary = read(site, "vocab.html")
    assert 'id="memberOf"' in vocabulary
    assert "A family or complex that the gene belongs to." in vocabulary
    assert "ncbigene:6772 pfocr:memberOf fam:STAT ." in vocabulary, "the example of the ontology"
    manifest = {file["name"]: file["sha256"] for file in json.loads((made / "manifest.json").read_text())["files"]}
    dataset = read(site, "dataset.html")
    assert dataset.count('<th scope="col" class="number">Number</th>') == 2
    for name in ("figures.ttl", "figures.jsonld"):
        assert manifest[name] in dataset
        assert (site / "downloads" / name).read_bytes() == (made / name).read_bytes()
        assert f"https://pfocr.wikipathways.org/downloads/{name}" in read(site, "dataset.ttl")
    assert read(site, "robots.txt").endswith("Sitemap: https://pfocr.wikipathways.org/sitemap.xml\n")
    assert (site / "404.html").is_file()


def test_lists_lead_to_every_resource(site: Path) -> None:
    linked = {
        os.path.normpath(path.parent.relative_to(site) / link)
        for path in (site / "browse").rglob("*.html")
        for link in re.findall(r'href="([^"#]+)"', path.read_text(encoding="utf-8"))
        if ":" not in link
    }
    for entity_type in ENTITY_TYPES:
        assert {f"{entity_type.folder}/{path.name}" for path in (site / entity_type.folder).glob("*.html")} - old_addresses(site) <= linked


def test_a_site_is_the_same_in_every_run_and_for_any_number_of_workers(site: Path, made: Path, tmp_path: Path) -> None:
    publish(made, tmp_path / "again", workers=1)
    assert files(tmp_path / "again") == files(site)


def test_a_store_and_its_export_make_the_same_pages(site: Path, made: Path, tmp_path: Path) -> None:
    load(made, tmp_path / "store")
    publish(tmp_path / "store", tmp_path / "site")
    actual, expected = files(tmp_path / "site"), files(site)
    for entity_type in ENTITY_TYPES:
        assert {name: data for name, data in actual.items() if name.startswith(entity_type.folder)} == {
            name: data for name, data in expected.items() if name.startswith(entity_type.folder)
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


def test_foreign_graphs_in_the_store_are_on_no_page(site: Path, tmp_path: Path) -> None:
    load(EXAMPLES, tmp_path / "store")
    foreign_store = pyoxigraph.Store(tmp_path / "store")
    gene = pyoxigraph.NamedNode("https://identifiers.org/ncbigene/3717")
    label = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    foreign_store.add(pyoxigraph.Quad(gene, label, pyoxigraph.Literal("A foreign name"), pyoxigraph.NamedNode("https://example.org/g")))
    foreign_store.flush()
    del foreign_store
    publish(tmp_path / "store", tmp_path / "site")
    assert read(tmp_path / "site", "genes/3717.html") == read(site, "genes/3717.html")


def test_chosen_entity_types_only_and_links_to_others_lead_to_their_iris(made: Path, tmp_path: Path) -> None:
    summary = publish(made, tmp_path / "site", pages=("figures", "genes"))
    assert set(summary.things) == {"figures", "genes"}
    assert not (tmp_path / "site/families").exists()
    page = read(tmp_path / "site", "genes/3717.html")
    assert 'href="https://pfocr.wikipathways.org/families/JAK"' in page
    assert "../families/" not in page
    assert "browse/families" not in read(tmp_path / "site", "index.html")


@pytest.mark.parametrize("mode", ["beside", "only"])
def test_precompressed_files_hold_the_same(mode: str, made: Path, site: Path, tmp_path: Path) -> None:
    publish(made, tmp_path / "site", precompressed=mode)
    names = {f"{entity_type.folder}/{path.name}" for entity_type in ENTITY_TYPES for path in (site / entity_type.folder).iterdir()}
    for name in names:
        assert gzip.decompress((tmp_path / "site" / f"{name}.gz").read_bytes()) == (site / name).read_bytes()
        assert (tmp_path / "site" / name).exists() == (mode == "beside")


def test_long_lists_go_on_on_further_pages(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    template = (EXAMPLES / "_figures/PMC2628838__46fig1.md").read_text(encoding="utf-8")
    for number in range(205):
        (records / f"{number}.md").write_text(template.replace("46fig1", f"f{number}"), encoding="utf-8")
    publish(records, tmp_path / "site")
    paper = tmp_path / "site/papers/PMC2628838"
    pages = [read(tmp_path / "site", "papers/PMC2628838.html"), *(read(paper, f"page-{number}.html") for number in (2, 3))]
    figures = [set(re.findall(r"figures/PMC2628838__f\d+\.html", page[page.index("<table") :])) for page in pages]
    assert [len(names) for names in figures] == [100, 100, 5]
    assert len(set().union(*figures)) == 205
    assert not (paper / "page-4.html").exists()
    assert 'href="../../papers/PMC2628838/page-3.html"' in pages[1]
    assert 'rel="prev" href="../../papers/PMC2628838.html"' in pages[1]


def test_each_page_of_a_list_links_to_all_groups_and_marks_its_own(site: Path) -> None:
    for folder, group in (("genes", "s"), ("figures", "2020")):
        page, groups = read(site, f"browse/{folder}/{group}/index.html"), read(site, f"browse/{folder}/index.html")
        names = re.findall(r'<li><a href="([^"/]+)/index\.html">', groups)
        links = re.findall(r'<li><a href="\.\./([^"/]+)/index\.html"( aria-current="true")?>', page)
        assert names
        assert links == [(name, ' aria-current="true"' if name == group else "") for name in names]
        assert ('class="plain names"' in page) == (folder == "genes")


def test_very_many_groups_are_on_their_own_page_only(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    template = (EXAMPLES / "_figures/PMC2628838__46fig1.md").read_text(encoding="utf-8")
    for number in range(101):
        text = re.sub(r"(?m)^year: .*$", f"year: '{1900 + number}'", template.replace("PMC2628838", f"PMC{number + 1}"))
        (records / f"{number}.md").write_text(text, encoding="utf-8")
    publish(records, tmp_path / "site", pages=("figures",))
    assert "2000/index.html" in read(tmp_path / "site", "browse/figures/index.html")
    assert 'aria-label="Groups"' not in read(tmp_path / "site", "browse/figures/2000/index.html")


def test_a_site_replaces_an_earlier_site_and_keeps_foreign_files(made: Path, site: Path, tmp_path: Path) -> None:
    output = tmp_path / "site"
    publish(made, output, pages=("genes",))
    (output / "CNAME").write_text("pfocr.example.org")
    (output / ".git").mkdir()
    (output / ".git/HEAD").write_text("ref: refs/heads/main")
    publish(made, output)
    assert (output / "CNAME").read_text() == "pfocr.example.org"
    assert (output / ".git/HEAD").is_file()
    assert {name for name in files(output) if not name.startswith((".git/", "CNAME"))} == set(files(site))
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_foreign_files_is_refused_but_with_force(made: Path, tmp_path: Path) -> None:
    output = tmp_path / "site"
    output.mkdir()
    (output / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"contains other files; name another folder, or .* --force"):
        publish(made, output)
    assert [path.name for path in output.iterdir()] == ["thesis.txt"]
    publish(made, output, force=True)
    assert (output / "thesis.txt").read_text() == "mine"
    assert (output / "index.html").is_file()


def test_an_export_and_a_store_are_never_written_over(made: Path, tmp_path: Path) -> None:
    load(made, tmp_path / "store")
    for path, content in ((made, "an export"), (tmp_path / "store", "a store")):
        with pytest.raises(OutputError, match=f"contains {content}, which a site would overwrite"):
            publish(made, path, force=True)


def test_what_is_no_dataset_is_refused(made: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        publish(tmp_path / "nothing", tmp_path / "site")
    pyoxigraph.Store(tmp_path / "other").flush()
    with pytest.raises(StoreError, match="contains no dataset"):
        publish(tmp_path / "other", tmp_path / "site")
    changed_export = tmp_path / "broken"
    export([EXAMPLES], changed_export)
    (changed_export / "figures.ttl").write_text("changed")
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists"):
        publish(changed_export, tmp_path / "site")
    assert not (tmp_path / "site").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "other"]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("pages", ("cats",), "not a type of page"), ("precompressed", "zip", "not a way to compress files"), ("base", "x", "not a URL"),
     ("base", "https://example.org", "not end with a slash"), ("endpoint", "javascript:alert(1)", "not a URL")],
)  # fmt: skip
def test_options_that_there_are_not(option: str, value: object, message: str, made: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        publish(made, tmp_path / "site", **{option: value})  # type: ignore[arg-type]


def test_records_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    good_page = (EXAMPLES / "_figures/PMC2628838__46fig1.md").read_text(encoding="utf-8")
    (records / "good.md").write_text(good_page, encoding="utf-8")
    (records / "bad.md").write_text(good_page.replace("figid: ", "figid: ../"), encoding="utf-8")
    summary = publish(records, tmp_path / "site")
    assert (summary.things["figures"], summary.refused, summary.exit_status) == (1, 1, 1)


def test_pages_that_other_systems_cannot_hold_are_named(tmp_path: Path) -> None:
    names = ("PMC1__Fig_t", "PMC1__Fig_T", "PMC1__a.b.", "PMC1__plain")
    records = {f"{number}.md": front_matter(older(name)) for number, name in enumerate(names)}
    arguments = ["publish", str(write(tmp_path / "records", records)), "--output", str(tmp_path / "site")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert (
        "3 file names are not valid or not unique on Windows and macOS: 'figures/PMC1__Fig_T', 'figures/PMC1__Fig_t', 'figures/PMC1__a.b.'"
        in result.stderr
    )
    assert json.loads(read(tmp_path / "site", "site.json"))["unportable"] == [f"figures/{name}" for name in sorted(names[:3])]
    assert (tmp_path / "site" / "figures" / "PMC1__a.b..html").is_file()


def test_the_command_says_what_it_did(made: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["publish", str(made), "--output", str(tmp_path / "site"), "--json"])
    assert result.exit_code == 0
    summary = json.loads(result.output)
    assert summary["things"]["figures"] == 6
    assert summary["files"] == len(files(tmp_path / "site"))
    result = CliRunner().invoke(main, ["publish", str(made), "--output", str(made)])
    assert (result.exit_code, result.output.count("\n")) == (3, 1)
    result = CliRunner().invoke(main, ["publish", str(made), "--output", str(tmp_path / "x"), "--pages", "cats"])
    assert result.exit_code == 2
    assert "'cats' is not a type of page" in result.output


def test_a_page_shows_the_first_ten_of_many_identifiers_and_their_number(tmp_path: Path) -> None:
    aliases = [f"PMC1__F{number}" for number in range(2_999)]
    publish(
        write(tmp_path / "in", {"1.md": front_matter(older("PMC1__z", f"figid_alias: {json.dumps(aliases)}"))}),
        tmp_path / "site",
        workers=1,
    )
    page = read(tmp_path / "site", "figures/PMC1__z.html")
    (identifiers,) = re.findall("<dt>Identifiers</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert re.findall(r"PMC1__\w+", identifiers) == ["PMC1__z", *sorted(aliases)[:9]]
    assert "and 2,990 more: 3,000 in all" in identifiers
    assert len(page) < 100_000
    turtle = (tmp_path / "site" / "figures" / "PMC1__z.ttl").read_text(encoding="utf-8")
    assert all(f'"{alias}"' in turtle for alias in aliases)
