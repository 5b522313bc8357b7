"""A real browser that looks at pages: what it asked for, what it complained about, and what a person would see."""

from __future__ import annotations

import contextlib
import importlib.resources
import os
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = "https://europepmc.org/api/fulltextRepo?"
"""What addresses of pictures at Europe PMC begin with: the only requests to another host, which a visit answers itself."""

WIDE = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
"""By how many pixels a page is wider than the window."""

AXE = """async (rules) => (await axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) })).violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`))"""
"""The accessibility faults of a page where the script of axe is."""

_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="teal"/></svg>'
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def skip_or_fail(reason: str) -> NoReturn:
    """Without what it needs a test is skipped, but where ``PFOCR2RDF_TOOLS`` promises that it is there, it is red."""
    if os.environ.get("PFOCR2RDF_TOOLS"):
        pytest.fail(reason)
    pytest.skip(reason)


def axe_script() -> str:
    """The script of axe, which finds what people with other eyes, hands and programs cannot use."""
    try:
        return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        skip_or_fail("axe is not installed: pip install axe-playwright-python")


def browser_program() -> str:
    """The path of the browser."""
    return next(filter(None, map(shutil.which, _NAMES)), None) or skip_or_fail("there is no Chromium: apt-get install chromium")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """The browser, as Playwright has it: ``new_page`` and ``new_context`` are its ways in."""
    try:
        from playwright.sync_api import sync_playwright  # here, since whoever tests without a browser need not have it
    except ImportError:
        skip_or_fail("Playwright is not installed: pip install playwright")
    program = browser_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page of a browser that keeps account of what happens on it.

    Attributes:
        page: the page, as Playwright has it.
        requested: the URLs that it asked for, in their order; ``data:`` and ``blob:`` leave no machine and are not among them.
        failed: those of them that were not answered with what was asked for, each behind the reason.
        said: what was written to the console, complaints about the policy included, and errors of scripts.
        dialogs: the boxes that scripts opened.
    """

    def __init__(self, browser: Any, **options: Any) -> None:
        self.page = browser.new_page(**options)
        self.page.set_default_timeout(15_000)
        self.requested: list[str] = []
        self.failed: list[str] = []
        self.said: list[str] = []
        self.dialogs: list[str] = []
        self.page.route(f"{PICTURES}**", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body=_PICTURE))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._request_failed)
        self.page.on("response", self._response)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._dialog)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.requested.append(request.url)

    def _request_failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # as what is under way when the page is left
            self.failed.append(f"{request.failure} {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def assert_quiet(self, origin: str) -> None:
        """Nothing but pictures was asked of others, nothing failed, and there was nothing to complain about."""
        foreign_urls = [url for url in self.requested if not url.startswith((f"{origin}/", PICTURES))]
        events = (foreign_urls, self.failed, self.said, self.dialogs)
        assert events == ([], [], [], []), events  # said, since pytest does not explain what fails outside of its modules


@contextlib.contextmanager
def visiting(browser: Any, **options: Any) -> Iterator[Visit]:
    """A visit; the page is closed behind it."""
    visit = Visit(browser, **options)
    try:
        yield visit
    finally:
        visit.page.close()
