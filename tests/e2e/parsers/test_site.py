"""A published site from outside: its links lead somewhere, its HTML is valid, and every parser reads the same in its documents."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from pyld import jsonld
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from tests.support.records import front_matter, real_checkout, write
from tests.support.sites import EVIL, LONG, BuiltSite, figure_of_many
from tests.support.validators import (
    Html,
    broken_links,
    by_pyld,
    by_rapper,
    by_rdflib,
    document,
    export_statements,
    html_errors,
    link_errors,
    pages,
    same_trees,
    statements,
)

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, TURTLE, PageAddress, address_from_path
from pfocr2rdf.site.static.publish import publish

TYPES = {
    "figure": "ImageObject", "gene": "Gene", "family": "DefinedTerm", "paper": "ScholarlyArticle", "chemical": "ChemicalSubstance",
    "disease": "MedicalCondition", "organism": "Taxon",
}  # fmt: skip
"""What search engines call our things."""

ADDED = {
    "http://www.w3.org/ns/dcat#downloadURL", "http://rdfs.org/ns/void#dataDump", "http://purl.org/dc/terms/hasVersion",
    "http://www.w3.org/ns/sparql-service-description#namedGraph",
}  # fmt: skip
"""What a site says of the dataset beyond the export: where its files are, and what was loaded."""

INERT = {"application/ld+json", "application/json"}


def addresses_of(site: Path) -> list[PageAddress]:
    """The addresses of all resources with pages, in a stable order."""
    addresses = [
        address_from_path(path.relative_to(site).as_posix().removesuffix(TURTLE.suffix)) for path in site.rglob(f"*{TURTLE.suffix}")
    ]
    return sorted(address for address in addresses if address and address.entity_type)


def sample_addresses(site: Path, number: int) -> list[PageAddress]:
    """One resource of every type, and a random sample."""
    addresses = addresses_of(site)
    chosen = {
        entity_type.name: next((address for address in addresses if address.entity_type == entity_type), None)
        for entity_type in ENTITY_TYPES
    }
    return [*filter(None, chosen.values()), *random.Random(8).sample(addresses, min(number, len(addresses)))]


def documents(site: Path) -> Iterator[Path]:
    """All documents in Turtle but those to download."""
    return (path for path in site.rglob(f"*{TURTLE.suffix}") if path.parent.name != "downloads")


# -- links and HTML ----------------------------------------------------------------------------------------------------------


def test_every_link_of_every_page_leads_to_a_file_and_to_a_place_that_is_in_it(real: BuiltSite) -> None:
    total, broken = broken_links(real.site)
    assert broken == []
    assert total > 100_000


def test_a_link_checker_comes_to_every_page_and_finds_nothing_broken(real: BuiltSite) -> None:
    reached, broken = link_errors(real.site)
    assert broken == []
    aliases = {line.partition("\t")[0] for line in (real.site / "aliases.tsv").read_text(encoding="utf-8").splitlines()[1:]}
    linked = [path for path in pages(real.site) if not (path.parent.name == "figures" and path.stem in aliases)]
    assert reached > len(linked) + 2 * len(addresses_of(real.site))  # the documents of each thing as well


def test_pages_of_every_kind_are_valid_html(real: BuiltSite) -> None:
    of_kinds = [
        path for pattern in ("*.html", "browse/*.html", "browse/*/*.html", "browse/*/*/page-2.html") for path in real.site.glob(pattern)
    ]
    lists = [path for entity_type in ENTITY_TYPES for path in sorted(real.site.glob(f"browse/{entity_type.folder}/*/index.html"))[:2]]
    further_pages = [path for entity_type in ENTITY_TYPES for path in sorted(real.site.glob(f"{entity_type.folder}/*/page-2.html"))[:2]]
    chosen = [real.site / address.file_path(HTML) for address in sample_addresses(real.site, 100)]
    assert {path.name for path in of_kinds} >= {
        "index.html",
        "search.html",
        "queries.html",
        "vocab.html",
        "dataset.html",
        "404.html",
        "page-2.html",
    }
    assert further_pages
    assert html_errors([*of_kinds, *lists, *further_pages, *chosen]) == []


def test_a_long_list_goes_on_in_pages_that_lead_to_one_another(real: BuiltSite) -> None:
    longest = max(
        (path.parent for path in real.site.glob("*/*/page-2.html") if path.parts[-3] != "browse"),
        key=lambda folder: len(list(folder.iterdir())),
    )
    first = longest.with_name(f"{longest.name}.html")
    current, visited = first, [first]
    while next_links := [tag["href"] for _, tag in Html(current.read_text(encoding="utf-8")).tags if tag.get("rel") == "next"]:
        current = (current.parent / unquote(str(next_links[0]))).resolve()
        visited.append(current)
    assert {path.name for path in visited[1:]} == {path.name for path in longest.iterdir()}


# -- documents ---------------------------------------------------------------------------------------------------------------


def test_turtle_and_json_ld_say_the_same_and_nothing_that_the_export_does_not_say(real: BuiltSite) -> None:
    exported, unknown, differ = export_statements(real.export), set(), []
    for path in documents(real.site):
        quads = document(path)
        unknown |= quads - exported
        if quads != document(path.with_suffix(".jsonld")):
            differ.append(path.name)
    assert differ == []
    added_predicates = {str(quad.predicate.value) for quad in parse(" .\n".join([*unknown, ""]).encode(), RdfFormat.N_TRIPLES)}
    assert added_predicates <= ADDED, sorted(unknown)[:10]
    assert all(statement.startswith("<https://pfocr.wikipathways.org/dataset") for statement in unknown)


def test_nothing_of_the_export_is_lost(real: BuiltSite) -> None:
    published: set[str] = set()
    for path in documents(real.site):
        published |= document(path)
    assert sorted(export_statements(real.export) - published)[:10] == []


def test_the_documents_of_figures_have_all_that_is_said_of_figures_and_mentions(real: BuiltSite) -> None:
    published: set[str] = set()
    for path in (real.site / "figures").glob(f"*{TURTLE.suffix}"):
        published |= document(path)
    starts = tuple(f"<{SITE_URL}{folder}/" for folder in ("figures", "mentions"))
    missing = [statement for statement in export_statements(real.export) - published if statement.startswith(starts)]
    assert sorted(missing)[:10] == []


def test_other_parsers_read_what_pyoxigraph_reads(real: BuiltSite, small: BuiltSite, evil: BuiltSite) -> None:
    paths = [
        *documents(small.site),
        *documents(evil.site),
        *(real.site / address.file_path(TURTLE) for address in sample_addresses(real.site, 80)),
    ]
    for path in paths:
        expected = document(path)
        assert expected
        assert by_rdflib(path) == expected, path
        assert by_rdflib(path.with_suffix(".jsonld")) == expected, path
        assert by_pyld(path.with_suffix(".jsonld")) == expected, path
    for path in [*documents(evil.site), *paths[-40:]]:
        if re.search(r"families/\.{1,2}>", path.read_text(encoding="utf-8")):
            continue  # Raptor takes such steps away, as RFC 3986 does when it resolves an IRI
        assert by_rapper(path) == document(path), path


def test_the_context_of_the_site_reads_as_those_in_its_documents(small: BuiltSite) -> None:
    shared = json.loads((small.site / "context.jsonld").read_bytes())["@context"]
    for path in sorted(small.site.glob("figures/*.jsonld")):
        content = {**json.loads(path.read_bytes()), "@context": shared}
        assert statements(json.dumps(content).encode(), RdfFormat.JSON_LD) == document(path)


# -- what search engines read ------------------------------------------------------------------------------------------------


def markup(path: Path) -> list[Any]:
    return [json.loads(text) for text in Html(path.read_text(encoding="utf-8")).data]


def test_each_thing_is_told_to_search_engines_by_its_iri_and_type(real: BuiltSite, evil: BuiltSite) -> None:
    for site in (real.site, evil.site):
        for address in sample_addresses(site, 300):
            (structured_data,) = markup(site / address.file_path(HTML))
            assert address.entity_type
            assert (structured_data["@id"], structured_data["@type"]) == (address.iri, TYPES[address.entity_type.name])
            assert structured_data["@context"][0] == "https://schema.org/"
            assert structured_data["name"].strip()
            assert structured_data["url"] == f"{SITE_URL}{address.url(HTML)}"
            assert "" not in structured_data.values()
            assert None not in structured_data.values()


def test_bioschemas_profiles_are_named_and_kept(real: BuiltSite) -> None:
    (dataset,) = markup(real.site / "dataset.html")
    assert (dataset["@id"], dataset["@type"]) == (f"{SITE_URL}dataset", "Dataset")
    assert dataset["dct:conformsTo"] == {"@id": "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"}
    assert 50 <= len(dataset["description"]) <= 5000  # as the profile says
    assert {distribution["contentUrl"] for distribution in dataset["distribution"]} == {
        f"{SITE_URL}downloads/{name}" for name in ("figures.ttl", "figures.jsonld")
    }
    gene = next(address for address in addresses_of(real.site) if address.entity_type and address.entity_type.name == "gene")
    (structured_data,) = markup(real.site / gene.file_path(HTML))
    assert structured_data["dct:conformsTo"] == {"@id": "https://bioschemas.org/profiles/Gene/1.0-RELEASE"}


def test_what_search_engines_read_is_json_ld(small: BuiltSite) -> None:
    """Schema.org's context is not fetched: its terms are in its name space, which is what counts here."""
    context = {"contextUrl": None, "documentUrl": "https://schema.org/", "document": {"@context": {"@vocab": "http://schema.org/"}}}

    def loader(url: str, options: Any) -> Any:
        assert url == "https://schema.org/"
        return context

    for path in [
        small.site / "index.html",
        small.site / "dataset.html",
        *(small.site / address.file_path(HTML) for address in addresses_of(small.site)),
    ]:
        (structured_data,) = markup(path)
        quads = jsonld.to_rdf(structured_data, {"format": "application/n-quads", "documentLoader": loader})
        subject, class_node = NamedNode(structured_data["@id"]), NamedNode(f"http://schema.org/{structured_data['@type']}")
        typed = Triple(subject, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), class_node)
        assert str(typed) in statements(quads.encode(), RdfFormat.N_QUADS)


# -- the site as a whole -----------------------------------------------------------------------------------------------------


def test_the_site_map_has_every_thing_and_nothing_that_is_not_there(real: BuiltSite) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}

    def located(path: str) -> list[str]:
        locations = ET.parse(real.site / path).getroot().findall("*/s:loc", space)
        return [str(location.text) for location in locations]

    parts = [url.removeprefix(SITE_URL) for url in located("sitemap.xml")]
    urls = [url for part in parts for url in located(part)]
    assert len(urls) == len(set(urls))
    assert all(url.startswith(SITE_URL) for url in urls)
    paths = {unquote(url.removeprefix(SITE_URL)) for url in urls}
    assert all((real.site / path).is_file() for path in paths)
    assert {address.file_path(HTML) for address in addresses_of(real.site)} == paths - {"index.html", "dataset.html", "vocab.html"}
    assert f"Sitemap: {SITE_URL}sitemap.xml" in (real.site / "robots.txt").read_text().splitlines()


def test_site_json_lists_what_is_in_the_site(real: BuiltSite) -> None:
    account = json.loads((real.site / "site.json").read_bytes())
    counts = {
        entity_type.folder: len([address for address in addresses_of(real.site) if address.entity_type == entity_type])
        for entity_type in ENTITY_TYPES
    }
    assert account["pages"] == counts
    assert (account["left_out"], account["base"]) == ([], SITE_URL)
    assert account["entries"] == sorted(path.name for path in real.site.iterdir())
    assert account["tool"].startswith("pfocr2rdf ")


def test_the_same_export_gives_the_same_bytes_however_many_processes_make_the_pages(tmp_path: Path) -> None:
    export([real_checkout(tmp_path / "records")], tmp_path / "export")
    for workers in (1, 3):
        publish(tmp_path / "export", tmp_path / str(workers), workers=workers)
    assert same_trees(tmp_path / "1", tmp_path / "3") == []
    (tmp_path / "1" / "index.html").write_text("")
    assert same_trees(tmp_path / "1", tmp_path / "3") == ["index.html"]


# -- records that mean harm --------------------------------------------------------------------------------------------------


def test_resources_that_cannot_have_a_page_are_reported_and_nothing_is_written_outside(tmp_path: Path, evil: BuiltSite) -> None:
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    summary = publish(evil.store, folder / "site")
    assert summary.exit_status == 1
    names = {unquote(iri.rpartition("/")[2]) for iri in summary.left_out}
    assert names >= {".", "..", "../../etc/passwd", "//evil.example", LONG}
    assert names <= {
        ".",
        "..",
        "../../etc/passwd",
        "//evil.example",
        LONG,
        "a.ttl/x",
        "A/page-2",
        "a.ttl",
    }  # of the last two, one has the other's place
    assert [path.name for path in folder.iterdir()] == ["site"]
    assert [path.name for path in tmp_path.rglob("*") if path.is_dir() and path.parent != folder and folder not in path.parents] == [
        "a",
        "b",
        "c",
    ]
    assert json.loads((folder / "site" / "site.json").read_bytes())["left_out"] == summary.left_out


def test_names_that_look_like_files_of_the_site_have_pages_of_their_own(evil: BuiltSite) -> None:
    titles = {name: f"<h1><bdi>{name}</bdi></h1>" for name in ("A", "A/B", "index", "page-2", "a.ttl", "a", "__proto__", "CON")}
    for name, title in titles.items():
        assert title in (evil.site / "families" / f"{name}.html").read_text(encoding="utf-8")


def test_no_link_to_a_thing_without_a_page_is_broken(evil: BuiltSite) -> None:
    assert broken_links(evil.site)[1] == []


def is_own_picture(source: str) -> bool:
    """Whether it is the mark of the site, or the address of a picture that the program made."""
    return source.endswith("assets/icon.svg") or source.startswith("https://europepmc.org/api/fulltextRepo?pmcId=")


def test_pages_of_hostile_records_are_valid_and_inert(evil: BuiltSite) -> None:
    assert html_errors(pages(evil.site)) == []
    for path in pages(evil.site):
        page = Html(path.read_text(encoding="utf-8"))
        assert not [name for _, tag in page.tags for name in tag if name.startswith("on") or name == "style"], path
        scripts = [tag for name, tag in page.tags if name == "script"]
        assert all(tag.get("type") in INERT or re.match(r"(\.\./)*assets/", str(tag.get("src"))) for tag in scripts), path
        assert not [name for name, _ in page.tags if name in {"iframe", "object", "embed", "base"}], path
        assert all(is_own_picture(attributes["src"]) for name, attributes in page.tags if name == "img"), path
        assert not [link for link in page.links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)], path


def test_hostile_titles_are_shown_as_they_are(evil: BuiltSite) -> None:
    (structured_data,) = markup(evil.site / "figures" / "PMC1__evil.html")
    assert structured_data["name"] == EVIL
    assert "49" not in re.findall(r"<title>(.*?)</title>", (evil.site / "figures" / "PMC1__evil.html").read_text(encoding="utf-8"))[0]


def test_statements_with_hostile_addresses_lead_nowhere(tmp_path: Path, small: BuiltSite) -> None:
    """A graph need not be of our making: what it says of pictures and pages is not always an address."""
    figure = next(address for address in addresses_of(small.site) if address.entity_type and address.entity_type.name == "figure")
    evils = ("javascript:window.hacked=1", "data:text/html,%3Cscript%3Ewindow.hacked=2%3C/script%3E")
    names = ("schema.org/image", "xmlns.com/foaf/0.1/page", "www.w3.org/2004/02/skos/core#exactMatch", "purl.org/dc/terms/license")
    predicates = [*(f"http://{name}" for name in names), f"{SITE_URL}vocab#pathway"]
    hostile = [f"<{figure.iri}> <{predicate}> <{statement}>" for predicate in predicates for statement in evils]
    harmless = [
        statement
        for statement in document(small.export / "figures.ttl")
        if not statement.startswith(tuple(f"<{figure.iri}> <{statement}> " for statement in predicates))
    ]
    write(tmp_path, {"figures.nt": "".join(f"{statement} .\n" for statement in sorted([*harmless, *hostile]))})
    publish(tmp_path / "figures.nt", tmp_path / "site")
    links = [link for path in pages(tmp_path / "site") for link in Html(path.read_text(encoding="utf-8")).links]
    assert sorted({link for link in links if link.startswith(("javascript:", "data:"))}) == []


def test_of_two_resources_with_one_url_always_the_same_one_has_the_page(tmp_path: Path) -> None:
    """The second page of the members of A would be the page of A/page-2."""
    page = front_matter(yaml.safe_dump(figure_of_many("PMC9__many", "A", *(f"A {number}" for number in range(70)), "A/page-2")))
    export([write(tmp_path / "records", {"_figures/PMC9__many.md": page})], tmp_path / "export")
    summary = [publish(tmp_path / "export", tmp_path / str(workers), workers=workers) for workers in (1, 3)]
    assert summary[0].left_out == summary[1].left_out
    assert len(summary[0].left_out) == 1
    assert summary[0].exit_status == 1
    assert same_trees(tmp_path / "1", tmp_path / "3") == []
    assert broken_links(tmp_path / "1")[1] == []
