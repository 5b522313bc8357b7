"""Pages by keyboard alone: each control is reached in the order of the page and back, is seen when it has the focus, and lets it go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.browser import Visit, chromium, visiting
from tests.support.service import served
from tests.support.sites import BuiltSite

PAGES = {
    "home": "index.html", "figure": "figures/PMC7378365__fimmu-11-01424-g0002.html", "gene": "genes/3717.html",
    "family": "families/STAT.html", "search": "search.html?q=STAT", "queries": "queries.html", "list": "browse/genes/s/index.html",
}  # fmt: skip

FOCUSABLE = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], [contenteditable='true']")];
  const isInGroup = (e) => e.type === "radio" && !e.checked && all.some((other) => other.name === e.name && other.checked);
  const controls = all.filter((e) => e.tabIndex >= 0 && !e.disabled && !isInGroup(e) && e.checkVisibility({ visibilityProperty: true }));
  window.controls = controls;
  return controls.map((e) => `${e.localName} ${e.getAttribute("aria-label") ?? ""} ${e.textContent.trim().slice(0, 30)}`);
}"""
"""The controls of a page in its order, of which the keyboard reaches each; of radio buttons the one that is chosen."""

FOCUSED = """() => {
  const element = document.activeElement;
  const rings = [element, element.parentElement, element.closest(".CodeMirror")].filter(Boolean).map((e) => getComputedStyle(e));
  const { left, top, right, bottom } = (element.closest(".CodeMirror") ?? element).getBoundingClientRect();  // its field has no area
  return {
    index: window.controls.indexOf(element),
    isOnPage: element !== document.body,
    isRinged: rings.some((style) => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2),
    isInWindow: right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right > left && bottom > top,
  };
}"""
"""The number of the control that has the focus, and whether a person sees that it has."""


START = """() => {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
}"""
"""The focus goes to the beginning of the page from where scripts have put it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def url(small: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(small.store, tmp_path_factory.mktemp("served"), "--workers", "1") as server:
        yield server.url


def walk(visit: Visit, key: str, count: int) -> list[dict[str, Any]]:
    """What has the focus after each press of a key."""
    stops = []
    for _ in range(count):
        visit.page.keyboard.press(key)
        stops.append(visit.page.evaluate(FOCUSED))
    return stops


@pytest.mark.parametrize("name", PAGES)
def test_each_control_is_reached_and_seen_and_lets_the_focus_go(browser: Any, url: str, name: str) -> None:
    with visiting(browser, viewport={"width": 1000, "height": 700}) as visit:
        page = visit.page
        page.goto(f"{url}/{PAGES[name]}")
        if name == "queries":
            page.get_by_role("button", name="Run").click()
            page.locator("table.rows tbody tr").first.wait_for()
        page.wait_for_load_state("networkidle")  # scripts complete the results of a search
        page.evaluate(START)
        controls = page.evaluate(FOCUSABLE)
        assert len(controls) > 10
        forwards = walk(visit, "Tab", len(controls))
        reached = [stop["index"] for stop in forwards]
        assert sorted(reached) == list(range(len(controls))), [controls[n] for n in range(len(controls)) if n not in reached]
        assert [controls[stop["index"]] for stop in forwards if not (stop["isRinged"] and stop["isInWindow"])] == []
        assert not walk(visit, "Tab", 1)[0]["isOnPage"]
        backwards = walk(visit, "Shift+Tab", len(controls))
        assert [stop["index"] for stop in backwards] == reached[::-1]
