"""Claims about saved pages: the article and what the page says of itself, found where wget and others put the file."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from polybatch.data.archives.archive import VARIANT, Archive
from polybatch.data.archives.feeds import MISSING
from polybatch.data.archives.fields import Article
from polybatch.data.archives.html import UNLISTED, WHOLE, page_row
from polybatch.data.archives.left_out import LeftOut
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated

STORY = "<p>Wakulima wa kijiji walivuna mahindi mapema mwaka huu.</p><p>Mvua ilinyesha kwa wiki mbili.</p>"
TEXT = "Wakulima wa kijiji walivuna mahindi mapema mwaka huu.\nMvua ilinyesha kwa wiki mbili."
MENU = '<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>'


def page(html: str | bytes) -> dict[str, object]:
    return page_row(html if isinstance(html, bytes) else html.encode(), "p", LeftOut())


def mirrored(folder: Path, pages: dict[str, str], *urls: str) -> tuple[list[Article], LeftOut]:
    """The articles of a sitemap that lists these addresses, beside a mirror of these files."""
    for name, html in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(html, encoding="utf-8")
    folder.mkdir(exist_ok=True)
    listed = "".join(f"<url><loc>{url.replace('&', '&amp;')}</loc><lastmod>2023-11</lastmod></url>" for url in urls)
    (folder / "sitemap.xml").write_text(f"<urlset>{listed}</urlset>", encoding="utf-8")
    left = LeftOut()
    return [article for _, article in Archive([folder]).articles(left)], left


@pytest.mark.parametrize(
    "body",
    [
        f"{MENU}<article>{STORY}</article><footer>All rights reserved</footer>",
        f'<form action="/"><div>{MENU}<div>{STORY}</div></div></form>',
        f"<header>{MENU}</header><main>{STORY}</main><aside><p>Read this too</p></aside>",
        f"<article><header>{STORY[: STORY.index('</p>') + 4]}</header>{STORY[STORY.index('</p>') + 4 :]}</article>",
        f"<svg><title>Logo</title></svg><button><svg><title>Share</title></svg></button><div>{STORY}</div>",
    ],
)
def test_the_article_of_a_page_is_its_text_and_its_title_is_its_own(body: str) -> None:
    row = page(f'<!doctype html><html lang="sw"><head><title>Mavuno</title></head><body>{body}</body></html>')
    assert row == {"title": "Mavuno", "text": TEXT, "language": "sw"}


def test_parts_of_a_page_stay_apart() -> None:
    caption = "<figure><img src='a.jpg'><figcaption>Soko la samaki mjini Lamu</figcaption></figure>"
    parts = f"{caption}<dl><dt>Bei</dt><dd>90</dd></dl><pre>mstari\nwa pili</pre><table><tr><td>a<td>b</table>"
    text = str(page(f"<html><body><article>{parts}{STORY}</article></body></html>")["text"])
    assert text.split()[:12] == ["Soko", "la", "samaki", "mjini", "Lamu", "Bei", "90", "mstari", "wa", "pili", "a", "b"]


def test_a_page_says_its_date_site_and_address() -> None:
    meta = (
        '<meta property="article:published_time" content="2023-10-05T08:00:00+03:00"><meta property="og:site_name" '
        'content="Habari Leo"><link rel="canonical" href="https://n.test/mavuno">'
    )
    row = page(f"<html><head><title>Mavuno</title>{meta}</head><body><article>{STORY} 1 Januari 1999</article></body>")
    assert (row["date"], row["source"], row["url"]) == ("2023-10-05", "Habari Leo", "https://n.test/mavuno")


def test_a_language_that_the_text_surely_is_not_in_is_not_believed() -> None:
    assert "language" not in page(f'<html lang="en-US"><body><article>{STORY * 3}</article></body></html>')


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("iso-8859-1", '<meta charset="iso-8859-1">'),
        ("utf-16", ""),
        ("utf-8", '<meta charset="latin1">'),
    ],
)
def test_the_charset_of_a_page_is_the_one_that_fits(encoding: str, declared: str) -> None:
    html = (
        f"<html><head>{declared}<title>Fête</title></head><body><p>L'été fut très sec dans la vallée.</p></body></html>"
    )
    assert page(html.encode(encoding))["text"] == "L'été fut très sec dans la vallée."


def test_a_page_without_an_article_is_taken_whole_and_said(tmp_path: Path) -> None:
    deep = "<div>" * 25_000 + "Maneno ya ndani" + "</div>" * 25_000
    articles, left = mirrored(tmp_path, {"n.test/a.html": f"<title>Ndani</title>{deep}"}, "https://n.test/a")
    assert [(one.title, one.text) for one in articles] == [("Ndani", "Maneno ya ndani")]
    assert dict(left.remarks) == {WHOLE: 1}


@pytest.mark.parametrize(
    ("file", "url"),
    [
        ("n.test/index.html?p=3", "https://n.test/?p=3"),
        ("n.test/index.html@p=3.html", "https://n.test/?p=3"),
        ("n.test/read.php?id=9&l=sw", "https://n.test/read.php?id=9&l=sw"),
        ("n.test/read.php?id=9.html", "https://n.test/read.php?id=9"),
        ("n.test/a/index.html", "https://n.test/a/"),
        ("n.test/a.htm", "https://n.test/a"),
        ("n.test/mkulima wa pwani.html", "https://n.test/mkulima%20wa%20pwani"),
        ("n.test/e\u0301te\u0301.html", "https://n.test/%C3%A9t%C3%A9"),
        ("n.test:8080/a.html", "https://n.test:8080/a"),
    ],
)
def test_the_file_of_an_address_is_found_as_mirrors_name_it(file: str, url: str, tmp_path: Path) -> None:
    home = {"n.test/index.html": "<title>Home</title><p>Front page", "n.test/read.php": "<p>Which?"}
    articles, left = mirrored(tmp_path, home | {file: f"<article>{STORY}</article>"}, url)
    assert [(one.id, one.text, one.date) for one in articles[:1]] == [(url, TEXT, date(2023, 11, 1))]
    assert [one.id for one in articles[1:]] == ["n.test/index.html"]  # which no sitemap lists
    assert left.rows == 0
    assert left.said()[-1] == "files not read: 1 that end in .php"  # nothing says that it is a page


def test_pages_that_are_not_there_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    urls = ("https://n.test/a", "https://n.test/?p=4", "https://n.test/../../etc/passwd", "x" * 5_000, "http://[")
    articles, left = mirrored(tmp_path, {"n.test/a.html": STORY, "n.test/index.html": "<p>Home"}, *urls)
    assert [one.id for one in articles] == ["https://n.test/a", "n.test/index.html"]
    assert (dict(left.notes), left.rows) == ({MISSING: 4}, 0)


def test_a_page_that_a_sitemap_lists_is_no_file_that_was_not_read(tmp_path: Path) -> None:
    files = {"n.test/index.html?p=3": STORY, "n.test/story/12": STORY, "n.test/a.html": STORY}
    urls = ("https://n.test/?p=3", "https://n.test/story/12", "https://n.test/a")
    articles, left = mirrored(tmp_path, files, *urls)
    assert [one.id for one in articles] == list(urls)
    assert left.said() == []


def test_a_sitemap_within_the_folder_of_its_site_lists_the_pages_beside_it(tmp_path: Path) -> None:
    articles, left = mirrored(tmp_path / "n.test", {"a.html": STORY, "b/index.html": STORY}, "http://n.test/a")
    assert [(one.id, one.text) for one in articles] == [("http://n.test/a", TEXT), ("b/index.html", TEXT)]
    assert dict(left.remarks) == {UNLISTED: 1}


def test_pages_that_no_sitemap_lists_are_read_after_the_others_and_said(tmp_path: Path) -> None:
    canonical = (
        f'<!doctype html><html lang="sw"><link rel="canonical" href="https://n.test/c"><article>{STORY}</article>'
    )
    files = {
        "n.test/sw/a.HTM": f"<html><title>Mavuno</title><article>{STORY}</article>",
        "n.test/read.php?id=4": canonical,
        "n.test/z/read.php?id=4&print=1": canonical.replace("kijiji", "mji"),
        "n.test/style.css": "p {}",
        "n.test/robots.txt": "User-agent: *",
        "n.test/empty.html": "",
        "n.test/listed.html": f"<article>{STORY}</article>",
    }
    articles, left = mirrored(tmp_path, files, "https://n.test/listed")
    assert [(one.id, one.url, one.language, one.source) for one in articles] == [
        ("https://n.test/listed", "https://n.test/listed", None, "n.test"),
        ("https://n.test/c", "https://n.test/c", "sw", "n.test"),
        ("n.test/sw/a.HTM", "", "sw", "n.test"),
    ]
    assert [one.text for one in articles] == [TEXT] * 3
    assert left.said() == [
        f"left out: 1: {VARIANT}",
        f"taken: 3: {UNLISTED}",
        "files not read: 1 robots.txt, 1 that end in .css",
    ]


def test_a_page_by_itself_is_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<title>Mavuno</title><article>{STORY}</article>")
    assert [one.id for _, one in Archive([tmp_path / "a.html"]).articles(LeftOut())] == ["a.html"]
    assert Archive([tmp_path / "a.html"]).look(LeftOut()) == 1


def test_an_index_of_sitemaps_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "index.xml").write_text(
        "<sitemapindex><sitemap><loc>https://n.test/sitemap.xml</loc></sitemap></sitemapindex>"
    )
    articles, left = mirrored(tmp_path, {"n.test/a.html": STORY}, "https://n.test/a")
    assert (len(articles), left.rows) == (1, 0)


@pytest.mark.parametrize(
    "flood",
    ["<!--", "<a", '<a x="', "<!doctype ", "&#", "<p>", "<p>x</p>", "<div>", "</p>", "<a href=x>y</a>", "<script>"],
)
def test_a_flood_in_a_page_ends_at_once(flood: str) -> None:
    started = time.process_time()
    page(f"<html><head><title>T</title></head><body>{STORY}{flood * (500_000 // len(flood))}")
    page(f"<title>{flood * (500_000 // len(flood))}")
    assert time.process_time() - started < 8


def test_a_page_that_is_too_large_is_left_out() -> None:
    left = LeftOut()
    assert page_row(b"x" * ((1 << 24) + 1), "p", left) == {}
    assert [fault.found for fault in left.first] == ["a page of more than 16 MiB"]


def test_any_bytes_of_a_mirror_are_read_or_said(tmp_path: Path) -> None:
    pages = {
        f"n.test/{n}.html": f"<html lang='sw'><title>T{n}</title>{MENU}<article>{STORY}</article>" for n in range(3)
    }
    mirrored(tmp_path, pages, *(f"https://n.test/{n}" for n in range(3)))
    originals = contents(tmp_path)

    @settings(max_examples=examples(40), deadline=10_000, suppress_health_check=list(HealthCheck))
    @given(mutations)
    def run(drawn: list[Mutation]) -> None:
        write_mutated(originals, drawn)
        left = LeftOut()
        articles = sum(1 for _ in Archive([tmp_path]).articles(left))
        if (tmp_path / "sitemap.xml").read_bytes() == originals[tmp_path / "sitemap.xml"]:
            assert articles + left.rows + left.notes.total() == 3
        else:
            assert articles + left.rows + left.notes.total() >= 1

    run()
