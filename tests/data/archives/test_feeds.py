"""Claims about feeds: each entry has its own words, language and date; what is broken is read and said."""

import gzip
import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from polybatch.data.archives.archive import REPLACED, Archive
from polybatch.data.archives.feeds import BATCH, feed_rows
from polybatch.data.archives.fields import Article
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.formats import bounds
from polybatch.data.formats.lines import TOO_PACKED
from polybatch.errors import Fault
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'


def read(*paths: Path) -> tuple[list[Article], list[Fault]]:
    left = LeftOut()
    return [article for _, article in Archive(paths).articles(left)], left.first


def rss(tmp_path: Path, *items: str, head: str = "", attributes: str = 'version="2.0"') -> list[Article]:
    """The documents of a feed of these items, which has no faults."""
    body = "".join(f"<item>{item}</item>" for item in items)
    path = tmp_path / "feed.rss"
    path.write_text(f"<rss {attributes}><channel>{head}{body}</channel></rss>", encoding="utf-8")
    documents, faults = read(path)
    assert faults == []
    return documents


def atom(tmp_path: Path, *entries: str, attributes: str = 'xml:lang="en"') -> list[Article]:
    path = tmp_path / "feed.atom"
    body = "".join(f"<entry>{entry}</entry>" if "<entry" not in entry else entry for entry in entries)
    path.write_text(f"{ATOM} {attributes}><title>Habari</title>{body}</feed>", encoding="utf-8")
    documents, faults = read(path)
    assert faults == []
    return documents


def test_what_stands_in_a_nested_element_is_not_the_entrys(tmp_path: Path) -> None:
    source = "<source><id>urn:s</id><title>Pwani</title><updated>2001-01-01T00:00:00Z</updated></source>"
    (entry,) = atom(
        tmp_path,
        f"{source}<author><name>Asha</name><uri>urn:who</uri></author><media:group><media:title>IMG 7</media:title>"
        "<media:description>" + "A caption. " * 40 + "</media:description></media:group>"
        "<id>urn:1</id><title>Mvuvi</title><updated>2023-03-02T09:00:00Z</updated><summary>Alivua samaki.</summary>",
    )
    assert entry == Article("urn:1", "Alivua samaki.", "Mvuvi", "en", date(2023, 3, 2), "Pwani")


def test_a_picture_of_a_channel_or_an_item_gives_it_no_title(tmp_path: Path) -> None:
    picture = "<image><title>Masthead</title><url>http://n.test/m.png</url></image>"
    head = f"{picture}<title>Gazeti</title><textInput><title>Search</title></textInput>"
    (item,) = rss(
        tmp_path, f"{picture}<guid>7</guid><title>Bei</title><description>Bei ilipanda.</description>", head=head
    )
    assert (item.title, item.source) == ("Bei", "Gazeti")


def test_the_publisher_that_an_item_names_is_its_source(tmp_path: Path) -> None:
    named = '<guid>a</guid><title>A</title><source url="http://p.test/rss">Pwani FM</source>'
    documents = rss(tmp_path, named, "<guid>b</guid><title>B</title>", head="<title>Yote</title>")
    assert [one.source for one in documents] == ["Pwani FM", "Yote"]


@pytest.mark.parametrize(
    ("attributes", "entry", "language"),
    [
        ('xml:lang="en"', '<entry xml:lang="ne"><id>urn:1</id><title>खबर</title></entry>', "ne"),
        ('xml:lang="en"', '<entry><id>urn:1</id><title xml:lang="sw">Habari</title></entry>', "sw"),
        ('xml:lang="en"', '<id>urn:1</id><content xml:lang="sw-KE">Habari</content>', "sw"),
        ('xml:lang="hi"', "<id>urn:1</id><title>T</title>", "hi"),
        ("", "<id>urn:1</id><title>T</title>", None),
    ],
)
def test_an_entrys_own_language_goes_before_the_feeds(
    attributes: str, entry: str, language: str | None, tmp_path: Path
) -> None:
    (document,) = atom(tmp_path, entry, attributes=attributes)
    assert document.language == language


def test_a_language_by_dublin_core_is_the_items(tmp_path: Path) -> None:
    item = "<guid>1</guid><title>T</title><dc:language>sw</dc:language>"
    (document,) = rss(tmp_path, item, head="<language>en-us</language>")  # dc is never declared, as happens
    assert document.language == "sw"


@pytest.mark.parametrize(
    "content",
    [
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>Bei</h2><ol><li>mchele</li><li>ngano</li></ol>'
        "</div></content>",
        '<content type="html">&lt;h2&gt;Bei&lt;/h2&gt;&lt;p&gt;mchele&lt;br&gt;ngano&lt;/p&gt;</content>',
        "<content type='html'><![CDATA[<table><tr><th>Bei</th></tr><tr><td>mchele</td></tr>"
        "<tr><td>ngano</td></tr></table>]]></content>",
    ],
)
def test_blocks_of_content_stay_apart(content: str, tmp_path: Path) -> None:
    (document,) = atom(tmp_path, f"<id>urn:1</id>{content}")
    assert document.text == "Bei\nmchele\nngano"


def test_the_longer_of_content_and_summary_is_the_text(tmp_path: Path) -> None:
    encoded = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[<p>All of it.]]>'
    item = f"<guid>1</guid><description>All ...</description>{encoded}</content:encoded>"
    teaser = item.replace("All of it.", "Read more").replace("All ...", "The whole text is in the summary.")
    first, second = rss(tmp_path, item, teaser.replace("<guid>1", "<guid>2"))
    assert (first.text, second.text) == ("All of it.", "The whole text is in the summary.")


def test_an_id_alone_is_no_address(tmp_path: Path) -> None:
    plain, permanent = rss(
        tmp_path, "<guid>tag:7</guid><title>T</title>", "<guid>http://n.test/7</guid><title>T</title>"
    )
    assert (plain.url, permanent.url) == ("", "http://n.test/7")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("<pubDate>Mon, 06 Mar 2023 23:30:00 +0300</pubDate>", date(2023, 3, 6)),
        ("<dc:date>2023-03-06</dc:date>", date(2023, 3, 6)),
        ("<pubDate>06 Mar 23 08:00 EST</pubDate>", date(2023, 3, 6)),
    ],
)
def test_usual_dates_are_the_days_that_they_name(written: str, day: date, tmp_path: Path) -> None:
    (document,) = rss(tmp_path, f"<guid>1</guid><title>T</title>{written}")
    assert document.date == day


@pytest.mark.parametrize("attributes", ['xmlns="http://purl.org/rss/1.0/"', ""])
def test_rdf_is_read_with_its_channel_beside_the_items(attributes: str, tmp_path: Path) -> None:
    namespaces = f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {attributes}'
    (tmp_path / "a.xml").write_text(
        f'<rdf:RDF {namespaces}><channel rdf:about="http://n.test/"><title>Zamani</title></channel>'
        '<item rdf:about="http://n.test/1"><title>T</title><link>http://n.test/1</link><description>D.</description></item>'
        "</rdf:RDF>"
    )
    documents, faults = read(tmp_path)
    assert (len(documents), faults) == (1, [])
    assert (documents[0].id, documents[0].title, documents[0].source) == ("http://n.test/1", "T", "Zamani")


def test_common_slips_of_feeds_lose_no_word(tmp_path: Path) -> None:
    documents = rss(
        tmp_path,
        "<guid>1</guid><title>Fish & chips&nbsp;&mdash; R&D</title><link>http://n.test/?a=1&b=2</link>",
        "<guid>2</guid><title>5 < 6 <b>and</b> more</title>",
        "<guid>3</guid><media:title>no</media:title><title>T\x0bitle</title><content:encoded>Undeclared.</content:encoded>",
    )
    assert [one.title for one in documents] == ["Fish & chips — R&D", "5 < 6 and more", "Title"]
    assert documents[0].url == "http://n.test/?a=1&b=2"
    assert documents[2].text == "Undeclared."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "gb18030"])
def test_a_feed_is_read_in_its_own_encoding(encoding: str, tmp_path: Path) -> None:
    told = "" if encoding == "utf-8-sig" else f'<?xml version="1.0" encoding="{encoding}"?>'
    feed = f"{told}<rss><channel><item><guid>1</guid><title>Café</title></item></channel></rss>"
    (tmp_path / "a.rss").write_bytes(("\n" * (encoding != "utf-16") + feed).encode(encoding))
    documents, faults = read(tmp_path)
    assert ([one.title for one in documents], faults) == (["Café"], [])


def test_what_is_not_the_utf_8_that_it_says_is_windows_1252(tmp_path: Path) -> None:
    item = "<item><guid>1</guid><title>Café “A”</title></item>"
    feed = f'<?xml version="1.0" encoding="UTF-8"?><rss><channel>{item}</channel></rss>'
    (tmp_path / "a.rss").write_bytes(feed.encode("windows-1252"))
    documents, faults = read(tmp_path)
    assert ([one.title for one in documents], faults) == (["Café “A”"], [])


def test_a_feed_that_breaks_off_is_read_up_to_there_and_said(tmp_path: Path) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>T{n}</title></item>\n" for n in range(3 * BATCH))
    (tmp_path / "a.rss").write_text(f"<rss><channel>\n{items}<item><guid>last</guid><title>T")
    documents, (fault,) = read(tmp_path)
    assert [one.id for one in documents][: 3 * BATCH] == [str(n) for n in range(3 * BATCH)]
    assert fault.where == f"{tmp_path}/a.rss:{3 * BATCH + 2}"
    assert fault.found.startswith("broken XML, read as far as possible")


def test_a_long_feed_is_read_a_batch_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.rss"
    item = f"<item><guid>%d</guid><title>T</title><description>{'word ' * 2_000}</description></item>"
    path.write_text("<rss><channel>" + "".join(item % n for n in range(2_000)) + "</channel></rss>")
    rows = feed_rows(path, LeftOut())
    assert next(rows)[1]["id"] == "0"  # after some kilobytes of twenty million
    assert sum(1 for _ in rows) == 1_999


def test_an_entry_that_is_too_large_is_left_out_and_the_others_read(tmp_path: Path) -> None:
    large = f"<item><guid>1</guid><description>{'&amp;' * 1_000_000}</description></item>"
    path = tmp_path / "a.rss"
    path.write_text(f"<rss><channel>{large}<item><guid>2</guid><title>T</title></item></channel></rss>")
    documents, faults = read(path)
    assert [one.id for one in documents] == ["2"]
    assert [(fault.where, fault.found) for fault in faults] == [(f"{path}:1", "an entry of more than 4 MiB")]


FLOODS = [
    "<!--",
    "<a",
    '<a x="',
    "<!doctype ",
    "&#",
    "<p/>",
    "<p>",
    "&nbsp;",
    "<?x ",
    "<item>",
    "<media:x>",
    "\n",
    "]]>",
]


@pytest.mark.parametrize("flood", FLOODS)
@pytest.mark.parametrize(
    "before",
    ["", "<rss><channel>", "<rss><channel><item><guid>", "<rss><channel><item><title>T</title><description><![CDATA["],
)
def test_a_flood_ends_at_once_and_is_said(before: str, flood: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rss"
    path.write_text(before + flood * (500_000 // len(flood)))
    left = LeftOut()
    started = time.process_time()
    list(feed_rows(path, left))
    assert time.process_time() - started < 5  # of 10 MB, ten seconds; what grows with the square takes minutes
    assert left.rows


@pytest.mark.parametrize("end", [".rss.gz", ".xml.gz", ".XML.GZ", ".atom.gz"])
def test_a_gzipped_feed_is_read_as_the_plain_one(end: str, tmp_path: Path) -> None:
    feed = b"<rss><channel><title>P</title><item><guid>1</guid><title>Rain</title></item></channel></rss>"
    (tmp_path / f"a{end}").write_bytes(gzip.compress(feed))
    articles = [article for _, article in Archive([tmp_path]).articles(LeftOut())]
    assert [(article.id, article.title, article.source) for article in articles] == [("1", "Rain", "P")]


@pytest.mark.parametrize("head", [b"<rss><channel>", b'<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'])
def test_a_gzipped_feed_unpacks_to_no_more_than_its_bound(
    head: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "UNPACKED", 1 << 17)
    item = b"<item><guid>1</guid><title>Rain</title><description>It rained.</description></item>"
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(head + item + b" " * (1 << 22)))
    left = LeftOut()
    articles = list(Archive([tmp_path]).articles(left))
    assert len(articles) <= 1
    assert [TOO_PACKED in fault.found for fault in left.first] == [True]


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-12], lambda data: b"<rss>" + data, lambda data: data[:30] + b"x" * 50]
)
@pytest.mark.parametrize("end", [".rss.gz", ".xml.gz", ".wxr.gz"])
def test_a_damaged_gzipped_feed_is_a_fault(harm: Callable[[bytes], bytes], end: str, tmp_path: Path) -> None:
    feed = b"".join(b"<item><guid>%d</guid><title>Rain %d</title></item>" % (at, at * at) for at in range(9))
    (tmp_path / f"a{end}").write_bytes(harm(gzip.compress(b"<rss><channel>" + feed + b"</channel></rss>")))
    left = LeftOut()
    list(Archive([tmp_path]).articles(left))
    assert "broken archive" in left.first[0].found


@pytest.mark.parametrize("days", [("2023-03-05", "2023-03-06"), ("a", "b", "c")])
def test_an_item_of_several_snapshots_is_one_article_as_the_last_has_it(days: tuple[str, ...], tmp_path: Path) -> None:
    for number, day in enumerate(days):
        changing = f"<item><guid>1</guid><title>Water at {number} metres</title></item>"
        same = "<item><guid>2</guid><title>The same each day</title></item>"
        (tmp_path / f"{day}.rss").write_text(f"<rss><channel>{changing}{same}</channel></rss>")
    archive = Archive([tmp_path])
    looked, left = LeftOut(), LeftOut()
    assert archive.look(looked, strict=True) == 2
    titles = {article.id: article.title for _, article in archive.articles(left)}
    assert titles == {"1": f"Water at {len(days) - 1} metres", "2": "The same each day"}
    assert looked.notes[REPLACED] == left.notes[REPLACED] == len(days) - 1
    assert left.rows == 0


def test_any_bytes_of_a_feed_are_read_and_no_entry_is_lost_in_silence(tmp_path: Path) -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>T{n}</title><description>&lt;p>Word {n}.</description></item>" for n in range(4)
    )
    (tmp_path / "a.rss").write_text(f'<?xml version="1.0"?><rss><channel><title>F</title>{items}</channel></rss>')
    entries = "".join(
        f'<entry xml:lang="sw"><id>urn:{n}</id><title>T</title><content>Neno.</content></entry>' for n in range(4)
    )
    (tmp_path / "b.atom").write_text(f"{ATOM}>{entries}</feed>")
    originals = contents(tmp_path)

    @settings(max_examples=examples(40), deadline=10_000, suppress_health_check=list(HealthCheck))
    @given(mutations)
    def run(drawn: list[Mutation]) -> None:
        write_mutated(originals, drawn)
        for path in originals:
            left = LeftOut()
            read_ = sum(1 for _ in Archive([path]).articles(left))
            there = len(re.findall(rb"<(?:item|entry)[\\s>]", path.read_bytes()))
            assert read_ + left.rows + left.notes.total() >= there or left.rows

    run()
