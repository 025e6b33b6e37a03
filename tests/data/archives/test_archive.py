"""Claims about reading archives: every format gives the same documents, and every fault its file and line."""

import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polybatch.data.archives.archive import READERS, Archive
from polybatch.data.archives.fields import Article, Fields
from polybatch.data.archives.left_out import SHOWN, LeftOut
from polybatch.errors import DataError, Fault
from polybatch.search.building import unfit

ROWS = [
    {
        "id": "a",
        "title": "Flood",
        "text": 'The river, "rose"\nby night.',
        "language": "en",
        "date": "2024-05-31",
        "source": "BBC",
        "url": "http://x/a",
    },
    {"id": "b", "title": "", "text": "बाढी आयो।", "language": "ne", "date": "", "source": "", "url": ""},
]
DOCUMENTS = [
    Article("a", 'The river, "rose"\nby night.', "Flood", "en", date(2024, 5, 31), "BBC", "http://x/a"),
    Article("b", "बाढी आयो।", language="ne"),
]


def read(*paths: Path) -> tuple[list[Article], list[Fault]]:
    left = LeftOut()
    return [article for _, article in Archive(paths, check=unfit).articles(left)], left.first


def write_jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_csv(path: Path) -> Path:
    mark = "\t" if path.suffix == ".tsv" else ","
    quoted = [[f'"{value.replace(chr(34), chr(34) * 2)}"' for value in row.values()] for row in ROWS]
    path.write_text("\n".join(mark.join(line) for line in [list(ROWS[0]), *quoted]) + "\n", encoding="utf-8-sig")
    return path


def test_every_format_of_rows_gives_the_same_documents(tmp_path: Path) -> None:
    jsonl = write_jsonl(tmp_path / "a.jsonl", [dict(row) for row in ROWS])
    zipped = tmp_path / "b.jsonl.gz"
    zipped.write_bytes(gzip.compress(jsonl.read_bytes()))
    parquet = tmp_path / "e.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), parquet)
    for path in (jsonl, zipped, write_csv(tmp_path / "c.csv"), write_csv(tmp_path / "d.tsv"), parquet):
        assert read(path) == (DOCUMENTS, []), path.name


def article(row: dict[str, object], **names: str) -> Article | list[Fault]:
    """What a row says."""
    return Fields(names).article(row, "x:1", lambda what, where: None)


def test_usual_other_names_and_types_are_understood() -> None:
    row: dict[str, object] = {"_id": 7, "headline": "T", "body": "B", "lang": "swh_Latn", "publisher": "P"}
    row["published"] = "Fri, 31 May 2024 23:59:00 GMT"
    assert article(row) == Article("7", "B", "T", "sw", date(2024, 5, 31), "P")
    assert article({"url": "http://x", "text": "t", "date": date(2020, 1, 1)}) == Article(
        "http://x", "t", date=date(2020, 1, 1), url="http://x"
    )


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Dam bursts above the town\nHundreds fled on Friday.", "Dam bursts above the town"),
        ("\n Bwawa lapasuka \n\nMamia walikimbia.", "Bwawa lapasuka"),
        ("तटबन्ध भत्कियो\nसयौं मानिस भागे।", "तटबन्ध भत्कियो"),
        ("Dr. Asha wins a prize.\n\nShe was glad.", "Dr. Asha wins a prize."),
        ("Hundreds fled on Friday.\nThe dam had burst.", ""),
        ("सयौं मानिस भागे।\nतटबन्ध भत्कियो।", ""),
        ("Hundreds of people who lived below the dam\nfled on Friday, said the mayor.", ""),
        ("Dam bursts above the town", ""),
        ("Dam bursts above the town\n\n  \n", ""),
        (f"{'word ' * 60}\nMore.", ""),
    ],
)
def test_the_first_line_of_a_text_file_is_a_headline_where_it_reads_like_one(
    tmp_path: Path, text: str, headline: str
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    ((_, article),) = Archive([tmp_path]).articles(LeftOut())
    assert article.title == headline
    assert f"{headline} {article.text}".split() == text.split()


def test_the_headings_of_a_markdown_file_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# The dam\n\n##\nIt burst.\n\n## After\n#hashtag stays", encoding="utf-8")
    ((_, article),) = Archive([tmp_path]).articles(LeftOut())
    assert article.title == "The dam"
    assert article.text.split() == ["It", "burst.", "After", "#hashtag", "stays"]


def test_a_folder_of_texts_tells_titles_and_languages(tmp_path: Path) -> None:
    for name, text in {
        "sw/habari/a.txt": "Mafuriko\n\nMto uliongezeka.\nSana.",
        "b.md": "No title here, one line.\nAnother.",
        "en/.hidden.txt": "not read",
        "en/picture.jpg": "not read",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(tmp_path) == (
        [
            Article("b.md", "No title here, one line.\nAnother."),
            Article("sw/habari/a.txt", "Mto uliongezeka.\nSana.", "Mafuriko", "sw", source="habari"),
        ],
        [],
    )
    assert read(tmp_path / "b.md")[0][0].id == "b.md"


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>The Wire</title><language>sw-TZ</language><image><url>http://i</url><title>Logo</title></image>
<item><title>Mto &amp; mji</title><link>http://w/1</link><guid>g1</guid>
<pubDate>Fri, 31 May 2024 10:00:00 GMT</pubDate><description>fupi</description>
<content:encoded><![CDATA[<p>Bwawa lilivunjika.</p><script>x()</script><p>Maji&nbsp;yalikuja.</p>]]></content:encoded>
</item>
<item><title>Only a title</title><link>http://w/2</link></item>
<item><guid>empty</guid></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ne"><title>समाचार</title>
<entry><title type="html">&lt;b&gt;बाढी&lt;/b&gt;</title><id>urn:1</id><link rel="self" href="http://no"/>
<link href="http://w/1"/><published>2024-05-31T10:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>राति <b>नदी</b> बढ्यो।</p></div></content>
</entry></feed>"""

SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://site.org/a/one</loc><news:news><news:publication><news:name>Site</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2024-05-31</news:publication_date>
<news:title>One</news:title></news:news></url>
<url><loc>https://site.org/two.html</loc></url>
<url><loc>https://site.org/../../secret.txt</loc></url>
<url><loc>https://site.org/not/saved</loc></url></urlset>"""


def test_feeds_are_read_with_what_the_feed_says_of_all(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(RSS, encoding="utf-8")
    (tmp_path / "b.atom").write_text(ATOM, encoding="utf-8")
    day = date(2024, 5, 31)
    assert read(tmp_path) == (
        [
            Article("g1", "Bwawa lilivunjika.\nMaji yalikuja.", "Mto & mji", "sw", day, "The Wire", "http://w/1"),
            Article("http://w/2", "", "Only a title", "sw", None, "The Wire", "http://w/2"),
            Article("urn:1", "राति नदी बढ्यो।", "बाढी", "ne", day, "समाचार", "http://w/1"),
        ],
        [],
    )


def test_a_sitemap_is_read_with_the_pages_beside_it_and_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("<p>secret</p>")
    site = tmp_path / "dump" / "site.org"
    (site / "a" / "one").mkdir(parents=True)
    (site / "a" / "one" / "index.html").write_text(
        "<html><title>x</title><body><nav>menu</nav><article><p>First.<p>Second.</article><p>Advert</body></html>"
    )
    (site / "two.html").write_text("<title>Two</title><p>Text of two.")
    (tmp_path / "dump" / "sitemap.xml").write_text(SITEMAP)
    first, second = "https://site.org/a/one", "https://site.org/two.html"
    assert read(tmp_path / "dump" / "sitemap.xml") == (
        [
            Article(first, "First.\nSecond.", "One", "en", date(2024, 5, 31), "Site", first),
            Article(second, "Text of two.", "Two", source="site.org", url=second),
        ],
        [],
    )


def test_xml_that_declares_entities_or_is_something_else_is_refused(tmp_path: Path) -> None:
    feed = "<rss><channel><item><title>&a;</title></item></channel></rss>"
    bomb = f'<!DOCTYPE rss [<!ENTITY b "bbbb"><!ENTITY a "&b;&b;">]>{feed}'
    outside = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>{feed}'
    for name, text in {"bomb": bomb, "outside": outside, "html": "<html/>", "broken": "<rss>\n<channel>"}.items():
        (tmp_path / f"{name}.xml").write_text(text)
    documents, faults = read(tmp_path)
    assert documents == []
    assert [(fault.where.rpartition("/")[2], fault.found.split(":")[0]) for fault in faults] == [
        *(
            ("bomb.xml", "refused"),
            ("broken.xml:2", "broken XML, read as far as possible"),
            ("html.xml", "XML of <html>"),
        ),
        ("outside.xml", "refused"),
    ]


def test_every_fault_of_a_strict_archive_comes_at_once_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": "a", "text": "t"}\n{"id": "b", "text": ["t"]}\nno json\n[1]\n{"id": "x"}\n'
        '{"id": "c", "text": "t", "date": "soon", "language": "elvish"}\n{"id": "d", "text": "\\ud800"}\n'
    )
    (tmp_path / "b.csv").write_text('id,text\nx,y,z\na,again\n"e,open')
    (tmp_path / "c.txt").write_bytes(b"fine\nbroken \xff")
    (tmp_path / "d.parquet").write_text("no parquet")
    with pytest.raises(DataError) as caught:
        Archive([tmp_path], check=unfit).look(LeftOut(), strict=True)
    there = [(fault.where.rpartition("/")[2], fault.found) for fault in caught.value.faults]
    assert [where for where, _ in there] == [
        *("a.jsonl:2", "a.jsonl:3", "a.jsonl:4", "a.jsonl:6", "a.jsonl:7"),
        *("b.csv:2", "b.csv:3", "b.csv:4", "c.txt:2", "d.parquet"),
    ]
    assert dict(there)["a.jsonl:6"] == "unknown language 'elvish'; date 'soon'"
    assert dict(there)["b.csv:3"] == f"id 'a' is that of {tmp_path}/a.jsonl:1 too"
    (tmp_path / "b.pdf").write_text("")
    with pytest.raises(DataError, match=r"none: no such file or folder(.|\n)*\.pdf: ends in no known format"):
        Archive([tmp_path, tmp_path / "none", tmp_path / "b.pdf"]).look(LeftOut())


def test_many_faults_are_counted(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": "a", "text": "t", "date": "soon"}] * (SHOWN + 30)
    with pytest.raises(DataError) as caught:
        Archive([write_jsonl(tmp_path / "a.jsonl", rows)]).look(LeftOut(), strict=True)
    assert len(caught.value.faults) == SHOWN + 1
    assert caught.value.faults[-1].found == "30 more faults"


def test_an_archive_without_a_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").write_text("x")
    with pytest.raises(DataError, match=r"no document; files not read: 1 that end in \.jpg; files that end in \.jsonl"):
        Archive([tmp_path]).look(LeftOut())


def test_every_reader_gives_a_fault_for_a_file_that_is_gone(tmp_path: Path) -> None:
    for end in READERS:
        documents, faults = read(tmp_path / f"gone{end}")
        assert documents == []
        assert len(faults) == 1, end
