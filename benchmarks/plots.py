"""Draw the results of benchmarks as SVG.

    python -m benchmarks.plots RESULT.json... [--output docs/plots]

Run it from the top of the checkout; it needs the extra ``bench``. Text stays text, and the colours follow the reader's choice of
light or dark. The same results give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.results import Result, load

PLOTS = Path(__file__).resolve().parents[1] / "docs" / "plots"
INK, CARD, OURS, OTHERS = "#111827", "#fefefe", "#2563eb", "#9ca3af"
DARK = {INK: "#e6edf3", CARD: "#161b22", OURS: "#60a5fa", OTHERS: "#6b7280"}
NAMES = {INK: "ink", CARD: "card", OURS: "ours", OTHERS: "others"}
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pfocr2rdf",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": CARD,
    "figure.facecolor": CARD,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def bars(title: str, unit: str, named: Sequence[tuple[str, float, bool]]) -> Figure:
    """Horizontal bars, the first one on top; each is a name, a ratio, and whether it is the export."""
    figure = Figure(figsize=(8.6, 0.9 + 0.42 * len(named)), layout="constrained")
    axes = figure.add_subplot()
    names, values = [row[0] for row in named], [row[1] for row in named]
    drawn = axes.barh(range(len(named)), values, color=[OURS if row[2] else OTHERS for row in named], height=0.66)
    axes.bar_label(drawn, [f"{value:.1f}" if value >= 10 else f"{value:.2f}" for value in values], padding=4)
    axes.set_yticks(range(len(named)), names)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left")
    return figure


def engines(results: Result) -> Figure:
    """The time of each engine from records as a multiple of the export's."""
    rows = [row for row in results.rows if row.get("ratio")]
    names = [f"{row['name']}, {row['processes']} at once" if row["processes"] != 1 else str(row["name"]) for row in rows]
    named = [(name, float(str(row["ratio"])), name.startswith("pfocr2rdf")) for name, row in zip(names, rows, strict=True)]
    return bars("Time from records, as a multiple of the export's", "1 = the export: all fields, validated, two formats", named)


def floor(results: Result) -> Figure:
    """CPU time as a multiple of the floor."""
    named = [(str(row["name"]), float(str(row["ratio"])), str(row["name"]).startswith("pfocr2rdf")) for row in results.rows]
    return bars("CPU time, as a multiple of the floor", "1 = reading the records and writing the files, nothing between", named)


def plain(results: Result) -> Figure:
    """How many times the plain pipeline's CPU time the export's is."""
    named = [(str(row["name"]), float(str(row["ratio"])), str(row["name"]).startswith("pfocr2rdf")) for row in results.rows]
    return bars("CPU time, as a multiple of the export's", "1 = pfocr2rdf, one process", named)


def whole(results: Result) -> Figure:
    """How many times as fast as the plain pipeline the exports are."""
    named = [(str(row["name"]), float(str(row["ratio"])), str(row["name"]).startswith("pfocr2rdf")) for row in results.rows]
    return bars("Times as fast as the plain pipeline", "1 = the usual libraries, one process", named)


def sizes(results: Result) -> Figure:
    """Time for a record, as a multiple of that of the smallest size, against the number of records."""
    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    counts = [int(str(row["records"])) for row in results.rows]
    for key, label, colour, offset in (("cpu", "CPU time, all processes", OTHERS, 10), ("wall", "time", OURS, -20)):
        values = [float(str(row[key])) for row in results.rows]
        axes.plot(counts, values, color=colour, marker="o", linewidth=2)
        axes.annotate(label, (counts[-1], values[-1]), (0, offset), textcoords="offset points", ha="right", va="bottom")
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.minorticks_off()
    axes.set_ylim(0, max(float(str(row[key])) for row in results.rows for key in ("cpu", "wall")) * 1.3)
    axes.set_xlabel("records")
    axes.set_title("Time for a record, as a multiple of that of the smallest corpus", loc="left")
    return figure


def loading(results: Result) -> Figure:
    """How many times as long as our load each other one takes."""
    rows = [row for row in results.rows if row.get("ratio")]
    named = [(f"{row['into']}: {row['name']}", float(str(row["ratio"])), str(row["name"]).startswith("pfocr2rdf")) for row in rows]
    return bars("Time of a load, as a multiple of that of pfocr2rdf load", "1 = pfocr2rdf load into the same kind of store", named)


DRAWN: dict[str, Callable[[Result], Figure]] = {
    "plain": plain,
    "whole": whole,
    "engines": engines,
    "floor": floor,
    "sizes": sizes,
    "loading": loading,
}
"""What each benchmark's result is drawn as."""


def svg(figure: Figure) -> str:
    """The picture, with colours that a reader's choice of light or dark decides."""
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    for colour, name in NAMES.items():
        text = text.replace(colour, f"var(--{name})")
    light, dark = ("".join(f"--{NAMES[item]}: {colours[item]}; " for item in NAMES) for colours in ({item: item for item in NAMES}, DARK))
    style = f"<style>:root {{ {light}}} @media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}</style>"
    head, mark, rest = text.partition(" <defs>")
    return "\n".join(line.rstrip() for line in f"{head} {style}\n{mark}{rest}".splitlines()) + "\n"


def draw(results: Result, folder: Path) -> Path:
    """Draw a result to the folder; the picture's path."""
    settings: Any = SETTINGS  # matplotlib's type for it is a list of all names that there are
    with mpl.rc_context(settings):
        picture = svg(DRAWN[results.benchmark](results))
    path = folder / f"{results.benchmark}.svg"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(picture, encoding="utf-8")
    return path


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plots", description="Draw the results of benchmarks as SVG.")
    parser.add_argument("results", type=Path, nargs="+", metavar="RESULT.json")
    parser.add_argument("--output", type=Path, default=PLOTS)
    asked = parser.parse_args(arguments)
    for path in asked.results:
        print(draw(load(path), asked.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
