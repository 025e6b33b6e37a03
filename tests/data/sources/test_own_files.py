"""Claims about sources of one's own files: documents, bitext, TMX, JSONL, BEIR, SQuAD's form."""

import gzip
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.sources import tmx as tmx_module
from polybatch.data.sources.source import Reading
from tests.data.collections.writing import write_lines, write_rows
from tests.data.sources.forms import FORMS, HADITHI, MINE, STORY, TMX, make, read, squad, write_json

TEXTS = {"texts": {"en": "en", "sw": "sw"}}


def documents(folder: Path, **keys: Any) -> tuple[list[Any], Any]:
    return read(make("documents", **MINE, **TEXTS, **keys), folder)


def test_a_story_whose_lines_align_pairs_across_languages(tmp_path: Path) -> None:
    write_lines(tmp_path / "en/a.txt", "Flood", "One two. Three four.", "", "Five.")
    write_lines(tmp_path / "sw/a.txt", "Mafuriko", "Moja mbili. Tatu nne.", "Tano.")
    items, reading = documents(tmp_path, pairs=["next"])
    assert [(dict(item.queries), item.passages["sw"]) for item in items] == [
        ({"en": "One two.", "sw": "Moja mbili."}, "Tatu nne. Tano."),
        ({"en": "Three four.", "sw": "Tatu nne."}, "Tano."),
    ]
    assert {item.group for item in items} == {"mine-a.txt"}
    assert reading.notes == {}


def test_a_line_that_is_cut_into_other_numbers_of_sentences_stays_whole(tmp_path: Path) -> None:
    write_lines(tmp_path / "en/a.txt", "H", "One. Two.", "Three.")
    write_lines(tmp_path / "sw/a.txt", "K", "Moja na mbili.", "Tatu.")
    (item,), _ = documents(tmp_path, pairs=["next"])
    assert (item.queries, item.passages) == (
        {"en": "One. Two.", "sw": "Moja na mbili."},
        {"en": "Three.", "sw": "Tatu."},
    )


def test_a_story_whose_lines_do_not_align_is_noted_and_never_paired_line_by_line(tmp_path: Path) -> None:
    write_lines(tmp_path / "en/a.txt", "Flood", "One.", "Two.", "Three.")
    write_lines(tmp_path / "sw/a.txt", "Mafuriko", "Moja.", "Mbili.")
    items, reading = documents(tmp_path, pairs=["headline", "next"])
    headline, *following = items
    assert headline.queries == {"en": "Flood", "sw": "Mafuriko"}
    assert headline.passages == {"en": "One. Two. Three.", "sw": "Moja. Mbili."}
    assert all(item.queries.keys() == item.passages.keys() and len(item.queries) == 1 for item in following)
    assert reading.noted == {
        "a story whose languages differ in lines: joined as a whole": [f"{tmp_path / 'en/a.txt'} (en 3, sw 2)"]
    }


def test_files_of_no_use_are_left_out_by_name_and_the_story_goes_on_without(tmp_path: Path) -> None:
    write_lines(tmp_path / "en/a.txt", "Flood", "One.", "Two.")
    (tmp_path / "sw").mkdir()
    (tmp_path / "sw/a.txt").write_bytes(b"Mafuriko\nmoja \xe9\n")
    (tmp_path / "sw/b.txt").write_bytes(b"<html><body>404")
    items, reading = documents(tmp_path)
    assert {code for item in items for code in item.passages} == {"en"}
    assert reading.places == {
        "byte 0xe9 is not UTF-8": [f"{tmp_path / 'sw/a.txt'}:2"],
        "HTML instead of data": [f"{tmp_path / 'sw/b.txt'}"],
    }
    assert reading.read == len(items) + 2


def test_folders_that_are_missing_or_empty_are_faults_together(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    _, reading = documents(tmp_path)
    assert [fault.found for fault in reading.faults] == ["no files **/*.txt", "no such folder"]
    _, reading = read(make("documents", **MINE, texts={"swa": "en"}), tmp_path)
    assert str(reading.faults[0]) == "mine: unknown language 'swa'; write 'sw'"


def test_tmx_text_is_what_a_reader_sees_and_languages_are_our_codes(tmp_path: Path) -> None:
    FORMS["tmx"].write(tmp_path)
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert [item.queries for item in items] == [
        {"en": "A house & home", "sw": "Nyumba"}, {"en": "Water", "sw": "Maji"},
    ]  # fmt: skip
    assert all(item.passages == item.queries for item in items)
    assert reading.places == {"a unit with fewer than two of the languages": [f"{tmp_path / 'm.tmx'}:7"]}


def test_tmx_may_be_utf16_or_gzipped(tmp_path: Path) -> None:
    (tmp_path / "m.tmx").write_bytes(TMX.replace("utf-8", "utf-16").encode("utf-16"))
    (tmp_path / "m.tmx.gz").write_bytes(gzip.compress(TMX.encode()))
    keys = FORMS["tmx"].keys
    plain, zipped = (read(make("tmx", **{**keys, "files": [name]}), tmp_path)[0] for name in ("m.tmx", "m.tmx.gz"))
    assert [item.queries for item in plain] == [item.queries for item in zipped]
    assert len(plain) == 2


def test_tmx_with_entities_is_refused_before_they_grow(tmp_path: Path) -> None:
    bombs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE tmx [<!ENTITY b0 "boom">{bombs}]>'
    (tmp_path / "m.tmx").write_text(TMX.replace('<!DOCTYPE tmx SYSTEM "tmx14.dtd">', doctype).replace("Nyumba", "&b9;"))
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert items == []
    assert str(reading.faults[0]) == f"{tmp_path / 'm.tmx'}:2: declares the entity b0; TMX without entities"


def test_tmx_that_reads_another_file_reads_none(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    doctype = f'<!DOCTYPE tmx [<!ENTITY x SYSTEM "file://{tmp_path / "secret"}">]>'
    (tmp_path / "m.tmx").write_text(TMX.replace('<!DOCTYPE tmx SYSTEM "tmx14.dtd">', doctype).replace("Nyumba", "&x;"))
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert items == []
    assert "declares the entity x" in reading.faults[0].found


def test_tmx_that_breaks_off_is_a_fault_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "m.tmx").write_text(TMX[: TMX.index("Maji")])
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert len(items) == 1
    assert f"{tmp_path / 'm.tmx'}:6: broken XML: " in str(reading.faults[0])


def tmx(tmp_path: Path, *units: str, encoding: str = "utf-8") -> tuple[list[Mapping[str, str]], Reading]:
    """The texts of units that are pairs of segments in English and Swahili."""
    body = "".join(
        f'<tu><tuv xml:lang="en"><seg>{en}</seg></tuv><tuv xml:lang="sw"><seg>{sw}</seg></tuv></tu>\n'
        for en, sw in (unit.split("|") for unit in units)
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n<tmx version="1.4"><body>'
    (tmp_path / "m.tmx").write_bytes(f"{head}{body}</body></tmx>".encode(encoding, errors="surrogateescape"))
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    return [item.queries for item in items], reading


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ('The first<ph x="1">&lt;br/&gt;</ph>the second', "The first the second"),
        ('Rain<bpt i="1">&lt;b&gt;</bpt>fell<ept i="1">&lt;/b&gt;</ept>.', "Rain fell."),
        ("It rained.<it pos='begin'/>All night", "It rained. All night"),
        ("un<hi>break</hi>able", "unbreakable"),
        ("नदी<ph/>बढ्यो", "नदी बढ्यो"),
        ("大雨<ph/>昨夜", "大雨昨夜"),
        ("(<ph/>quoted<ph/>) <ph/> text", "(quoted) text"),
        ("a<bpt i='1'>x<sub>hidden</sub></bpt>b", "a b"),
    ],
)
def test_elements_within_a_segment_glue_no_words(segment: str, text: str, tmp_path: Path) -> None:
    texts, _ = tmx(tmp_path, f"{segment}|Mvua")
    assert texts == [{"en": text, "sw": "Mvua"}]


def test_an_empty_segment_gives_way_to_a_full_variant(tmp_path: Path) -> None:
    rain = '<tuv xml:lang="en-GB"><seg>Rain</seg></tuv><tuv xml:lang="en-US"><seg>Showers</seg></tuv>'
    (tmp_path / "m.tmx").write_text(
        f'<tmx><body><tu><tuv xml:lang="en"><seg> </seg></tuv>{rain}<tuv xml:lang="sw"><seg/></tuv>'
        '<tuv xml:lang="swa"><seg>Mvua</seg></tuv></tu></body></tmx>'
    )
    items, _ = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert [item.queries for item in items] == [{"en": "Rain", "sw": "Mvua"}]


@pytest.mark.parametrize("damage", ["\x0b", "\0", "&#11;", "&#x1F;", "&#xD800;", "&nbsp;", "&", "\udcff"], ids=ascii)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_no_text_costs_its_unit_alone(damage: str, encoding: str, tmp_path: Path) -> None:
    if encoding == "utf-16" and damage == "\udcff":
        pytest.skip("bytes, of which UTF-16 has two")
    texts, reading = tmx(tmp_path, "One|Moja", f"Tw{damage}o|Mbili", "Three &amp; &#x2014;|Tatu", encoding=encoding)
    assert texts == [{"en": "One", "sw": "Moja"}, {"en": "Three & —", "sw": "Tatu"}]
    assert reading.places == {"a control character, or bytes that are no text": [f"{tmp_path / 'm.tmx'}:3"]}
    assert reading.faults == []


def test_a_flood_without_a_unit_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tmx_module, "QUIET", 1 << 20)
    (tmp_path / "m.tmx").write_text("<tmx><body>" + "\n" * (3 << 20) + "</body></tmx>")
    items, reading = read(make("tmx", **FORMS["tmx"].keys), tmp_path)
    assert items == []
    assert [fault.found for fault in reading.faults] == ["no unit in 1 MiB"]


@pytest.mark.parametrize("flood", ["<!--", "<a", '<a x="', "<!doctype ", "&#", "<a>", "&amp;", "<ph/>", "<![CDATA["])
def test_a_flood_of_broken_markup_ends_at_once(flood: str, tmp_path: Path) -> None:
    started = time.process_time()
    tmx(tmp_path, "One|Moja", flood * (1_000_000 // len(flood)) + "|Mbili")
    assert time.process_time() - started < 5


def test_equal_passages_in_any_language_share_a_group_or_a_further_group(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.en", "yes", "Yes ", "well")
    write_lines(tmp_path / "a.sw", "ndiyo", "naam", "NDIYO")
    items, _ = read(make("bitext", **MINE, files={"en": ["a.en"], "sw": ["a.sw"]}), tmp_path)
    first, second, third = ((item.group, *item.further) for item in items)
    assert first[0] == second[0] != third[0]
    assert first[1] == third[1] != second[1]


def test_an_id_met_before_is_left_out_and_named(tmp_path: Path) -> None:
    FORMS["jsonl"].write(tmp_path)
    items, reading = read(make("jsonl", **FORMS["jsonl"].keys), tmp_path)
    assert reading.places == {"an id met before": [f"{tmp_path / 'r.jsonl'}:3 ('1')"]}
    first, second = items
    assert (first.id, first.negatives, second.group) == ("mine-1", ({"sw": "N"},), "mine-group-g")
    assert [len(item.further) for item in items] == [2, 2], "of a language, and of the row's own"


def test_rows_have_as_many_further_groups_as_the_first(tmp_path: Path) -> None:
    sides = {"queries": {"en": "q"}, "passages": {"en": "p"}}
    rows = [{"id": str(count), **sides, "further": ["d"] * count} for count in (1, 0, 2)]
    write_rows(tmp_path / "r.jsonl", *rows)
    items, reading = read(make("jsonl", **{**FORMS["jsonl"].keys, "languages": ["en"]}), tmp_path)
    assert [item.further for item in items] == [("mine-d",), ("",)]
    assert reading.places == {"more further groups than the first row has": [f"{tmp_path / 'r.jsonl'}:3"]}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"queries": {"en": "q"}}, "no passages by language"),
        ({"queries": {"swa": "q"}, "passages": {"en": "p"}}, "unknown language 'swa'"),
        (
            {"queries": {"en": "q"}, "passages": {"en": "p"}, "negatives": ["n"]},
            "negatives that are no list of objects",
        ),
        ({"queries": {"en": "q"}, "passages": {"en": "p"}, "further": "d"}, "further groups that are no list of names"),
        ({"queries": {"en": "q"}, "passages": {"en": "p"}, "group": ["g"]}, "a group that is no name"),
        ({"queries": {"en": " "}, "passages": {"en": "p"}}, "no query"),
        ({"queries": {"de": "q"}, "passages": {"en": "p"}}, "no query"),
        ({"queries": {"en": "q"}, "passages": {"en": 5}}, "no passage"),
        ({"queries": {"en": "\ud83d"}, "passages": {"en": "p"}}, "half a surrogate pair: not text"),
    ],
)
def test_a_row_of_json_that_is_no_pair_is_left_out_with_its_reason(
    row: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    write_lines(tmp_path / "r.jsonl", json.dumps({"id": "1", **row}))
    items, reading = read(make("jsonl", **FORMS["jsonl"].keys), tmp_path)
    assert items == []
    assert reading.places == {reason: [f"{tmp_path / 'r.jsonl'}:1"]}


def test_beir_judgements_are_joined_with_texts_in_their_languages(tmp_path: Path) -> None:
    FORMS["beir"].write(tmp_path)
    items, reading = read(make("beir", **FORMS["beir"].keys), tmp_path)
    assert [(item.queries, item.passages) for item in items] == [
        ({"en": "Bridge?"}, {"en": f"T {STORY}"}), ({"en": "Bridge?"}, {"sw": HADITHI}),
    ]  # fmt: skip
    assert items[0].further == items[1].further == ("mine-query-q1",)
    assert reading.left_out == {"not relevant by its judgement": 1, "an unknown query": 1}
    write_rows(tmp_path / "mine/corpus.jsonl", {"_id": "d1", "text": "x"}, {"_id": "d1", "text": "y"}, {"_id": 1})
    items, reading = read(make("beir", **{**FORMS["beir"].keys, "language": ""}), tmp_path)
    assert items == []
    assert reading.notes["a text without a language: `language` in the recipe names one"] == 3
    assert reading.notes["corpus.jsonl: no text as text"] == 1


def test_questions_are_joined_over_languages_by_id_and_grouped_by_paragraph(tmp_path: Path) -> None:
    write_json(
        tmp_path / "en.json", squad((STORY, {"1": "Who?", "2": "When?"}), ("other", {"3": "What?", "1": "again"}))
    )
    write_json(tmp_path / "sw.json", squad((HADITHI, {"1": "Nani?", "3": "Nini?"})))
    items, reading = read(make("squad", **MINE, files={"en": ["en.json"], "sw": ["sw.json"]}), tmp_path)
    assert [item.queries for item in items] == [
        {"en": "Who?", "sw": "Nani?"},
        {"en": "When?"},
        {"en": "What?", "sw": "Nini?"},
    ]
    assert len({item.group for item in items}) == 1, "the third shares the Swahili paragraph with the first"
    assert {item.further for item in items} == {("mine-T",)}
    assert reading.left_out == {"an id met before in en": 1}


def test_questions_without_an_answer_and_broken_places_are_left_out(tmp_path: Path) -> None:
    whole = squad(("c", {"1": "q"}))
    qas = whole["data"][0]["paragraphs"][0]["qas"]
    qas += [
        {"id": "2", "question": "?", "answers": []},
        {"id": "3", "question": "?", "is_impossible": True},
        {"id": "4"},
        5,
    ]
    whole["data"] += [{"title": "no paragraphs"}, None]
    write_json(tmp_path / "f.json", whole)
    items, reading = read(make("squad", **MINE, files={"en": ["f.json"]}), tmp_path)
    assert len(items) == 1
    assert reading.left_out == {
        "a question without an answer": 2,
        "no id, no question or no context": 2,
        "not SQuAD's form: no list of paragraphs": 2,
    }  # fmt: skip
    (tmp_path / "f.json").write_text('{"data":\n [}')
    _, reading = read(make("squad", **MINE, files={"en": ["f.json"]}), tmp_path)
    assert str(reading.faults[0]).startswith(f"{tmp_path / 'f.json'}:2: broken JSON")
