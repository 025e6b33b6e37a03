"""Claims about the page, driven in a headless Chromium: what is looked for is found, seen, compared and linked to."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from polybatch.search.records import METHOD, METHODS
from polybatch.search.searcher import Searcher
from polybatch.search.server.app import make_app
from tests.search.server.archive import ARABIC, HOSTILE
from tests.search.server.listening import listening

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLOODS = "floods destroyed homes"


@pytest.fixture(scope="module")
def address(searchers: Mapping[str, Searcher]) -> Iterator[str]:
    with listening(make_app(dict(searchers), rate=0)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as driver:
        # its own sandbox does not start for root, as which containers run tests
        browser = driver.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window that must ask nobody but the server, and have nothing to complain of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert {urlsplit(url).hostname for url in asked if urlsplit(url).scheme != "data"} <= {"127.0.0.1"}
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(30_000)  # machines are shared: a slow answer is none of the page's faults
    return page


def search(page: Page, query: str) -> None:
    box = page.get_by_role("searchbox")
    box.fill(query)
    box.press("Enter")


def tongues(page: Page, model: str) -> list[str]:
    """The languages that a model's first ten are in, as the page shows them."""
    return page.get_by_label(f"Results of {model}").locator(".hit .meta b").all_inner_texts()


def test_a_search_in_english_finds_swahili_and_nepali(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#archive")).to_have_text("127 passages in 4 languages")
    page.get_by_role("combobox", name="Model").select_option("hybrid")
    search(page, FLOODS)
    expect(page.locator(".hit")).to_have_count(10)
    assert {"English", "Swahili", "Nepali"} <= set(tongues(page, "hybrid"))
    bar = page.get_by_role("img", name="First 10")
    told = {language: tongues(page, "hybrid").count(language) for language in ("English", "Nepali", "Swahili")}
    expect(bar).to_have_attribute("aria-label", "First 10: " + ", ".join(f"{k} {v}" for k, v in told.items()))
    assert "floods" in page.locator(".hit mark").all_inner_texts()
    page.get_by_role("button", name="Show 20 more").click()
    expect(page.locator(".hit")).to_have_count(30)


def test_language_chips_filter_and_all_takes_the_filter_away(page: Page, address: str) -> None:
    page.goto(f"{address}#q=floods&a=hybrid")
    page.get_by_role("checkbox", name="Swahili").check()
    expect(page.locator(".hit .meta b").first).to_have_text("Swahili")
    assert set(tongues(page, "hybrid")) == {"Swahili"}
    page.get_by_role("checkbox", name="Nepali").check()
    expect(page.get_by_role("status")).to_contain_text("Nepali")
    assert set(tongues(page, "hybrid")) == {"Swahili", "Nepali"}
    page.get_by_role("button", name="All languages").click()
    expect(page.get_by_role("status")).to_contain_text("English")


def test_two_models_side_by_side_show_which_favours_a_language(page: Page, address: str) -> None:
    page.goto(address)
    search(page, FLOODS)
    page.get_by_label("Beside").select_option("hybrid")
    expect(page.get_by_label("Results of hybrid").locator(".hit")).to_have_count(10)
    assert set(tongues(page, "biased")) == {"English"}
    assert set(tongues(page, "hybrid")) > {"English"}
    swahili = page.get_by_label("Results of hybrid").locator(".hit", has_text="Swahili").first
    expect(swahili.locator(".badge")).to_have_text("only here: not in the first 30 of biased")
    moved = page.locator(".badge.higher, .badge.lower").first
    here = moved.locator("xpath=ancestor::li")
    id, rank = here.get_attribute("data-key"), here.locator(".rank").inner_text()
    moved.click()
    there = page.locator(".hit:focus-within")
    expect(there).to_have_attribute("data-key", id or "")
    assert f"({rank})" in there.locator(".badge").inner_text()


def test_columns_show_each_language_with_its_place_among_all(page: Page, address: str) -> None:
    page.goto(f"{address}#q=floods+destroyed+homes")
    page.get_by_role("radio", name="By language").check()
    swahili = page.get_by_label("Languages", exact=True).get_by_label("Swahili", exact=True)
    expect(swahili.locator(".hit")).to_have_count(10)
    expect(swahili.locator(".badge").first).to_have_text("not in the first 30 of all languages")
    assert page.locator(".hit .meta", has_text="false").or_(page.locator(".hit .meta", has_text="null")).count() == 0
    page.get_by_role("combobox", name="Model").select_option("hybrid")
    expect(swahili.locator(".badge").first).to_contain_text("of all languages")
    expect(swahili.locator(".badge.higher").first).to_be_visible()


def test_a_passage_opens_in_place_and_its_document_is_fetched_whole(page: Page, address: str) -> None:
    page.goto(f"{address}#q=round+of+the+chess+tournament&by=text")
    title = page.get_by_role("button", name="A year of chess").first
    title.click()
    expect(title).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Whole document").first.click()
    text = page.locator(".hit.open .text").first
    expect(text).to_contain_text("round 0 of")
    expect(text).to_contain_text("round 39 of")
    title.click()
    expect(page.locator(".hit.open")).to_have_count(0)


def test_a_link_brings_back_the_same_search_and_the_server_never_sees_it(
    page: Page, context: BrowserContext, address: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    search(page, FLOODS)
    page.get_by_label("Beside").select_option("hybrid")
    page.get_by_role("checkbox", name="English").check()
    page.get_by_role("checkbox", name="Nepali").check()
    page.get_by_role("button", name="More options").click()
    page.get_by_label("Find by").select_option("hybrid")
    page.get_by_label("Balance languages").check()
    page.get_by_label("From").fill("2024-01-05")
    expect(page.get_by_role("status")).to_contain_text("Nepali 5")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert urlsplit(link).query == ""
    other = context.new_page()
    other.goto(link)
    expect(other.locator(".hit")).to_have_count(20)
    assert other.locator(".hit h3").all_inner_texts() == page.locator(".hit h3").all_inner_texts()
    expect(other.get_by_label("Balance languages")).to_be_checked()
    expect(other.get_by_label("From")).to_have_value("2024-01-05")
    page.go_back()
    expect(page.get_by_label("From")).to_have_value("")


def test_text_of_an_archive_is_text_whatever_it_holds(page: Page, address: str) -> None:
    page.goto(f"{address}#q=hostile+%3Cscript%3E&by=text")
    hit = page.locator(".hit").first
    expect(hit.locator(".text")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(hit.locator("h3")).to_have_text(HOSTILE.title)
    hit.get_by_role("button").first.click()
    expect(hit.get_by_role("button", name="Whole document")).to_be_visible()
    assert page.locator(".hit img, .hit script, .hit a").count() == 0  # nor a link to `javascript:`
    hit.get_by_role("button", name="Whole document").click()
    expect(hit).to_contain_text("This passage is the whole document.")


def test_right_to_left_text_stands_on_the_right(page: Page, address: str) -> None:
    page.goto(f"{address}#q=%D9%81%D9%8A%D8%B6%D8%A7%D9%86%D8%A7%D8%AA&in=ar&by=text")
    text = page.locator(".hit .text").first
    expect(text).to_have_attribute("lang", "ar")
    assert text.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator(".hit h3").first.evaluate("one => getComputedStyle(one.firstChild).direction") == "rtl"
    assert page.get_by_role("searchbox").evaluate("one => getComputedStyle(one).direction") == "rtl"
    out = page.locator(".hit .meta a").first
    expect(out).to_have_attribute("href", ARABIC[0].url)
    expect(out).to_have_attribute("title", "Where it was published")
    expect(out).to_have_attribute("rel", "noopener noreferrer")


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("floods")
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(10)
    page.keyboard.press("Escape")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator(".hit h3 button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_have_class("hit open")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="English")).to_be_checked()


@pytest.mark.parametrize(
    "state",
    [
        *("#q=floods&a=hybrid", "#q=floods&b=hybrid", "#q=floods&a=hybrid&view=columns"),
        "#q=floods&view=columns&b=hybrid&balance=1",
    ],
)
def test_on_a_phone_nothing_sticks_out(browser: Browser, address: str, state: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(address + state)
    page.locator(".hit").first.wait_for()
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [360, 360]
    first = page.locator(".models > section").first.locator(".bars, .bar")
    assert first.evaluate_all("all => all.every(one => one.getBoundingClientRect().right <= innerWidth)")
    expect(page.locator("footer")).not_to_contain_text("opens it", use_inner_text=True)  # a phone has no such keys
    small = page.locator("button:visible, select:visible, .chip:visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 20).map(one => one.outerHTML)"
    )
    assert small == []
    context.close()


def test_faults_are_told_and_nothing_old_is_left_standing(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}#q=floods")
    page.locator(".hit").first.wait_for()
    page.goto(f"{address}#q=floods&in=xx")
    expect(page.locator("#trouble")).to_contain_text("unknown language 'xx'")
    expect(page.locator(".hit")).to_have_count(0)
    page.context.set_offline(True)
    search(page, "rain")
    expect(page.locator("#trouble")).to_have_text("The server does not answer.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit").first).to_be_visible()
    page.close()


def test_the_ways_to_find_are_those_of_the_search(page: Page, address: str) -> None:
    page.goto(address)
    values = page.locator("#method option").evaluate_all("all => all.map(one => one.value)")
    assert set(values) == set(METHODS)
    expect(page.locator("#method")).to_have_value(METHOD)


@pytest.mark.parametrize(
    ("tag", "button", "all_languages"), [("sw-KE", "Tafuta", "Lugha zote"), ("ne", "खोज्नुहोस्", "सबै भाषा")]
)
def test_the_page_speaks_the_browsers_language_and_changes_it(
    browser: Browser, address: str, tag: str, button: str, all_languages: str
) -> None:
    page = browser.new_context(locale=tag).new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{address}#q={FLOODS}")
    expect(page.get_by_role("button", name=button)).to_be_visible()
    expect(page.get_by_role("button", name=all_languages)).to_be_visible()
    expect(page.locator(".hit")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.lang") == tag[:2]
    page.locator("#speech").select_option("en")
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    page.context.close()


def test_every_text_of_the_page_is_there_in_every_language() -> None:
    folder = Path(str(files("polybatch.search.server") / "page"))
    texts = {}
    for path in folder.glob("texts.*.js"):
        lines = re.findall(r'^  (\w+): "(.*)",$', path.read_text(encoding="utf-8"), re.MULTILINE)
        texts[path.name] = {key: set(re.findall(r"\{\w+\}", text)) for key, text in lines}
    assert len(texts) == 3
    assert all(one == texts["texts.en.js"] for one in texts.values())
    said = re.findall(r'(?:say\("|data-say=")(\w+)"', "".join(p.read_text(encoding="utf-8") for p in folder.iterdir()))
    assert set(said) <= set(texts["texts.en.js"])


def test_an_article_is_one_result_and_its_other_passages_unfold_under_it(page: Page, address: str) -> None:
    page.goto(f"{address}#q=chess+tournament+masters&by=text")
    found = page.locator(".hit", has_text="chess tournament")
    expect(found).to_have_count(1)
    expect(found.locator(".others .text").first).to_be_hidden()
    found.locator("summary").click()
    expect(found.locator(".others .text").first).to_be_visible()
    expect(found.locator("summary")).to_contain_text("more of its passages")


def test_function_words_of_the_query_are_not_marked(page: Page, address: str) -> None:
    page.goto(f"{address}#q=the+masters+drew+in+the+tournament&by=text")
    marks = page.locator(".hit mark")
    expect(marks.first).to_be_visible()
    assert {text.lower() for text in marks.all_text_contents()} <= {"masters", "drew", "tournament"}


def test_a_query_of_function_words_alone_is_marked(page: Page, address: str) -> None:
    page.goto(f"{address}#q=after+the&by=text")
    expect(page.locator(".hit mark").first).to_be_visible()
