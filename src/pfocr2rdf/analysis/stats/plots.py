"""What each plot shows. Colours are those that Okabe and Ito chose for colour-blind readers; names of others are never mark-up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator
from rich.cells import cell_len

from pfocr2rdf.analysis.stats.labels import printable_label
from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES

INK, PAPER, GRID, BLUE, ORANGE, GREY = "#1a1a1a", "#ffffff", "#dddddd", "#0072b2", "#d55e00", "#8c8c8c"

MATPLOTLIB_SETTINGS: Any = {  # matplotlib's type for it is a list of all names that there are
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud, and the file is small
    "svg.hashsalt": "pfocr2rdf",
    "text.parse_math": False,  # a gene may be called $x$
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 11,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "grid.color": GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "savefig.dpi": 160,
}
"""What is not matplotlib's default; a user's own settings do not reach the plots."""

_WIDTH_INCHES = 8.6
_MAX_SPAN_YEARS = 100
_MAX_BARS = 40
_MAX_LISTED_ROWS = 20
_MAX_DESCRIBED_BARS = 12
_TAIL_QUANTILE = 0.99
_MAX_TITLE_COLUMNS = 20
_CROWDED_AXIS_VALUE = 10_000
_EVIDENCE_LABELS = {row.name.partition(":")[2]: row.label for row in EVIDENCE_TYPES} | {"none": "no evidence"}


class Plot(NamedTuple):
    """A plot, and what it says to a reader who does not see it.

    Attributes:
        figure: the plot.
        title: what it says, in a few words.
        description: what it shows.
    """

    figure: Figure
    title: str
    description: str


def plot_years(stats: GraphStats) -> Plot:
    """Figures by the year of their paper."""
    figure, (axes,) = _create_figure(1, 3.8)
    if stats.figures_by_year:
        most = max(stats.figures_by_year, key=lambda year: (stats.figures_by_year[year], year))
        title = f"The year with most figures: {most}, with {_format_share(stats.figures_by_year[most], stats.figures)}"
        drawn = {year: count for year, count in stats.figures_by_year.items() if abs(year - most) < _MAX_SPAN_YEARS}
        axes.bar(list(drawn), list(drawn.values()), color=BLUE, width=0.8)
        axes.set_xlim(min(drawn) - 0.9, max(drawn) + 0.9)
    else:
        title, drawn = "No figure has a year", {}
        _draw_nothing(axes)
    beyond = sum(stats.figures_by_year.values()) - sum(drawn.values())
    notes = [f"without a year: {stats.figures_without_year:,}"] * bool(stats.figures_without_year) + [
        f"in years far from these: {beyond:,}"
    ] * bool(beyond)
    note = "".join(f"; {one}" for one in notes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], nbins=12, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    _set_count_axis(axes, "number of figures")
    axes.set_xlabel(f"year in which the paper was issued{note}")
    axes.set_title(title)
    return Plot(figure, title, f"Bars: figures by the year in which their paper was issued{note}. {_describe_counts(drawn)}")


def plot_mentions(stats: GraphStats) -> Plot:
    """How many figures have so many mentions, and how many genes."""
    figure, panels = _create_figure(2, 6.4)
    texts = []
    for axes, counts, name, colour in (
        (panels[0], stats.mentions_per_figure, "mentions", BLUE),
        (panels[1], stats.genes_per_figure, "distinct genes", ORANGE),
    ):
        middle = _median(counts)
        said = f"Half of the figures have {middle:,} {name} or more" if counts else f"No figure has {name}"
        axes.set_title(said)
        _draw_histogram(axes, counts, colour)
        if counts:
            axes.axvline(middle, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_xlabel(f"{name} on a figure{_describe_bins(counts)}; dashes: the median" if counts else f"{name} on a figure")
        _set_count_axis(axes, "number of figures")
        texts.append(f"{said}; the most on one figure are {max(counts, default=0):,}.")
    return Plot(figure, "Mentions and genes on each figure", f"Two histograms. {' '.join(texts)}")


def plot_degrees(stats: GraphStats) -> Plot:
    """How many genes and families are on at least so many figures."""
    figure, (axes,) = _create_figure(1, 4.6)
    once = stats.figures_per_gene.get(1, 0)
    total = sum(count for times, count in stats.figures_per_gene.items() if times)
    title = f"On one figure only: {_format_share(once, total, 'genes')}" if total else "No figure mentions a gene"
    texts, series = [], [("genes", stats.figures_per_gene, BLUE, "o"), ("families", stats.figures_per_family, ORANGE, "s")]
    for name, counts, colour, marker in series:
        degrees = [times for times in counts if times]
        if degrees:
            least = list(accumulate(counts[times] for times in reversed(degrees)))[::-1]
            axes.plot(degrees, least, color=colour, marker=marker, markersize=5 if len(degrees) < _MAX_BARS else 3, linewidth=1, label=name)
            texts.append(f"{name}: {least[0]:,} on a figure or more, and the most on {degrees[-1]:,} figures.")
    if texts:
        for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
            scale("log")
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.minorticks_off()
        _set_log_limits(axes, stats)
        axes.legend(frameon=False)
    else:
        _draw_nothing(axes)
    axes.grid(visible=True)
    axes.set_xlabel("on at least so many figures (log)")
    axes.set_ylabel("number of genes or families (log)")
    axes.set_title(title)
    return Plot(figure, title, f"Two falling lines, on logarithmic scales: how many are on at least so many figures. {' '.join(texts)}")


def plot_evidence(stats: GraphStats) -> Plot:
    """Mentions by their evidence."""
    named = [(_EVIDENCE_LABELS[name], count) for name, count in stats.mentions_by_evidence.items()]
    figure, (axes,) = _create_figure(1, 3.6)
    best, most = max(named, key=lambda one: one[1])
    title = f"Recognised {best}: {_format_share(most, stats.mentions, 'mentions')}" if most else "There are no mentions"
    colours = [GREY if name == _EVIDENCE_LABELS["none"] else BLUE for name, _ in named]
    _draw_bars(axes, [name for name, _ in named], [count for _, count in named], colours, stats.mentions)
    axes.set_xlabel("number of mentions")
    axes.set_title(title)
    return Plot(figure, title, f"Bars: mentions by how they were recognised. {'; '.join(f'{name}: {count:,}' for name, count in named)}.")


def plot_families(stats: GraphStats) -> Plot:
    """The families that are drawn most, and those that are drawn together."""
    singles = [(printable_label(one.label), one.total) for one in stats.top_families[:_MAX_LISTED_ROWS]]
    pairs = [
        (f"{printable_label(one.first.label, 20)} + {printable_label(one.second.label, 20)}", one.figures)
        for one in stats.family_pairs[:_MAX_LISTED_ROWS]
    ]
    rows = [max(len(some), 2) for some in (singles, pairs)]
    figure, panels = _create_figure(2, 2.2 + 0.32 * sum(rows), rows)
    texts = []
    panel = (
        (panels[0], singles, "family is drawn", "Drawn on most figures"),
        (panels[1], pairs, "two families are drawn together", "Drawn together on most figures"),
    )
    for axes, some, what, most in panel:
        title = _headline(some, what, most)
        axes.set_title(title)
        _draw_bars(axes, [name for name, _ in some], [count for _, count in some], [BLUE if axes is panels[0] else ORANGE] * len(some))
        axes.set_xlabel("number of figures")
        texts.append(f"{title}. {'; '.join(f'{name}: {count:,}' for name, count in some)}")
    return Plot(figure, "The families that are drawn most, and those that are drawn together", f"Bars, by figures. {'. '.join(texts)}.")


PLOTS: dict[str, Callable[[GraphStats], Plot]] = {
    "years": plot_years,
    "mentions": plot_mentions,
    "degrees": plot_degrees,
    "evidence": plot_evidence,
    "families": plot_families,
}
"""The plots by name."""


def _create_figure(panels: int, height: float, ratios: Sequence[int] | None = None) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(_WIDTH_INCHES, height), layout=ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.12, hspace=0.06))
    axes = figure.subplots(panels, 1, squeeze=False, height_ratios=ratios)
    return figure, list(axes[:, 0])


def _headline(some: Sequence[tuple[str, int]], what: str, most: str) -> str:
    """What there is most of, if there is one such thing."""
    if not some or some[0][1] == 1:
        return f"No {what} on more than one figure" if some else f"No {what}"
    if cell_len(some[0][0]) > _MAX_TITLE_COLUMNS:  # it is the first name below, where there is room for it
        return most
    return f"{most}: {some[0][0]}{', among others' if some[1:] and some[1][1] == some[0][1] else ''}"


def _format_share(count: int, total: int, unit: str = "") -> str:
    """A part of a whole, in numbers and as a percentage."""
    return f"{count:,} of {total:,}{f' {unit}' if unit else ''} ({100 * count / total:.0f}%)"


def _describe_counts(counts: Mapping[int, int]) -> str:
    """The largest of these counts, in the order of their keys."""
    most = sorted(sorted(counts, key=lambda key: (-counts[key], key))[:_MAX_DESCRIBED_BARS])
    return "; ".join(f"{key}: {counts[key]:,}" for key in most) + "." if most else ""


def _draw_nothing(axes: Axes) -> None:
    """Say that there is nothing to draw, in the place of an empty frame."""
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0.5, 0.5, "nothing to draw", ha="center", va="center", color=GREY)


def _set_count_axis(axes: Axes, label: str) -> None:
    """An upright axis of whole numbers."""
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], nbins=6, min_n_ticks=1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylabel(label)
    axes.grid(visible=True, axis="y")


def _draw_bars(axes: Axes, names: list[str], counts: list[int], colours: list[str], total: int = 0) -> None:
    """Bars that lie, the first one on top, with their numbers behind them."""
    if not names:
        axes.set_yticks([])
        _draw_nothing(axes)
        return
    drawn = axes.barh(range(len(names)), counts, color=colours, height=0.7)
    axes.bar_label(drawn, [f"{count:,} ({100 * count / total:.1f}%)" if total else f"{count:,}" for count in counts], padding=4)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(0, max(*counts, 1) * (1.22 if total else 1.12))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], nbins=6, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _median(counts: Mapping[int, int]) -> int:
    """The largest number that at least half of all have, or more."""
    return _quantile(counts, 0.5)


def _quantile(counts: Mapping[int, int], part: float) -> int:
    """The smallest amount up to which there is more than this part of all."""
    if not counts:
        return 0
    sums = list(accumulate(counts.values()))
    return list(counts)[min(bisect_left(sums, sums[-1] * part + 0.5), len(sums) - 1)]


def _bin_width(counts: Mapping[int, int]) -> int:
    """How many amounts share a bar, so that the bars are few."""
    reach, power = _quantile(counts, _TAIL_QUANTILE) + 1, 1
    while reach > _MAX_BARS * 5 * power:
        power *= 10
    return next(step * power for step in (1, 2, 5) if reach <= _MAX_BARS * step * power)


def _tail_start(counts: Mapping[int, int]) -> int:
    """The first amount that is beyond the bars but for the last, which has all that are."""
    width = _bin_width(counts)
    return (_quantile(counts, _TAIL_QUANTILE) // width + 1) * width


def _describe_bins(counts: Mapping[int, int]) -> str:
    width, edge = _bin_width(counts), _tail_start(counts)
    said = f", {width:,} numbers to a bar" if width > 1 else ""
    beyond = sum(count for amount, count in counts.items() if amount >= edge)
    return f"{said}; grey: {edge:,} or more" if beyond else said


def _draw_histogram(axes: Axes, counts: Mapping[int, int], colour: str) -> None:
    """Bars for equal steps; the few figures that are far beyond the others are one grey bar."""
    if not counts:
        _draw_nothing(axes)
        return
    width, edge = _bin_width(counts), _tail_start(counts)
    bars = [0] * (edge // width + 1)
    for amount, count in counts.items():
        bars[min(amount, edge) // width] += count
    places = [(at + 0.5) * width - 0.5 for at in range(len(bars))]
    axes.bar(places[:-1], bars[:-1], width=width * 0.9, color=colour)
    if bars[-1]:
        axes.bar(places[-1:], bars[-1:], width=width * 0.9, color=GREY)
    axes.set_xlim(-0.5 - width * 0.3, places[-1] + width * (0.8 if bars[-1] else -0.2))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], nbins=10, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _set_log_limits(axes: Axes, stats: GraphStats) -> None:
    """Limits that leave room for the outermost points, also where there is one point only, and no more ticks than there is room for."""
    reach = max((*stats.figures_per_gene, *stats.figures_per_family))
    axes.set_xlim(0.8, max(reach * 1.4, 2.5))
    high = max(sum(count for times, count in counts.items() if times) for counts in (stats.figures_per_gene, stats.figures_per_family))
    axes.set_ylim(0.8, max(high * 1.6, 2.5))
    for axis, most in ((axes.xaxis, reach), (axes.yaxis, high)):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if most < _CROWDED_AXIS_VALUE else (1,), numticks=30))
