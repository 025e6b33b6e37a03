"""Claims about the page in a headless Chromium: it asks nobody, complains of nothing, and everyone can read it."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from polybatch.report import load_runs, to_html

from .runs import write_run
from .test_sweeps import ALPHA, record_of, write_sweep
from .texts import PASSAGES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ELEVEN = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as driver:
        # its own sandbox does not start for root, as which containers run tests
        browser = driver.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


def page_of(folder: Path, languages: Sequence[str]) -> str:
    """The address of a page on disk: of a run in these languages, and of a sweep."""
    systems = ["x-y", "hybrid"]
    run = write_run(folder / "run", systems=systems, seeds=[1], languages=languages, first="hybrid")
    sweep = write_sweep(folder / "sweep", record_of("alpha", ALPHA))
    page = folder / "report.html"
    page.write_text(to_html(load_runs([run, sweep])), encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(tmp_path_factory.mktemp("eleven"), ELEVEN)


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page in one of its looks, which must ask nobody for anything and have nothing to complain of."""
    context = browser.new_context(**LOOKS[request.param])
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()
    assert [url for url in asked if url != address and not url.startswith("data:")] == []
    assert complaints == []


def test_heat_maps_and_texts_of_every_script_are_drawn_and_nothing_stands_out_of_the_page(page: Page) -> None:
    assert page.locator("table.heat").count() == 2
    box = page.locator("table.heat td.mono").first.bounding_box()
    assert box is not None
    assert box["width"] > 20
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    answers = page.locator("h4:has-text('Multilingual') + details .answers")
    for code in ELEVEN:
        text = answers.locator(f"p[lang={code}]").first
        assert PASSAGES[code] in text.inner_text()
        shown = text.evaluate("one => [getComputedStyle(one).direction, one.getBoundingClientRect().height]")
        assert shown[0] == ("rtl" if code == "ar" else "ltr")
        assert shown[1] > 10
    curve = page.locator(".curves svg").first.bounding_box()
    assert curve is not None
    assert curve["width"] > 250


def test_no_serious_fault_of_accessibility_is_found(browser: Browser, tmp_path: Path) -> None:
    address = page_of(tmp_path, ["ar", "en"])  # two languages, for the check looks at every element in every look
    for name, look in LOOKS.items():
        context = browser.new_context(**look, bypass_csp=True)  # the page lets no script in, not even that of the check
        page = context.new_page()
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page).response
        context.close()
        assert found["passes"]
        grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in grave]
        assert told == [], name


def test_in_print_what_is_folded_is_open_and_ink_is_dark_on_white(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    colours = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    assert page.locator("html").evaluate(colours) == ["rgb(22, 32, 42)", "rgb(255, 255, 255)"]
    assert page.locator("nav").first.is_hidden()
    folded = page.locator("details.printed:not([open])").first
    assert folded.evaluate("one => one.getBoundingClientRect().height > one.firstElementChild.clientHeight + 20")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    context.close()


def test_a_folded_query_opens_by_keyboard(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    folded = page.locator("details.case:not([open])").first
    card = folded.locator(".card").first
    assert card.is_hidden()
    folded.locator("summary").first.focus()
    opened = page.locator("details.case", has=page.locator("summary:focus"))
    page.keyboard.press("Enter")
    assert opened.locator(".card").first.is_visible()
    context.close()
