"""The plots. Their colours are those of Okabe and Ito for colour-blind readers; labels are never taken for mark-up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.axis import Axis
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
    """A plot with its text alternative: a descriptive title, and a description."""

    figure: Figure
    title: str
    description: str


def plot_years(stats: GraphStats) -> Plot:
    """Figures by the year of their paper."""
    figure, (axes,) = _create_figure(1, 3.8)
    if stats.figures_by_year:
        peak = max(stats.figures_by_year, key=lambda year: (stats.figures_by_year[year], year))
        title = f"The year with most figures: {peak}, with {_format_share(stats.figures_by_year[peak], stats.figures)}"
        drawn = {year: count for year, count in stats.figures_by_year.items() if abs(year - peak) < _MAX_SPAN_YEARS}
        axes.bar(list(drawn), list(drawn.values()), color=BLUE, width=0.8)
        axes.set_xlim(min(drawn) - 0.9, max(drawn) + 0.9)
    else:
        title, drawn = "No figure has a year", {}
        _draw_nothing(axes)
    beyond = sum(stats.figures_by_year.values()) - sum(drawn.values())
    note = f"; without a year: {stats.figures_without_year:,}" if stats.figures_without_year else ""
    note += f"; in years far from these: {beyond:,}" if beyond else ""
    _set_integer_ticks(axes.xaxis, 12, ".0f")
    _set_count_axis(axes, "number of figures")
    axes.set_xlabel(f"year in which the paper was issued{note}")
    axes.set_title(title)
    return Plot(figure, title, f"Bars: figures by the year in which their paper was issued{note}. {_describe_counts(drawn)}")


def plot_mentions(stats: GraphStats) -> Plot:
    """The number of figures for each number of mentions and of genes."""
    figure, panels = _create_figure(2, 6.4)
    texts = []
    for axes, counts, name, colour in (
        (panels[0], stats.mentions_per_figure, "mentions", BLUE),
        (panels[1], stats.genes_per_figure, "distinct genes", ORANGE),
    ):
        median = _quantile(counts, 0.5)  # the largest number that at least half of all have, or more
        title = f"Half of the figures have {median:,} {name} or more" if counts else f"No figure has {name}"
        axes.set_title(title)
        _draw_histogram(axes, counts, colour)
        if counts:
            axes.axvline(median, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_xlabel(f"{name} in a figure{_describe_bins(counts)}; dashes: the median" if counts else f"{name} in a figure")
        _set_count_axis(axes, "number of figures")
        texts.append(f"{title}; the most in one figure are {max(counts, default=0):,}.")
    return Plot(figure, "Mentions and genes in each figure", f"Two histograms. {' '.join(texts)}")


def plot_degrees(stats: GraphStats) -> Plot:
    """The number of genes and families that at least a number of figures mention."""
    figure, (axes,) = _create_figure(1, 4.6)
    once = stats.figures_per_gene.get(1, 0)
    total = sum(count for times, count in stats.figures_per_gene.items() if times)
    title = f"In one figure only: {_format_share(once, total, 'genes')}" if total else "No figure mentions a gene"
    texts, series = [], [("genes", stats.figures_per_gene, BLUE, "o"), ("families", stats.figures_per_family, ORANGE, "s")]
    for name, counts, colour, marker in series:
        degrees = [times for times in counts if times]
        if degrees:
            totals = list(accumulate(counts[times] for times in reversed(degrees)))[::-1]
            axes.plot(
                degrees, totals, color=colour, marker=marker, markersize=5 if len(degrees) < _MAX_BARS else 3, linewidth=1, label=name
            )
            texts.append(f"{name}: {totals[0]:,} in at least one figure, and the most frequent in {degrees[-1]:,} figures.")
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
    axes.set_xlabel("minimum number of figures (log)")
    axes.set_ylabel("number of genes or families (log)")
    axes.set_title(title)
    return Plot(
        figure, title, f"Two falling lines, on logarithmic scales: how many are on at least this number of figures. {' '.join(texts)}"
    )


def plot_evidence(stats: GraphStats) -> Plot:
    """Mentions by their evidence."""
    named = [(_EVIDENCE_LABELS[name], count) for name, count in stats.mentions_by_evidence.items()]
    figure, (axes,) = _create_figure(1, 3.6)
    commonest, highest = max(named, key=lambda row: row[1])
    title = f"Recognised {commonest}: {_format_share(highest, stats.mentions, 'mentions')}" if highest else "There are no mentions"
    colours = [GREY if name == _EVIDENCE_LABELS["none"] else BLUE for name, _ in named]
    _draw_bars(axes, [name for name, _ in named], [count for _, count in named], colours, stats.mentions)
    axes.set_xlabel("number of mentions")
    axes.set_title(title)
    return Plot(figure, title, f"Bars: mentions by how they were recognised. {'; '.join(f'{name}: {count:,}' for name, count in named)}.")


def plot_families(stats: GraphStats) -> Plot:
    """The families that are drawn most, and those that are drawn together."""
    singles = [(printable_label(family.label), family.total) for family in stats.top_families[:_MAX_LISTED_ROWS]]
    pairs = [
        (f"{printable_label(pair.first.label, 20)} + {printable_label(pair.second.label, 20)}", pair.figures)
        for pair in stats.family_pairs[:_MAX_LISTED_ROWS]
    ]
    heights = [max(len(rows), 2) for rows in (singles, pairs)]
    figure, panels = _create_figure(2, 2.2 + 0.32 * sum(heights), heights)
    texts = []
    for axes, rows, colour, subject, heading in (
        (panels[0], singles, BLUE, "family is drawn", "Drawn in the most figures"),
        (panels[1], pairs, ORANGE, "two families are drawn together", "Drawn together in the most figures"),
    ):
        title = _headline(rows, subject, heading)
        axes.set_title(title)
        _draw_bars(axes, [name for name, _ in rows], [count for _, count in rows], [colour] * len(rows))
        axes.set_xlabel("number of figures")
        texts.append(f"{title}. {'; '.join(f'{name}: {count:,}' for name, count in rows)}")
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


def _headline(rows: Sequence[tuple[str, int]], subject: str, heading: str) -> str:
    """The heading with the first row, which is the highest, if it is in more than one figure."""
    if not rows or rows[0][1] == 1:
        return f"No {subject} on more than one figure" if rows else f"No {subject}"
    if cell_len(rows[0][0]) > _MAX_TITLE_COLUMNS:  # it is the first name below, where there is room for it
        return heading
    return f"{heading}: {rows[0][0]}{', among others' if rows[1:] and rows[1][1] == rows[0][1] else ''}"


def _format_share(count: int, total: int, unit: str = "") -> str:
    """A part of a whole, in numbers and as a percentage."""
    return f"{count:,} of {total:,}{f' {unit}' if unit else ''} ({100 * count / total:.0f}%)"


def _describe_counts(counts: Mapping[int, int]) -> str:
    """The largest of these counts, in the order of their keys."""
    keys = sorted(sorted(counts, key=lambda key: (-counts[key], key))[:_MAX_DESCRIBED_BARS])
    return "; ".join(f"{key}: {counts[key]:,}" for key in keys) + "." if keys else ""


def _draw_nothing(axes: Axes) -> None:
    """Write a note that there is nothing to draw instead of an empty frame."""
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0.5, 0.5, "nothing to draw", ha="center", va="center", color=GREY)


def _set_integer_ticks(axis: Axis, ticks: int, number_format: str = ",.0f") -> None:
    axis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], nbins=ticks, min_n_ticks=1))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format(value, number_format)))


def _set_count_axis(axes: Axes, label: str) -> None:
    """An upright axis of whole numbers."""
    _set_integer_ticks(axes.yaxis, 6)
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
    _set_integer_ticks(axes.xaxis, 6)


def _quantile(counts: Mapping[int, int], part: float) -> int:
    """The quantile of a histogram."""
    if not counts:
        return 0
    sums = list(accumulate(counts.values()))
    return list(counts)[min(bisect_left(sums, sums[-1] * part + 0.5), len(sums) - 1)]


def _bin_width(counts: Mapping[int, int]) -> int:
    """The smallest width of 1, 2, 5, 10, … with which all but the tail fits into ``_MAX_BARS`` bins."""
    reach, power = _quantile(counts, _TAIL_QUANTILE) + 1, 1
    while reach > _MAX_BARS * 5 * power:
        power *= 10
    return next(step * power for step in (1, 2, 5) if reach <= _MAX_BARS * step * power)


def _tail_start(counts: Mapping[int, int]) -> int:
    """The first number that the last bar counts: all from there on."""
    width = _bin_width(counts)
    return (_quantile(counts, _TAIL_QUANTILE) // width + 1) * width


def _describe_bins(counts: Mapping[int, int]) -> str:
    width, edge = _bin_width(counts), _tail_start(counts)
    text = f", {width:,} numbers to a bar" if width > 1 else ""
    beyond = sum(count for amount, count in counts.items() if amount >= edge)
    return f"{text}; grey: {edge:,} or more" if beyond else text


def _draw_histogram(axes: Axes, counts: Mapping[int, int], colour: str) -> None:
    """Bars for equal steps; the few figures that are far beyond the others are one grey bar."""
    if not counts:
        _draw_nothing(axes)
        return
    width, edge = _bin_width(counts), _tail_start(counts)
    bars = [0] * (edge // width + 1)
    for amount, count in counts.items():
        bars[min(amount, edge) // width] += count
    centres = [(index + 0.5) * width - 0.5 for index in range(len(bars))]
    axes.bar(centres[:-1], bars[:-1], width=width * 0.9, color=colour)
    if bars[-1]:
        axes.bar(centres[-1:], bars[-1:], width=width * 0.9, color=GREY)
    axes.set_xlim(-0.5 - width * 0.3, centres[-1] + width * (0.8 if bars[-1] else -0.2))
    _set_integer_ticks(axes.xaxis, 10)


def _set_log_limits(axes: Axes, stats: GraphStats) -> None:
    """Limits that leave room for the outermost points, also where there is one point only, and no more ticks than there is room for."""
    reach = max((*stats.figures_per_gene, *stats.figures_per_family))
    axes.set_xlim(0.8, max(reach * 1.4, 2.5))
    high = max(sum(count for times, count in counts.items() if times) for counts in (stats.figures_per_gene, stats.figures_per_family))
    axes.set_ylim(0.8, max(high * 1.6, 2.5))
    for axis, highest in ((axes.xaxis, reach), (axes.yaxis, high)):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < _CROWDED_AXIS_VALUE else (1,), numticks=30))
