"""Plots as SVG or PNG files, with a text alternative, and the same bytes in every run."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.errors import OptionError, OutputError, require_extra
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.storage.staging import StagedDirectory, listed_names

if TYPE_CHECKING:
    from pfocr2rdf.analysis.stats.plots import Plot

PLOT_FORMATS = ("svg", "png")
"""The formats of plots."""

STATS_FILE = "stats.json"

_is_plot_name = re.compile(r"(?:years|mentions|degrees|evidence|families)\.(?:svg|png)").fullmatch
_owns = listed_names(STATS_FILE, lambda manifest: list(manifest["plots"]), _is_plot_name)
_search_svg_tag = re.compile(r"<svg [^>]*>").search


def write_plots(stats: GraphStats, folder: str | os.PathLike[str], formats: Iterable[str] = PLOT_FORMATS[:1]) -> list[str]:
    """Write the plots, and ``stats.json``. The files appear at the end, each of them whole, or not at all.

    Args:
        stats: the statistics.
        folder: the output folder, which is created if it is missing.
        formats: of ``PLOT_FORMATS``.

    Returns:
        The names of the files.

    Raises:
        OutputError: the folder contains an export, or cannot be written to.
        MissingExtraError: matplotlib, the extra ``plots``, is not installed.
        ValueError: an unknown format.
    """
    names = tuple(dict.fromkeys(formats))
    for name in names:
        if name not in PLOT_FORMATS:
            raise OptionError(f"{name!r} is not a plot format; choose from {', '.join(PLOT_FORMATS)}")
    require_matplotlib()
    if is_export(Path(folder)):
        raise OutputError(f"{Path(folder)}: contains an export, to which plots cannot be added; name another folder")
    with StagedDirectory(folder, STATS_FILE, _owns) as directory:
        for name, data in _render_plots(stats, names):
            with directory.open(name) as file:
                file.write(data)
        plots = [file.name for file in directory.written_files]
        directory.write_json(STATS_FILE, {"tool": TOOL, "plots": plots, **stats.as_dict()})
        directory.publish()
    return [*plots, STATS_FILE]


def require_matplotlib() -> None:
    """Check that plots can be drawn.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    with require_extra("drawing plots", "matplotlib", extra="plots"):
        import matplotlib.figure  # noqa: F401


def _render_plots(stats: GraphStats, formats: Iterable[str]) -> list[tuple[str, bytes]]:
    import matplotlib as mpl

    from pfocr2rdf.analysis.stats.plots import MATPLOTLIB_SETTINGS, PLOTS

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the reader's own fonts have it, or show a box
        mpl.rcdefaults()
        mpl.rcParams.update(MATPLOTLIB_SETTINGS)
        plots = {name: make(stats) for name, make in PLOTS.items()}
        return [(f"{name}.{suffix}", _ENCODERS[suffix](plot)) for name, plot in plots.items() for suffix in formats]


def _encode_svg(plot: Plot) -> bytes:
    out = BytesIO()
    plot.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    opening = _search_svg_tag(text)
    head, rest = (text[: opening.end() - 1], text[opening.end() :]) if opening else (text, "")
    alternative = f'<title id="title">{escape(plot.title)}</title>\n <desc id="desc">{escape(plot.description)}</desc>'
    text = f'{head} role="img" aria-labelledby="title desc">\n {alternative}{rest}'
    return ("\n".join(line.rstrip() for line in text.splitlines()) + "\n").encode()


def _encode_png(plot: Plot) -> bytes:
    out = BytesIO()
    plot.figure.savefig(out, format="png", metadata={"Software": None, "Title": plot.title, "Description": plot.description})
    return out.getvalue()


_ENCODERS = {"svg": _encode_svg, "png": _encode_png}
