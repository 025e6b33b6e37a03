"""Claims about the built site: no warning, nothing asked of anyone, search that works from disk."""

import os
import shutil
import warnings
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="pip install 'polybatch[docs]'")

from playwright.sync_api import sync_playwright
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tests.docs.pages import ROOT

DOCS = ROOT / "docs"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    with docutils_namespace(), warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of Sphinx, about its extensions
        app = Sphinx(DOCS, DOCS, folder, folder / ".doctrees", "html", status=None, warningiserror=True)
        app.build()
    return folder


def test_every_page_is_built_beside_those_of_sphinx(site: Path) -> None:
    pages, of_sphinx = {path.stem for path in DOCS.glob("*.md")}, {"search", "genindex"}
    assert not pages & of_sphinx, "a page of this name would be written over"
    assert {path.stem for path in site.glob("*.html")} == pages | of_sphinx


def test_the_site_works_from_disk_finds_pages_and_asks_nobody(site: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    asked: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in sorted(path.stem for path in DOCS.glob("*.md")):
            page.goto((site / f"{name}.html").as_uri())
            assert page.locator("h1").first.is_visible(), name
        page.goto(f"{(site / 'search.html').as_uri()}?q=rank+distance")
        page.wait_for_selector("#search-results li a")
        found = page.locator("#search-results li a").all_inner_texts()
        browser.close()
    assert "Measures" in " ".join(found)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
