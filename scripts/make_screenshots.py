"""Makes the pictures of the documentation from the six records in ``examples``: screenshots of the site, and plots of ``stats``.

Published figures have different licences, so this script draws a picture of each figure: the words of its record, in boxes. It needs
Chromium, and the extras ``test`` and ``plots``.

    python scripts/make_screenshots.py docs
"""

from __future__ import annotations

import html
import io
import math
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any, Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from pfocr2rdf import load, mentions, stats
from pfocr2rdf.analysis.stats.render import write_plots

ROOT = Path(__file__).resolve().parent.parent
FIGURE = "PMC5723907__fimmu-08-01707-g001"
PORT = 18_977
MAX_BYTES = 150_000
PLOTS = ("evidence.svg", "mentions.svg", "years.svg")
_WIDTH = 1000
_PHONE = (390, 780)
_PHONE_GAP = 45
_BOX_WIDTH, _BOX_HEIGHT, _COLUMNS, _ROWS = 150, 46, 4, 5
_LONGEST_WORD = 13  # in letters, to fit in a box
_START_SECONDS = 60.0


class Shot(NamedTuple):
    """A page of the site to take a screenshot of: its window, what to click first, and what to wait for then."""

    path: str
    height: int
    width: int = _WIDTH
    pixel_ratio: float = 2  # sharp on the screens of phones and of most laptops
    scheme: Literal["light", "dark"] = "light"
    click: str = ""
    then: str = "main"


SHOTS = {
    "home": Shot("/", 900),
    "figure": Shot(f"/figures/{FIGURE}.html", 760),
    "gene": Shot("/genes/6772.html", 1000, click="text=/^by any evidence/"),
    "search": Shot("/search.html?q=interferon", 700),
    "query": Shot("/queries.html?example=families-together", 960, click="#run", then="#answer table"),
    "dark": Shot("/families/STAT.html", 760, scheme="dark"),
}
PHONES = [Shot(SHOTS[name].path, _PHONE[1], _PHONE[0], pixel_ratio=1.5) for name in ("home", "figure", "search")]


def draw_figure(words: list[str]) -> str:
    """Words as boxes with arrows between them, as SVG."""
    words = words[: _COLUMNS * _ROWS]
    rows = math.ceil(len(words) / _COLUMNS)
    top = 40 + (_ROWS - rows) * 50
    shapes = []
    for number, word in enumerate(words):
        x, y = 40 + number // rows * 210, top + number % rows * 100
        if number % rows:
            shapes.append(f'<path d="M{x + _BOX_WIDTH / 2} {y - 54}v44m-6 -9l6 9 6 -9" fill="none" stroke="#56677c" stroke-width="3"/>')
        size = f'width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="23"'
        box = f'<rect x="{x}" y="{y}" {size} fill="hsl({200 + 40 * (number % 3)} 70% 90%)" stroke="#34495e"/>'
        text = f'<text x="{x + _BOX_WIDTH / 2}" y="{y + 30}" text-anchor="middle">{html.escape(word)}</text>'
        shapes += [box, text]
    shapes.append('<text x="430" y="560" text-anchor="middle" font-size="17" fill="#56677c">A drawing for this documentation</text>')
    size = 'width="860" height="590" font-family="sans-serif" font-size="20"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def draw_figures(browser: Browser, folder: Path) -> None:
    """A drawing of each figure of the examples, with those of its words that fit in a box."""
    words: dict[str, list[str]] = defaultdict(list)
    for row in mentions(ROOT / "examples"):
        figure, word = row.figid or "", row.word or ""
        if word not in words[figure] and len(word) <= _LONGEST_WORD:
            words[figure].append(word)
    page = browser.new_page(viewport={"width": 860, "height": 590})
    for name, drawn in words.items():
        page.set_content(f"<body style='margin:0'>{draw_figure(drawn)}")
        page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=100)


def make_screenshots(folder: Path, scratch: Path) -> None:
    """Serve the examples with a drawing as the picture of each figure, and take the screenshots."""
    store, pictures = scratch / "store", scratch / "pictures"
    pictures.mkdir()
    load(ROOT / "examples", store)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or shutil.which("google-chrome"))
        draw_figures(browser, pictures)
        command = [sys.executable, "-m", "pfocr2rdf", "serve", str(store), "--port", str(PORT), "--quiet"]
        server = subprocess.Popen([*command, "--pictures", str(pictures)])
        try:
            url = f"http://127.0.0.1:{PORT}"
            wait_for(url)
            for name, shot in SHOTS.items():
                save(take(browser, url, shot), folder / f"{name}.png")
            save(place_side_by_side([take(browser, url, shot) for shot in PHONES]), folder / "phone.png")
        finally:
            server.terminate()
            server.wait()
            browser.close()


def wait_for(url: str) -> None:
    """Wait until a page can be loaded."""
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def take(browser: Browser, url: str, shot: Shot) -> Image.Image:
    """Take a screenshot."""
    size: Any = {"width": shot.width, "height": shot.height}
    page = browser.new_page(viewport=size, device_scale_factor=shot.pixel_ratio, color_scheme=shot.scheme)
    page.goto(f"{url}{shot.path}", wait_until="networkidle")
    if shot.click:
        page.locator(shot.click).first.click()
    page.locator(shot.then).first.wait_for()
    page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    page.close()
    return picture


def place_side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one size in a row, on grey."""
    gap, (width, height) = _PHONE_GAP, pictures[0].size
    row = Image.new("RGB", (len(pictures) * (width + gap) + gap, height + 2 * gap), "#d5dae1")
    for number, picture in enumerate(pictures):
        row.paste(picture, (gap + number * (width + gap), gap))
    return row


def save(picture: Image.Image, path: Path) -> None:
    """Save a picture with as many colours, at most 256, as keep the file small enough for a page."""
    for colours in (256, 128, 64, 32):
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        size = path.stat().st_size
        if size <= MAX_BYTES:
            print(f"{path}: {size:,} bytes, {colours} colours")
            return
    sys.exit(f"{path} is larger than {MAX_BYTES:,} bytes")


def make_plots(folder: Path, scratch: Path) -> None:
    """Draw the plots of the examples."""
    write_plots(stats(ROOT / "examples"), scratch)
    for name in PLOTS:
        shutil.copyfile(scratch / name, folder / name)


if __name__ == "__main__":
    docs = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs")
    for make, part in ((make_screenshots, "screenshots"), (make_plots, "plots")):
        (docs / part).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            make(docs / part, Path(temporary))
