"""Claims about archives as newsrooms export them: what is missing, dates, markup, names of fields, WordPress, JSON."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polybatch.data.archives.archive import Archive
from polybatch.data.archives.dates import Dates
from polybatch.data.archives.fields import Article, Fields
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.archives.names import parse_fields
from polybatch.errors import DataError, Fault


def read(*paths: Path, **fields: str) -> tuple[list[Article], LeftOut]:
    """The articles of archives as they are read once the order of dates is known, and what is left out."""
    archive, left = Archive(paths, fields), LeftOut()
    assert list(archive.articles(LeftOut())) is not None
    return [article for _, article in archive.articles(left)], left


def said(row: dict[str, Any], **names: str) -> Article:
    """The article of a row that is one."""
    article = Fields(names).article(row, "x:1", lambda what, where: None)
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize("nothing", [None, float("nan"), "NaN", "nan", "None", "null", "", "  ", "NaT", "<NA>", [], {}])
def test_what_says_nothing_is_missing_in_every_field(nothing: Any) -> None:
    fields = ("id", "title", "language", "date", "source", "url")
    article = said({"text": "The dam held."} | dict.fromkeys(fields, nothing))
    assert article == Article(article.id, "The dam held.")
    assert article.id.startswith("content-")


def test_a_frame_with_holes_has_no_title_nan_and_no_min_nan_chinese(tmp_path: Path) -> None:
    rows = {"id": [1.0, 2.0], "text": ["Rain fell.", "Wind rose."], "title": [None, "nan"], "language": ["nan", None]}
    pq.write_table(pa.table(rows), tmp_path / "frame.parquet")
    (tmp_path / "frame.jsonl").write_text('{"id": 3, "text": "Snow.", "title": NaN, "lang": "NAN", "date": NaN}\n')
    articles, left = read(tmp_path)
    assert articles == [Article("3", "Snow."), Article("1", "Rain fell."), Article("2", "Wind rose.")]
    assert left.rows == 0


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>The lake fell.</p><script>track()</script><p>Boats wait.</p>", "The lake fell.\nBoats wait."),
        ("Rice &amp; beans<br/>cost&nbsp;more", "Rice & beans\ncost more"),
        ("x<y and 3 > 2", "x<y and 3 > 2"),
    ],
)
def test_markup_in_a_field_is_its_text(markup: str, text: str) -> None:
    article = said({"id": "a", "text": markup, "title": "<b>Rice</b> &#8211; dear"})
    assert (article.text, article.title) == (text, "Rice – dear")


DAY = date(2023, 10, 27)


@pytest.mark.parametrize(
    "written",
    [
        *("2023-10-27", "2023-10-27T06:00:00Z", "2023-10-27 06:00:00.000+0300", "20231027", 20231027, "2023/10/27"),
        *(
            "27/10/2023",
            "10/27/2023",
            "27.10.2023 06:00",
            "27-10-23",
            "Fri, 10/27/2023 - 06:00",
            1698386400,
            "1698386400",
        ),
        *(
            1698386400000,
            1698386400.5,
            "27 October 2023",
            "October 27, 2023 6:00 am",
            "27 octobre 2023",
            "27 Oktoba 2023",
        ),
        *("२७ अक्टोबर २०२३", "2023年10月27日", "Fri, 27 Oct 2023 06:00:00 +0000", DAY),
    ],
)
def test_a_date_in_any_usual_form_is_its_day(written: Any) -> None:
    assert Dates().day(written, "x") == DAY


@pytest.mark.parametrize(
    "written", ["yesterday", "2 days ago", "Monday", "10:00", "31 June 2023", "2023-13-01", "May", "12", 7, True, [1]]
)
def test_what_is_no_date_is_refused(written: Any) -> None:
    fault = Fields().article({"id": "a", "text": "t", "date": written}, "x:1", lambda what, where: None)
    assert isinstance(fault, list)
    assert [one.where for one in fault] == ["x:1"]


def test_coarse_and_absent_dates() -> None:
    assert Dates().day("2023-10", "x") == date(2023, 10, 1)
    assert Dates().day("2023", "x") == date(2023, 1, 1)
    assert Dates().day("0000-00-00 00:00:00", "x") is None


@pytest.mark.parametrize(("decider", "day"), [("13/01/2023", date(2023, 4, 3)), ("01/13/2023", date(2023, 3, 4))])
def test_a_column_says_whether_the_day_comes_first(decider: str, day: date, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,text,date\na,One.,03/04/2023\nb,Two.,{decider}\n")
    archive = Archive([tmp_path])
    archive.look(LeftOut())
    assert next(archive.articles(LeftOut()))[1].date == day
    assert archive.said() == []


def test_an_order_that_nothing_settles_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,date\na,One.,03/04/2023\n")
    archive = Archive([tmp_path])
    archive.look(LeftOut())
    (line,) = archive.said()
    assert line.startswith(f"{tmp_path}/a.csv: date: 1 dates such as 03/04/2024 are read day first")


EXPORTS: dict[str, dict[str, Any]] = {
    "WordPress' interface": {"id": 5, "date": "2023-10-27T06:00:00", "title": {"rendered": "T"}, "link": "http://n/5",
                             "content": {"rendered": "<p>B</p>"}, "status": "publish"},
    "WordPress' database": {"ID": "5", "post_title": "T", "post_content": "B", "post_date": "2023-10-27 06:00:00",
                            "permalink": "http://n/5", "post_status": "publish"},
    "Drupal's JSON:API": {"id": "5", "attributes": {"title": "T", "body": {"value": "<p>B</p>"}, "status": True,
                          "created": "2023-10-27T06:00:00+00:00", "path": {"alias": "http://n/5"}}},
    "Drupal's table": {"nid": "5", "Title": "T", "Body": "B", "Authored on": "10/27/2023 - 06:00", "url": "http://n/5"},
    "Ghost": {"id": "5", "title": "T", "html": "<p>B</p>", "published_at": "2023-10-27T06:00:00Z", "url": "http://n/5"},
    "Arc": {"_id": "5", "headlines": {"basic": "T"}, "content_elements": [{"type": "text", "content": "B"},
            {"type": "image", "caption": "no"}], "publish_date": "2023-10-27T06:00:00Z", "canonical_url": "http://n/5"},
    "Google News": {"id": "5", "news:title": "T", "description": "B", "news:publication_date": "2023-10-27",
                    "loc": "http://n/5"},
}  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS)
def test_the_names_of_usual_exports_are_known(export: str) -> None:
    assert said(EXPORTS[export]) == Article("5", "B", "T", None, DAY, "", "http://n/5")


def test_a_name_that_nobody_knows_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nummer;inhalt;datum\n7;Der See fiel.;27.10.2023\n8;Boote warten.;28.10.2023\n")
    articles, left = read(tmp_path, text="inhalt", date="datum", id="nummer")
    assert (articles[0], left.rows) == (Article("7", "Der See fiel.", date=DAY), 0)
    _, left = read(tmp_path)
    (fault,) = left.told()
    assert fault.found == "all 2 rows: no text and no title; the fields are nummer, inhalt, datum"
    assert fault.works == "--field text=NAME says which"
    with pytest.raises(DataError, match="FIELD=NAME, once each"):
        parse_fields(["text=a", "text=b", "colour=c", "title"])


WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Lake</title><language>en-US</language>{}</channel></rss>"""


def item(number: int, text: str = "B", status: str = "publish", kind: str = "post", more: str = "") -> str:
    return (
        f"<item><title>T &amp; {number}</title><link>http://n/{number}</link><guid>http://n/?p={number}</guid>"
        f"<pubDate>Fri, 27 Oct 2023 03:00:00 +0000</pubDate><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[short]]></excerpt:encoded><wp:post_date>2023-10-27 06:00:00</wp:post_date>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"
    )


def test_an_export_of_wordpress_gives_its_published_posts(tmp_path: Path) -> None:
    swahili = '<category domain="language" nicename="sw">K</category>'
    swahili += '<category domain="post_translations" nicename="g1"/>'
    body = "<!-- wp:paragraph -->\n<p>One \x0b<b>two</b>.</p>\n<p>[caption id='1']Three[/caption]</p>"
    items = [item(1, body), item(2, "Mbili.", more=swahili), item(3, status="draft"), item(4, kind="attachment")]
    items += [item(5, more="<wp:post_password>x</wp:post_password>"), item(6, "")]
    (tmp_path / "export.xml").write_text(WXR.format("".join(items)), encoding="utf-8")
    articles, left = read(tmp_path)
    assert articles == [
        Article("http://n/?p=1", "One two.\nThree", "T & 1", "en", DAY, "The Lake", "http://n/1"),
        Article("http://n/?p=2", "Mbili.", "T & 2", "sw", DAY, "The Lake", "http://n/2", ("g1",)),
        Article("http://n/?p=6", "short", "T & 6", "en", DAY, "The Lake", "http://n/6"),
    ]
    assert (left.rows, left.notes) == (0, {"not published, or no article": 3})


def test_a_broken_item_of_wordpress_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(WXR.format(item(1) + item(2).replace("</title>", "</titel>") + item(3)))
    articles, left = read(tmp_path)
    assert [article.url for article in articles] == ["http://n/1", "http://n/3"]
    assert left.first[0].where == f"{tmp_path}/a.xml: item 2"
    (tmp_path / "a.xml").write_text(WXR.format(item(1) + item(2))[:-60])
    assert read(tmp_path)[1].rows == 1


def test_entities_of_wordpress_exports_are_refused(tmp_path: Path) -> None:
    bomb = WXR.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "aa"><!ENTITY b SYSTEM "file:///etc/passwd">]><rss', 1)
    (tmp_path / "a.xml").write_text(bomb.format(item(1, "x") + item(2, "&b;")))
    articles, left = read(tmp_path)
    assert (articles, [fault.found for fault in left.first]) == ([], ["refused: entities declared"])


@pytest.mark.parametrize(
    "whole",
    [
        [{"id": "1", "text": "A."}, {"id": "2", "text": "B."}],
        {"posts": [{"id": "1", "text": "A."}, {"id": "2", "text": "B."}]},
        {"db": [{"data": {"posts": [{"id": "1", "html": "<p>A.</p>"}, {"id": "2", "html": "B."}]}}]},
        {"hits": {"hits": [{"_id": "1", "_source": {"text": "A."}}, {"_id": "2", "_source": {"text": "B."}}]}},
    ],
)
def test_a_json_file_of_any_wrapping_is_its_rows(whole: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps(whole, indent=1), encoding="utf-8")
    assert read(tmp_path)[0] == [Article("1", "A."), Article("2", "B.")]


def test_a_bad_row_is_left_out_and_a_tenth_of_them_refuse_the_archive(tmp_path: Path) -> None:
    rows = [{"id": str(number), "text": "t", "date": "2023-10-27"} for number in range(19)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"id": "x", "text": "t", "date": "soon"}]))
    left = LeftOut()
    assert Archive([path]).look(left) == 19
    assert left.told() == [Fault(f"{path}:20", "date 'soon'", "2024-05-31, or 31 May 2024")]
    path.write_text(path.read_text() + '{"id": "y", "text": "t", "date": "late"}\n' * 2)
    with pytest.raises(
        DataError, match=r"3 rows, the first .*:20: date 'soon'(.|\n)*3 of 22 rows are bad; correct them, or"
    ):
        Archive([path]).look(LeftOut())
    assert Archive([path]).look(LeftOut(), allow=0.2) == 19


def test_what_nobody_reads_is_said(tmp_path: Path) -> None:
    for name in ("a.TXT", "._a.txt", ".hidden", "b.docx", "c.DOCX"):
        (tmp_path / name).write_text("The dam held.\n")
    articles, left = read(tmp_path)
    assert [article.id for article in articles] == ["a.TXT"]
    assert left.said() == ["files not read: 1 ._ files of macOS, 1 hidden, 2 that end in .docx"]


def test_the_same_words_under_one_id_are_one_article_and_other_words_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,One.\n1,One.\n1,Two.\n,Three.\n,Three.\n")
    articles, left = read(tmp_path)
    assert [article.text for article in articles] == ["One.", "Three."]
    assert left.notes.total() == 2
    assert [fault.where for fault in left.first] == [f"{tmp_path}/a.csv:4"]


def test_names_that_differ_in_unicode_form_alone_are_one(tmp_path: Path) -> None:
    (tmp_path / "Zoe\u0308.txt").write_text("The dam held.")
    assert read(tmp_path)[0][0].id == "Zo\u00eb.txt"
