"""A query joins the graphs of a community with an export in its IRI profile, or with a default one and a linkset.

``tests/data/joins/profiles`` has a small graph and a query for each profile.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from tests.support.records import DATA, ROOT

from pfocr2rdf import export
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IRI_PROFILES

PROFILES = DATA / "joins" / "profiles"
COMMUNITIES = [name for name in IRI_PROFILES if name != DEFAULT_PROFILE.name]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("profiles")
    for name in IRI_PROFILES:
        export(ROOT / "examples", folder / name, formats=("turtle", "linksets"), iris=name, workers=1)
    return {name: folder / name for name in IRI_PROFILES}


def ask(community: str, *files: Path) -> list[list[str]]:
    """The rows of the community's query for its graph together with other files."""
    store = Store()
    for file in (PROFILES / f"{community}.ttl", *files):
        store.load(path=str(file), format=RdfFormat.N_TRIPLES if file.suffix == ".nt" else RdfFormat.TURTLE)
    rows = store.query((PROFILES / f"{community}.rq").read_text(encoding="utf-8"))
    assert isinstance(rows, QuerySolutions)
    return [[term.value for term in row if not isinstance(term, type(None))] for row in rows]  # type: ignore[union-attr]


@pytest.mark.parametrize("community", COMMUNITIES)
def test_a_community_joins_exports_in_its_profile_only(community: str, exports: dict[str, Path]) -> None:
    answers = {name: ask(community, folder / "figures.ttl") for name, folder in exports.items()}
    assert [name for name, rows in answers.items() if rows] == [community]
    assert answers[community][0][0] == "Janus kinase 1"


@pytest.mark.parametrize("community", COMMUNITIES)
def test_a_linkset_joins_the_default_export(community: str, exports: dict[str, Path]) -> None:
    default = exports["default"]
    direct = ask(community, exports[community] / "figures.ttl")
    assert ask(community, default / "figures.ttl", default / "linksets" / f"default-{community}.nt") == direct


def test_linksets_are_the_same_in_all_profiles(exports: dict[str, Path]) -> None:
    linksets = [{path.name: path.read_bytes() for path in sorted((folder / "linksets").iterdir())} for folder in exports.values()]
    assert len(linksets[0]) == 7
    assert all(files == linksets[0] for files in linksets)
