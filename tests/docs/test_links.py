"""Claims about links: each leads to a file of the project and to a heading that it has; the map leads to every page."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, inner

DOCS = ROOT / "docs"


def targets(page: Path) -> list[str]:
    links = [str(token.attrs["href"]) for token in inner(page, "link_open")]
    return links + [str(token.attrs["src"]) for token in inner(page, "image")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in targets(page):
        parts = urlsplit(target)
        if parts.scheme:
            assert parts.scheme == "https", target
            continue
        file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if parts.fragment:
            assert parts.fragment in anchors(file), target


def test_the_map_and_the_readme_lead_to_every_page_but_themselves() -> None:
    pages = {page.name for page in DOCS.glob("*.md")} - {"index.md"}
    from_map = {Path(target).name for target in targets(DOCS / "index.md")}
    assert pages <= from_map
    assert "docs/index.md" in targets(ROOT / "README.md")


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_a_page_of_the_site_links_to_pages_of_the_site_alone(page: Path) -> None:
    """What lies outside docs/ has no page there; the site would offer it as a download."""
    for target in targets(page):
        assert not target.startswith(".."), target
