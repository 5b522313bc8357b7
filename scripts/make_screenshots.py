"""Makes the screenshots of the documentation: a figure page and a query with its result, of the six records in ``examples``.

The picture on the figure page is a drawing that this script makes: the words of the record, in boxes. It needs Playwright, Chromium and
Pillow, which the extras ``test`` and ``plots`` bring.

    python scripts/make_screenshots.py docs/screenshots
"""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import sync_playwright

from pfocr2rdf import load

ROOT = Path(__file__).resolve().parent.parent
FIGURE = "PMC5723907__fimmu-08-01707-g001"
QUERY = "families-together"
PORT = 18_977
MAX_BYTES = 150_000
_BOX_WIDTH, _BOX_HEIGHT, _COLUMNS, _ROWS = 150, 46, 4, 5
_START_SECONDS = 60.0


def draw_figure(record: Path) -> str:
    """The words of a record as boxes with arrows between them, as SVG."""
    fields = yaml.safe_load(record.read_text(encoding="utf-8").split("---")[1])
    words = list(dict.fromkeys(str(gene["word"]) for gene in fields["genes"]))[: _COLUMNS * _ROWS]
    shapes = []
    for number, word in enumerate(words):
        x, y = 40 + number // _ROWS * 210, 40 + number % _ROWS * 100
        if number % _ROWS:
            shapes.append(f'<path d="M{x + _BOX_WIDTH / 2} {y - 54}v44m-6 -9l6 9 6 -9" fill="none" stroke="#56677c" stroke-width="3"/>')
        size = f'width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="23"'
        box = f'<rect x="{x}" y="{y}" {size} fill="hsl({200 + 40 * (number % 3)} 70% 90%)" stroke="#34495e"/>'
        text = f'<text x="{x + _BOX_WIDTH / 2}" y="{y + 30}" text-anchor="middle">{html.escape(word)}</text>'
        shapes += [box, text]
    shapes.append('<text x="430" y="560" text-anchor="middle" font-size="17" fill="#56677c">A drawing for this documentation</text>')
    size = 'width="860" height="590" font-family="sans-serif" font-size="20"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def make_screenshots(folder: Path, scratch: Path) -> None:
    """Serve the examples with the drawing as the picture of each figure, and take the screenshots."""
    records, pictures = ROOT / "examples" / "_figures", scratch / "pictures"
    pictures.mkdir()
    load(ROOT / "examples", scratch / "store")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or shutil.which("google-chrome"))
        page = browser.new_page(viewport={"width": 860, "height": 590})
        page.set_content(f"<body style='margin:0'>{draw_figure(records / f'{FIGURE}.md')}")
        for record in records.glob("*.md"):
            page.screenshot(path=pictures / f"{record.stem}.jpg", type="jpeg", quality=95)
        command = [sys.executable, "-m", "pfocr2rdf", "serve", str(scratch / "store"), "--port", str(PORT), "--quiet"]
        server = subprocess.Popen([*command, "--pictures", str(pictures)])
        try:
            url = f"http://127.0.0.1:{PORT}"
            wait_for(f"{url}/figures/{FIGURE}.html")
            shots = browser.new_page(viewport={"width": 1100, "height": 760})
            shots.goto(f"{url}/figures/{FIGURE}.html", wait_until="networkidle")
            save(shots, folder / "figure.png")
            shots.set_viewport_size({"width": 1100, "height": 960})
            shots.goto(f"{url}/queries.html?example={QUERY}", wait_until="networkidle")
            shots.locator("#run").click()
            shots.locator("#answer table").wait_for()
            save(shots, folder / "query.png")
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


def save(page: Any, path: Path) -> None:
    """Take a screenshot that is small enough for a README: with the 256 colours that it has most of."""
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size:,} bytes")
    if size > MAX_BYTES:
        sys.exit(f"{path} is larger than {MAX_BYTES:,} bytes")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        make_screenshots(target, Path(temporary))
