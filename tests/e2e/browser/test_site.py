"""What a person sees: a published site and a served one in a real browser, by mouse and by keyboard, in light and dark mode."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from tests.support.browser import AXE, FLAGS, PICTURES, WIDE, Visit, axe_script, browser_program, chromium, visiting
from tests.support.processes import wait_until
from tests.support.records import front_matter, write
from tests.support.service import served
from tests.support.sites import EVIL, BuiltSite, hosted

from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.site.static.publish import publish

FIGURE = "figures/PMC7378365__fimmu-11-01424-g0002.html"

PAGES = {
    "home": "index.html", "search": "search.html?q=STAT3", "queries": "queries.html", "vocabulary": "vocab.html", "dataset": "dataset.html",
    "browse": "browse/index.html", "groups": "browse/genes/index.html", "list": "browse/genes/s/index.html", "figure": FIGURE,
    "gene": "genes/6772.html", "family": "families/STAT.html", "paper": "papers/PMC7378365.html", "chemical": "chemicals/D000431.html",
    "disease": "diseases/D009369.html", "organism": "organisms/9606.html", "further": "organisms/9606/page-2.html",
    "list further": "browse/genes/m/page-2.html",
}  # fmt: skip
"""A page of each kind, which both sites have."""

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1200, "height": 900}

ANSWERED = ("home", "search", "queries")
"""The pages that a service has in a way of its own."""

SHOTS = ("home", "figure", "gene", "family", "search", "queries")


class Site(NamedTuple):
    """A site: where it is, and whether a program answers rather than files."""

    url: str
    is_served: bool

    def at(self, path: str) -> str:
        """The URL of a page."""
        return f"{self.url}/{path}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def browser_without_images(browser: Any) -> Iterator[Any]:
    """A browser whose user has turned off images."""
    launched = browser.browser_type.launch(
        executable_path=browser_program(), headless=True, args=[*FLAGS, "--blink-settings=imagesEnabled=false"]
    )
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def files(small: BuiltSite) -> Iterator[Site]:
    with hosted(small.site) as url:
        yield Site(url, False)


@pytest.fixture(scope="module")
def service(small: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(small.store, tmp_path_factory.mktemp("served"), "--workers", "2") as server:
        yield Site(server.url, True)


@pytest.fixture(scope="module", params=["files", "service"])
def site(request: pytest.FixtureRequest) -> Site:
    chosen = request.getfixturevalue(request.param)
    assert isinstance(chosen, Site)
    return chosen


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_script()


@contextmanager
def quiet(browser: Any, site: Site, **options: Any) -> Iterator[Visit]:
    """A visit on which there is nothing to complain about: no error, no request to another host, no box."""
    with visiting(browser, **options) as visit:
        yield visit
        visit.assert_quiet(site.url)


def opened(visit: Visit, url: str) -> None:
    """Open a page."""
    answer = visit.page.goto(url)
    assert answer.status == 200, url


def follow(visit: Visit, link: Any) -> None:
    """Follow a link to another page."""
    with visit.page.expect_navigation():
        link.click()


# -- ways through the site ---------------------------------------------------------------------------------------------------


def test_a_gene_is_searched_a_figure_opened_and_a_family_and_back(browser: Any, site: Site) -> None:
    with quiet(browser, site) as visit:
        page = visit.page
        opened(visit, site.at("index.html"))
        page.get_by_label("Search figures, genes, chemicals and words").fill("STAT3")
        page.get_by_role("button", name="Search").click()
        follow(visit, page.locator("#results a", has_text=re.compile("^STAT3$")))
        assert page.inner_text("h1") == "STAT3"
        gene = page.url
        follow(visit, page.locator("table a[href*='figures/']").first)
        assert "pathway figure" in page.inner_text("main > .what")
        figure = page.url
        follow(visit, page.locator("table a[href*='families/']", has_text=re.compile("^STAT$")))
        assert page.inner_text("h1") == "STAT"
        assert page.locator("table a[href*='genes/']").count() == 7
        page.go_back()
        assert page.url == figure
        page.go_back()
        assert page.url == gene


def test_what_is_typed_in_the_search_is_found_and_the_kind_narrows_it(browser: Any, site: Site) -> None:
    with quiet(browser, site) as visit:
        page = visit.page
        opened(visit, site.at("search.html"))
        page.get_by_label("Search figures, genes, chemicals and words").fill("STAT")
        page.keyboard.press("Enter")
        page.locator("#results a", has_text=re.compile("^STAT$")).wait_for()
        assert page.locator("#results li").count() > 5
        page.locator("#kinds").get_by_role("link", name="Families").click()
        page.keyboard.press("Enter")
        if site.is_served:
            page.get_by_role("button", name="Search").click()
        assert wait_until(lambda: page.locator("#results li").count() == 1)
        assert page.inner_text("#results a") == "STAT"
        assert "q=STAT" in page.url
        page.reload()
        page.locator("#results a").wait_for()
        page.get_by_label("Search figures, genes, chemicals and words").fill("nothingofthekind")
        page.keyboard.press("Enter")
        page.locator("#status", has_text="Nothing found.").wait_for()


def test_lists_lead_to_things_and_pages_to_one_another(browser: Any, site: Site) -> None:
    with quiet(browser, site) as visit:
        page = visit.page
        opened(visit, site.at("index.html"))
        follow(visit, page.get_by_role("link", name="Browse"))
        follow(visit, page.get_by_role("link", name="Genes", exact=True))
        follow(visit, page.locator("ul.row").get_by_role("link", name="S", exact=True))
        follow(visit, page.get_by_role("link", name="STAT1", exact=True))
        assert page.inner_text("h1") == "STAT1"
        follow(visit, page.locator("dl.facts").get_by_role("link", name="Homo sapiens"))
        first = page.url
        assert page.inner_text(".pages span") == "Page 1 of 3"
        follow(visit, page.get_by_role("link", name="Next"))
        assert page.url == site.at("organisms/9606/page-2.html")
        assert page.inner_text(".pages span") == "Page 2 of 3"
        follow(visit, page.get_by_role("link", name="Previous"))
        assert page.url == first


def test_the_keyboard_comes_to_the_skip_link_the_navigation_and_the_search(browser: Any, site: Site) -> None:
    with quiet(browser, site) as visit:
        page = visit.page
        opened(visit, site.at("index.html"))
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the content"
        box = skip.bounding_box()
        assert min(box["x"], box["y"]) >= 0
        for name in ("PFOCR", "Browse", "Queries", "Dataset", "Vocabulary"):
            page.keyboard.press("Tab")
            assert page.locator(":focus").inner_text() == name
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "q":
                break
        page.keyboard.type("STAT3")
        page.keyboard.press("Enter")
        page.locator("#results a", has_text=re.compile("^STAT3$")).wait_for()
        opened(visit, site.at("index.html"))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_an_address_of_a_mention_leads_to_its_word(browser: Any, site: Site) -> None:
    with quiet(browser, site, viewport=PHONE) as visit:
        opened(visit, site.at(FIGURE))
        name = visit.page.locator("td span[id]").last.get_attribute("id")
        visit.page.goto(site.at(f"{FIGURE}#{name}"))
        assert visit.page.evaluate("name => document.querySelector(':target').id === name", name)
        assert visit.page.evaluate("scrollY") > 0
        if site.is_served:
            opened(visit, site.at(f"mentions/{name}"))
            assert visit.page.url == site.at(f"{FIGURE}#{name}")


def test_pages_are_read_without_scripts(browser: Any, site: Site) -> None:
    with quiet(browser, site, java_script_enabled=False) as visit:
        page = visit.page
        opened(visit, site.at(FIGURE))
        assert page.locator("table tbody tr").count() > 10
        assert page.locator("svg.neighbourhood a").count() > 3
        opened(visit, site.at("search.html"))
        if site.is_served:
            page.get_by_label("Search figures, genes, chemicals and words").fill("STAT3")
            page.get_by_role("button", name="Search").click()
            assert page.locator("#results a").first.inner_text() == "STAT3"
        else:
            assert "needs JavaScript" in page.locator(".note:visible").inner_text()
            assert not page.locator("#unready").is_visible()
        opened(visit, site.at("queries.html"))
        page.locator(".example summary").first.click()
        assert page.locator(".example[open] > p, .example[open] > pre").first.is_visible()


# -- eyes and hands ----------------------------------------------------------------------------------------------------------


def complaints(browser: Any, site: Site, axe: str, name: str) -> list[str]:
    """The accessibility faults of a page, and what overflows it."""
    faults = []
    with quiet(browser, site, viewport=PHONE) as visit:
        opened(visit, site.at(PAGES[name]))
        if name == "search":
            visit.page.locator("#results a").first.wait_for()
        visit.page.evaluate(axe)
        for size in (PHONE, DESK):
            visit.page.set_viewport_size(size)
            if visit.page.evaluate(WIDE) > 0:
                faults.append(f"{size['width']} px: {visit.page.evaluate(WIDE)} px stand out")
            for scheme in ("light", "dark"):
                visit.page.emulate_media(color_scheme=scheme)
                rules = None if scheme == "light" else ["color-contrast"]  # the colours are all that the dark changes
                faults += [f"{size['width']} px, {scheme}: {violation}" for violation in visit.page.evaluate(AXE, rules)]
                _shot(visit, f"{'served-' if site.is_served else ''}{name}-{scheme}-{size['width']}", name)
    return faults


def _shot(visit: Visit, file: str, name: str) -> None:
    folder = os.environ.get("PFOCR2RDF_SCREENSHOTS")
    if folder and name in SHOTS:
        Path(folder).mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=Path(folder) / f"{file}.png")


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it_on_a_phone_and_on_a_desk_in_the_light_and_in_the_dark(browser: Any, files: Site, axe: str, name: str) -> None:
    assert complaints(browser, files, axe, name) == []


@pytest.mark.parametrize("name", ANSWERED)
def test_everybody_can_use_what_a_runninghas_in_a_way_of_its_own(browser: Any, service: Site, axe: str, name: str) -> None:
    assert complaints(browser, service, axe, name) == []


def test_a_page_that_is_not_there_leads_on(browser: Any, files: Site, axe: str) -> None:
    """A host shows it under the address that was asked for; its own address is as good to look at."""
    with quiet(browser, files, viewport=PHONE) as visit:
        opened(visit, files.at("404.html"))
        visit.page.evaluate(axe)
        assert visit.page.evaluate(AXE) == []
        assert visit.page.evaluate(WIDE) <= 0
        follow(visit, visit.page.get_by_role("link", name="browse all"))
        assert visit.page.inner_text("h1") == "Browse"


def test_every_kind_of_page_of_a_runningis_quiet_and_fits_a_phone(browser: Any, service: Site) -> None:
    with quiet(browser, service, viewport=PHONE) as visit:
        for path in PAGES.values():
            opened(visit, service.at(path))
            assert visit.page.evaluate(WIDE) <= 0, path


def test_pages_of_real_figures_do_not_overflow_on_a_phone(browser: Any, real: BuiltSite) -> None:
    chosen = [
        path
        for folder in ("figures", "papers", "chemicals", "families", "browse/figures/*")
        for path in sorted(real.site.glob(f"{folder}/*.html"))[::41]
        if 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")  # the page of an alias leads elsewhere
    ]
    with hosted(real.site) as url, quiet(browser, Site(url, False), viewport=PHONE) as visit:
        wide = []
        for path in chosen:
            visit.page.goto(f"{url}/{path.relative_to(real.site).as_posix()}")
            if visit.page.evaluate(WIDE) > 0:
                wide.append(path.name)
        assert wide == []
    assert len(chosen) > 40


# -- records that mean harm --------------------------------------------------------------------------------------------------


def harmless(visit: Visit) -> None:
    assert visit.page.evaluate("typeof window.hacked") == "undefined"
    assert visit.page.locator("img:not(.brand img, .frame img), iframe, object, embed").count() == 0


@pytest.fixture(params=["files", "service"])
def evil_at(request: pytest.FixtureRequest, evil: BuiltSite, tmp_path: Path) -> Iterator[Site]:
    if request.param == "files":
        with hosted(evil.site) as url:
            yield Site(url, False)
    else:
        with served(evil.store, tmp_path, "--workers", "1") as running:
            yield Site(running.url, True)


def test_hostile_records_are_harmless(browser: Any, evil_at: Site) -> None:
    with quiet(browser, evil_at, viewport=PHONE) as visit:
        page = visit.page
        for path in (
            "index.html",
            "figures/PMC1__evil.html",
            "figures/PMC2__evil.html",
            "papers/PMC1.html",
            "genes/9000.html",
            "genes/7157.html",
        ):
            opened(visit, evil_at.at(path))
            harmless(visit)
            assert page.evaluate(WIDE) <= 0, path
        opened(visit, evil_at.at("figures/PMC1__evil.html"))
        assert page.inner_text("h1") == replace_bidi_controls(EVIL)
        follow(visit, page.locator("table a[href*='families/']", has_text="</script>"))
        assert page.inner_text("h1") == replace_bidi_controls(EVIL)
        harmless(visit)
        opened(visit, evil_at.at("search.html"))
        page.locator("#q").fill("hacked")
        page.keyboard.press("Enter")
        page.locator("#results a", has_text="</script>").first.wait_for()
        harmless(visit)
        follow(visit, page.locator("#results a", has_text="</script>").first)
        harmless(visit)
        opened(visit, evil_at.at("browse/index.html"))
        for folder in ("figures", "families"):
            opened(visit, evil_at.at(f"browse/{folder}/index.html"))
            follow(visit, page.locator("ul.row a").last)
            harmless(visit)


def test_what_is_searched_for_is_shown_and_not_run(browser: Any, site: Site) -> None:
    with quiet(browser, site) as visit:
        for path in ("search.html", "search.html?kind=%22%3E%3Cscript%3Ewindow.hacked=1%3C/script%3E&q="):
            visit.page.goto(
                f"{site.at(path)}{'' if path.endswith('=') else '?q='}%22%3E%3C/title%3E%3Cimg%20src=x%20onerror=window.hacked=1%3E"
            )
            visit.page.locator("#status", has_text=re.compile("result|found")).wait_for()
            harmless(visit)
            assert "onerror" in visit.page.input_value("#q")


def test_what_turns_letters_around_turns_none_of_the_text_behind_it(browser: Any, evil: BuiltSite) -> None:
    """A mark that ends an isolation, in a word, must not end that of the element which the word is in."""
    script = """element => {
        const range = document.createRange();
        const [v, i] = [0, 1].map((at) => {
            range.setStart(element.firstChild, at);
            range.setEnd(element.firstChild, at + 1);
            return range.getBoundingClientRect().x;
        });
        return i < v;
    }"""
    with hosted(evil.site) as url, quiet(browser, Site(url, False), viewport=DESK) as visit:
        opened(visit, f"{url}/figures/PMC1__evil.html")
        behind = visit.page.locator("td bdi.word + small bdi", has_text="via family").all()
        assert len(behind) > 10
        assert not any(element.evaluate(script) for element in behind)


# -- pictures and tables -----------------------------------------------------------------------------------------------------


def shown_picture(visit: Visit) -> str:
    """The text in the frame of the picture, or its address once it is loaded."""
    frame = visit.page.locator(".picture .frame")
    image = frame.locator("img")
    # Not wait_for_function: it evaluates again in the page, where the policy of the page forbids it.
    assert wait_until(lambda: all(one.evaluate("image => image.complete") for one in image.all()))
    return str(image.get_attribute("src") if image.count() else frame.inner_text())


def test_a_figure_begins_with_its_picture_and_says_whose_it_is(browser: Any, site: Site) -> None:
    with quiet(browser, site, viewport=DESK) as visit:
        opened(visit, site.at(FIGURE))
        assert shown_picture(visit).startswith(PICTURES)
        assert visit.page.locator(".picture img").get_attribute("alt")
        assert visit.page.locator(".picture figcaption a").count() == 2
        assert [url for url in visit.requested if url.startswith(PICTURES)]


@pytest.mark.parametrize("body", ["", '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'])
def test_a_picture_that_cannot_be_shown_leaves_a_frame_and_the_links(browser: Any, files: Site, body: str) -> None:
    with visiting(browser, viewport=DESK) as visit:
        visit.page.route(f"{PICTURES}**", lambda route: route.fulfill(status=200 if body else 404, content_type="image/svg+xml", body=body))
        opened(visit, files.at(FIGURE))
        visit.page.locator(".picture .missing").wait_for()
        assert visit.page.inner_text(".picture .frame") == "The picture cannot be loaded here."
        assert visit.page.locator(".picture figcaption a").count() == 2


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", ["figure", "gene", "home"])
def test_a_page_is_complete_while_the_host_of_the_pictures_hangs(browser: Any, site: Site, name: str, has_scripts: bool) -> None:
    with quiet(browser, site, viewport=DESK, java_script_enabled=has_scripts) as visit:
        visit.page.route(f"{PICTURES}**", lambda route: None)  # never answered
        visit.page.goto(site.at(PAGES[name]), wait_until="domcontentloaded")
        visit.page.locator("footer").wait_for()
        images = visit.page.locator(".frame img")

        def have_sizes() -> bool:
            boxes = [image.bounding_box() for image in images.all()]
            return bool(boxes) and all(box and box["width"] > 50 and box["height"] > 50 for box in boxes)

        def has_placeholder() -> bool:
            return "data:image/svg+xml" in images.first.evaluate("image => getComputedStyle(image).backgroundImage")

        assert wait_until(have_sizes)  # the style sheet may come after the document
        assert wait_until(has_placeholder)
        if name == "figure":
            assert visit.page.locator(".picture figcaption a").count() == 2
        if has_scripts:
            assert shifted(visit) < 0.01
            assert visit.page.locator(".tools").count() > 0 or name == "home"
            assert [url for url in visit.requested if url.startswith(PICTURES)]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_with_images_off_pages_have_frames_with_a_text_and_the_links(browser_without_images: Any, files: Site, has_scripts: bool) -> None:
    with quiet(browser_without_images, files, viewport=DESK, java_script_enabled=has_scripts) as visit:
        for name, text in (("figure", "The picture cannot be loaded here."), ("gene", "No picture"), ("home", "No picture")):
            opened(visit, files.at(PAGES[name]))
            assert [url for url in visit.requested if url.startswith(PICTURES)] == []
            frame = visit.page.locator(".frame").first
            box = frame.bounding_box()
            assert box["width"] / box["height"] == pytest.approx(4 / 3, rel=0.02)
            shown = frame.evaluate("frame => frame.innerText || getComputedStyle(frame.querySelector('img'), '::after').content")
            assert shown.strip('"') == text
            if has_scripts:
                assert shifted(visit) < 0.01
        opened(visit, files.at(FIGURE))
        assert visit.page.locator(".picture figcaption a").count() == 2
        assert visit.page.locator(".brand").inner_text() == "PFOCR"


@pytest.mark.parametrize("choice", ["link", "click", "https://pictures.example.org/pfocr", "folder"])
def test_pictures_are_asked_for_as_the_site_was_made(browser: Any, small: BuiltSite, tmp_path: Path, choice: str) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / f"{Path(FIGURE).stem}.jpg").write_bytes(b"no picture")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    publish(small.store, tmp_path / "site", pages=("figures",), pictures=str(folder) if choice == "folder" else choice)
    with hosted(tmp_path / "site") as url, visiting(browser, viewport=DESK) as visit:
        visit.page.route("https://pictures.example.org/**", lambda route: route.fulfill(status=404))

        def requests() -> list[str]:
            """What was requested beside the page, after some time."""
            visit.page.wait_for_timeout(200)
            return [request for request in visit.requested if "/assets/" not in request and not request.endswith(".html")]

        opened(visit, f"{url}/{FIGURE}")
        if choice == "click":
            assert requests() == []
            visit.page.get_by_text("Show the picture").click()
        expected = {"link": [], "click": [PICTURES], "folder": [f"{url}/pictures/"]}.get(choice, [f"{choice}/"])
        assert wait_until(lambda: bool(requests()) == bool(expected))
        assert [request for request in requests() if not request.startswith(tuple(expected))] == []
    assert not (tmp_path / "site" / "pictures" / "secret.txt").exists()


def test_a_chip_marks_the_rows_of_its_word(browser: Any, files: Site) -> None:
    with quiet(browser, files, viewport=DESK) as visit:
        opened(visit, files.at(FIGURE))
        chip = visit.page.locator(".chips a").first
        word = chip.inner_text()
        chip.click()
        chosen = visit.page.locator("tr.chosen")
        assert chosen.count() > 0
        assert all(word in row.locator("bdi.word").all_inner_texts() for row in chosen.all())
        chip.click()
        assert visit.page.locator("tr.chosen").count() == 0


def test_rows_are_filtered_and_sorted_and_downloaded_as_they_are_shown(browser: Any, files: Site) -> None:
    with quiet(browser, files, viewport=DESK) as visit:
        page = visit.page
        opened(visit, files.at(FIGURE))
        rows = page.locator("table.data").first.locator("tbody tr:visible")
        total = rows.count()
        page.get_by_label("Kind").select_option("gene")
        page.get_by_label("Filter the rows of this table by a text").first.fill("stat")
        count = rows.count()
        assert 0 < count < total
        assert all("stat" in text.lower() for text in rows.all_inner_texts())
        assert page.locator(".tools output").first.inner_text() == f"{count} of {total} rows"
        names = rows.locator("td:first-child bdi").all_inner_texts()
        page.get_by_role("button", name="Name").first.click()
        page.get_by_role("button", name="Name").first.click()
        assert rows.locator("td:first-child bdi").all_inner_texts() == sorted(names, reverse=True)
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").first.click()
        lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith('"Name","Kind"')
        assert len(lines) == count + 1


def test_numbers_of_a_downloaded_table_are_numbers_for_programs(browser: Any, site: Site) -> None:
    with quiet(browser, site, viewport=DESK) as visit:
        opened(visit, site.at("dataset.html"))
        table = visit.page.locator("section", has_text="Statements by property")
        shown = table.locator("tbody td.number").all_text_contents()
        with visit.page.expect_download() as download:
            table.get_by_role("button", name="CSV").click()
        _, *rows = csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"), newline=""))
    assert any("," in number for number in shown)
    assert [number for _, number in rows] == [number.replace(",", "") for number in shown]


FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1;1)",
    "\uff1d4",
    '=HYPERLINK("http://evil.example","a")',
    "\t=5",
    "\n=6",
    "\u00a0=7",
)
TEXTS = ('a"b', 'x","=5', "two\nlines", "semi;colon, comma", "p-38", "NF-κB", "\u202egnp")


def test_a_downloaded_table_holds_all_texts_and_no_formula(browser: Any, tmp_path: Path) -> None:
    genes = [
        {"word": word, "symbol": f"G{number}", "source": "hgnc_symbol", "hgnc_symbol": f"G{number}", "entrez": str(9100 + number)}
        for number, word in enumerate((*FORMULAS, *TEXTS))
    ]
    record = {"figid": "PMC1__csv", "figtitle": "Words", "pmcid": "PMC1", "papertitle": "A paper", "genes": genes}
    write(tmp_path / "records", {"_figures/1.md": front_matter(yaml.safe_dump({**record, "chemicals": [], "diseases": []}))})
    publish(tmp_path / "records", tmp_path / "site", pages=("figures",))
    with hosted(tmp_path / "site") as url, quiet(browser, Site(url, False), viewport=DESK) as visit:
        opened(visit, f"{url}/figures/PMC1__csv.html")
        words = visit.page.locator("table.data").first.locator("bdi.word").all_text_contents()
        with visit.page.expect_download() as download:
            visit.page.get_by_role("button", name="CSV").first.click()
        header, *rows = csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode(), newline=""))
    cells = [row[header.index("Words in the figure")] for row in rows]
    assert len(words) == len(FORMULAS) + len(TEXTS)
    assert [cell.removeprefix("'") for cell in cells] == words
    assert [cell for row in [header, *rows] for cell in row if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))] == []
    assert sum(cell.startswith("'") for cell in cells) == len(FORMULAS)


def test_a_cell_of_a_downloaded_table_begins_with_no_formula(browser: Any, evil_at: Site) -> None:
    with quiet(browser, evil_at, viewport=DESK) as visit:
        opened(visit, evil_at.at("figures/PMC1__evil.html"))
        texts = [*FORMULAS, 'a"b', "a", "a=1", ""]
        cells = visit.page.evaluate("texts => import('/assets/tables.js').then(({ quoted }) => texts.map(quoted))", texts)
        escaped = [text.replace('"', '""') for text in texts]
        assert cells == [*(f'"\'{text}"' for text in escaped[: len(FORMULAS)]), '"a""b"', '"a"', '"a=1"', '""']


def shifted(visit: Visit) -> float:
    """How far what is seen moved while the page was loaded: the cumulative layout shift."""
    script = """() => new Promise(resolve => {
      let sum = 0;
      const add = list => { for (const entry of list.getEntries()) sum += entry.value; };
      new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
      setTimeout(() => resolve(sum), 300);
    })"""
    return float(visit.page.evaluate(script))


@pytest.mark.parametrize("body", ["", "<svg xmlns='http://www.w3.org/2000/svg' width='900' height='300'/>"], ids=["missing", "there"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_moves_while_pages_are_loaded(browser: Any, site: Site, viewport: Any, body: str) -> None:
    with visiting(browser, viewport=viewport) as visit:
        visit.page.route(f"{PICTURES}**", lambda route: route.fulfill(status=200 if body else 404, content_type="image/svg+xml", body=body))
        searches = ["search.html?q=STAT"] if site.is_served else []  # the script of a published site adds the results
        for path in (FIGURE, "index.html", "genes/6774.html", *searches):
            opened(visit, site.at(path))
            assert shifted(visit) < 0.01, path


def test_without_scripts_a_picture_that_cannot_be_loaded_has_a_text_in_place_of_the_mark_of_the_browser(browser: Any, files: Site) -> None:
    with visiting(browser, viewport=DESK, java_script_enabled=False) as visit:
        visit.page.route(f"{PICTURES}**", lambda route: route.fulfill(status=404, body=""))
        opened(visit, files.at(FIGURE))
        visit.page.wait_for_timeout(200)
        shown = visit.page.locator(".picture .frame img").evaluate("image => getComputedStyle(image, '::after').content")
        assert shown == '"The picture cannot be loaded here."'
        assert visit.page.locator(".picture figcaption a").count() == 2


def test_a_switch_shows_figures_by_symbol_or_by_any_evidence_without_scripts(browser: Any, site: Site) -> None:
    with quiet(browser, site, viewport=DESK, java_script_enabled=False) as visit:
        opened(visit, site.at("genes/3717.html"))
        rows = visit.page.locator(".switched tbody tr:visible")
        strict = rows.count()
        assert strict == visit.page.locator(".switched tbody .strict").count()
        visit.page.get_by_label("by symbol").focus()
        visit.page.keyboard.press("ArrowRight")
        assert rows.count() == visit.page.locator(".switched tbody tr").count() > strict > 0


def test_a_filter_by_evidence_and_the_switch_do_not_leave_an_empty_table(browser: Any, site: Site) -> None:
    with quiet(browser, site, viewport=DESK) as visit:
        opened(visit, site.at("genes/3717.html"))
        rows, evidence = visit.page.locator(".switched tbody tr:visible"), visit.page.get_by_label("Evidence", exact=True)
        strict = rows.count()
        evidence.select_option("family")
        assert visit.page.get_by_label("by any evidence").is_checked()
        assert 0 < rows.count() == visit.page.locator(".switched tbody tr:visible", has_text="family").count()
        visit.page.get_by_label("by symbol").check(force=True)
        assert (rows.count(), evidence.input_value()) == (strict, "")


def test_results_are_filtered_by_links_without_scripts(browser: Any, service: Site) -> None:
    with quiet(browser, service, java_script_enabled=False) as visit:
        opened(visit, service.at("search.html?q=STAT"))
        total = visit.page.locator("#results li").count()
        visit.page.locator("#kinds").get_by_role("link", name="Families").click()
        assert "kind=family" in visit.page.url
        assert 0 < visit.page.locator("#results li").count() < total
        assert visit.page.inner_text("#kinds [aria-current]").startswith("Families")
        visit.page.get_by_label("Search figures, genes, chemicals and words").fill("JAK")
        visit.page.get_by_role("button", name="Search").click()
        assert "kind=family" in visit.page.url
