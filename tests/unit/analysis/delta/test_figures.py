"""The figures of a difference: new, gone, and changed by a statement about the figure itself or about one of its mentions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.analysis.delta.diff import diff
from pfocr2rdf.analysis.delta.figures import FigureChanges

SITE = "https://pfocr.wikipathways.org"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def figure(name: str, title: str = "a title") -> str:
    subject = f"<{SITE}/figures/{name}.html>"
    return f'{subject} {TYPE} <{SITE}/vocab#Figure> .\n{subject} <http://purl.org/dc/terms/title> "{title}" .\n'


def mention(name: str, target: str, word: str = "STAT3") -> str:
    subject = f"<{SITE}/mentions/{name}>"
    target_line = f"{subject} <http://www.w3.org/ns/oa#hasTarget> <{SITE}/figures/{target}.html> .\n"
    return f'{subject} {TYPE} <{SITE}/vocab#Mention> .\n{target_line}{subject} <{SITE}/vocab#word> "{word}" .\n'


def compare(tmp_path: Path, old: str, new: str, suffix: str = "nt", sort_bytes: int = 1 << 20) -> FigureChanges:
    for name, text in (("old", old), ("new", new)):
        (tmp_path / f"{name}.{suffix}").write_text(text)
    return diff(tmp_path / f"old.{suffix}", tmp_path / f"new.{suffix}", sort_bytes=sort_bytes).figures


@pytest.mark.parametrize("sort_bytes", [1 << 20, 64])
def test_each_figure_is_counted_once(sort_bytes: int, tmp_path: Path) -> None:
    same = figure("PMC1__same") + mention("f1", "PMC1__same")
    old = (
        same
        + figure("PMC2__gone")
        + mention("a2", "PMC2__gone")
        + figure("PMC3__title")
        + figure("PMC4__word")
        + mention("z4", "PMC4__word")
    )
    old += figure("PMC5__less") + mention("b5", "PMC5__less")
    new = same + figure("PMC3__title", "another title") + figure("PMC4__word") + mention("z4", "PMC4__word", "STAT1") + figure("PMC5__less")
    new += figure("PMC6 new").replace(" new.html", "%20new.html") + mention("c6", "PMC6%20new")
    changes = compare(tmp_path, old, new, sort_bytes=sort_bytes)
    assert changes.new == (1, ["PMC6 new"])
    assert changes.gone == (1, ["PMC2__gone"])
    assert changes.changed == (3, ["PMC3__title", "PMC4__word", "PMC5__less"])


def test_a_figure_that_moves_to_another_graph_has_changed(tmp_path: Path) -> None:
    quads = [figure("PMC1__a").replace(" .\n", f" <{SITE}/graphs/{graph}> .\n") for graph in "xy"]
    changes = compare(tmp_path, *quads, suffix="nq")
    assert (changes.new.total, changes.gone.total, changes.changed.first) == (0, 0, ["PMC1__a"])


def test_only_the_first_ten_are_listed(tmp_path: Path) -> None:
    changes = compare(tmp_path, figure("PMC0"), "".join(figure(f"PMC{number:02}") for number in range(12)) + figure("PMC0"))
    assert (changes.new.total, changes.new.first) == (12, [f"PMC{number:02}" for number in range(10)])


def test_other_resources_are_no_figures(tmp_path: Path) -> None:
    label = '<https://identifiers.org/ncbigene/6772> <http://www.w3.org/2000/01/rdf-schema#label> "{}" .\n'
    changes = compare(tmp_path, label.format("STAT1"), label.format("STAT2"))
    assert changes.as_dict() == {"new": 0, "gone": 0, "changed": 0}
