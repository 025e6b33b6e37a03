"""Claims about sets that upstream publishes: what an item of each is, on files of upstream's form."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.sources import hub
from polybatch.data.sources.source import Reading
from polybatch.data.sources.store import NumberedTexts
from tests.data.collections.writing import write_archive, write_lines
from tests.data.sources.forms import FORMS, HADITHI, STORY, make, read


def form(name: str, folder: Path, **keys: Any) -> tuple[list[Any], Reading]:
    FORMS[name].write(folder)
    return read(make(name, **{**FORMS[name].keys, **keys}), folder)


def test_an_mmarco_triple_is_one_item_in_every_language_with_its_hard_negative(tmp_path: Path) -> None:
    items, reading = form("mmarco", tmp_path)
    first, second, third = items
    assert first.queries == {"en": "passage seven?", "de": "Absatz seven?"}
    assert first.passages == {"en": "passage 0", "de": "Absatz 0"}
    assert first.negatives == ({"en": "passage 1", "de": "Absatz 1"},)
    assert (first.group, first.further) == ("mmarco-0", ("mmarco-query-7",))
    assert second.passages == {"en": "passage 3"}, "a passage that German lacks"
    assert third.negatives == (), "a negative that no language has"
    assert first.further == third.further != second.further
    assert reading.left_out == {"no passage": 1, "no query": 1}
    assert reading.notes["a passage that de lacks"] == 2
    assert [item.id for item in form("mmarco", tmp_path, rows=2)[0]] == [first.id, second.id]


def test_a_triple_of_another_form_is_left_out_even_as_the_first(tmp_path: Path) -> None:
    FORMS["mmarco"].write(tmp_path)
    triples = tmp_path / "mmarco/data/triples.train.ids.small.tsv"
    write_lines(triples, "7\t0\t1\t2", "7\t0\t-1", "7\t0\t99999999999", "7\t0\t1")
    items, reading = read(make("mmarco", languages=["en"]), tmp_path)
    assert len(items) == 1
    assert reading.places == {"not three numbers": [f"{triples}:{line}" for line in (1, 2, 3)]}


def test_numbered_texts_are_looked_up_on_the_disk_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    numbers = [*range(0, 40_000, 2), *range(1, 40_000, 2)]
    path.write_text("".join(f"{number}\ttext {number} {'x' * 200}\n" for number in numbers) + "7\tagain\nbroken\n\n")
    reading = Reading()
    texts = NumberedTexts(path, reading, works="")
    tracemalloc.start()
    found = [texts[number] for number in (0, 1, 2, 39_999, 40_000, 1 << 25)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    texts.close()
    assert [text and text.split()[1] for text in found] == ["0", "1", "2", "39999", None, None]
    assert peak < 1 << 20, "ten megabytes of text are not in memory"
    assert reading.noted == {
        "a number met before: its first text is kept": [f"{path}:40001"],
        "a line that is no number, tab and text": [f"{path}:40002"],
    }


def test_a_passage_of_a_long_text_is_the_one_with_the_answer(tmp_path: Path) -> None:
    (item,), _ = form("duorc", tmp_path)
    assert item.passages == {"en": "Nobody was hurt."}
    (whole,), _ = form("duorc", tmp_path, tokens=0)
    assert whole.passages == {"en": STORY}
    assert whole.group == item.group, "the whole text is the group, however it is cut"


def test_sentences_that_do_not_answer_are_hard_negatives(tmp_path: Path) -> None:
    (item,), reading = form("wikiqa", tmp_path)
    assert (item.passages, item.negatives) == ({"en": "s 1"}, ({"en": "s 0"},))
    assert reading.left_out == {"marked as no answer": 2}
    (first, _), _ = form("mr-tydi", tmp_path)
    assert first.passages == {"sw": "T text 0 of 1"}
    assert first.negatives == ({"sw": "T text 1 of 1"}, {"sw": "T text 2 of 1"})
    (entity,), _ = form("entity-questions", tmp_path)
    assert (entity.passages, entity.negatives) == ({"en": "X in Y"}, ({"en": "Z nothing"},))


def test_crosssum_joins_both_ways_of_a_pair(tmp_path: Path) -> None:
    (joined, alone), _ = form("crosssum", tmp_path)
    assert joined.queries == {"sw": "Daraja limeondoka.", "en": "A bridge is gone."}
    assert joined.passages == {"en": STORY, "sw": HADITHI}
    assert (alone.queries, alone.passages) == ({"sw": "Mvua."}, {"en": "Rain."})
    assert alone.further == ("",)


def test_an_afriqa_question_is_asked_in_both_languages(tmp_path: Path) -> None:
    (item,), _ = form("afriqa", tmp_path)
    assert item.queries == {"sw": "Nani?", "en": "Who?"}
    assert item.passages == {"en": "T C"}


def test_ntrex_pairs_headlines_and_sentences_across_languages(tmp_path: Path) -> None:
    items, _ = form("ntrex", tmp_path)
    assert [(item.queries["en"], item.passages["sw"]) for item in items] == [
        ("e line 0.", "s line 1. s line 2."), ("e line 1.", "s line 2."), ("e line 3.", "s line 4."),
    ]  # fmt: skip
    assert [item.group for item in items] == ["ntrex-a", "ntrex-a", "ntrex-b"]


def test_a_language_that_lacks_a_sentence_or_a_file_is_told(tmp_path: Path) -> None:
    both, one = form("sib-200", tmp_path)[0]
    assert (set(both.queries), set(one.queries)) == ({"en", "sw"}, {"en"})
    _, reading = form("flores", tmp_path, languages=["en", "ne"])
    assert "no file in 'ne'; found: en, sw" in str(reading.faults[0])
    write_lines(tmp_path / "flores/flores200_dataset/metadata_dev.tsv", "URL\tdomain", "x\ty")
    assert "1 documents for 2 sentences" in str(form_of_now("flores", tmp_path).faults[0])


def form_of_now(name: str, folder: Path) -> Reading:
    return read(make(name, **FORMS[name].keys), folder)[1]


def test_the_same_article_is_read_once(tmp_path: Path) -> None:
    row = {"id": "1", "url": "u", "title": "Mto", "summary": "", "text": HADITHI}
    archive = tmp_path / "xl-sum/data/swahili_XLSum_v2.0.tar.bz2"
    write_archive(archive, {"swahili_train.jsonl": [row, row | {"title": "Tena"}, row | {"text": ""}]})
    items, reading = read(make("xl-sum", languages=["sw"]), tmp_path)
    assert [item.queries for item in items] == [{"sw": "Mto"}]
    assert reading.places == {
        "a text met before": [f"{archive}!swahili_train.jsonl:2"], "no passage": [f"{archive}!swahili_train.jsonl:3"],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["newsqa", "mfaq", "mr-tydi", "wikiqa"])
def test_a_set_of_the_hub_streams_to_the_same_items(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied, reading = form(name, tmp_path)
    # the folder of the copy stands for the repository: it is laid out as that is
    source = make(name, **FORMS[name].keys, stream=True)
    monkeypatch.setattr(hub, "HUB", str(tmp_path / (source.about.folder or "")))
    streamed, found = read(source, tmp_path / "no data folder")
    assert streamed == copied
    assert (found.read, found.left_out.total(), found.faults) == (reading.read, reading.left_out.total(), [])
    assert source.folders() == {}, "no data folder is asked for"


def test_a_stream_without_a_network_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    items, reading = read(make("newsqa", stream=True), tmp_path)
    assert items == []
    assert "hf://datasets/lucadiliello/newsqa@main/data/train-*.parquet: cannot be streamed after row 0" in str(
        reading.faults[0]
    )
    assert "polybatch data fetch" in reading.faults[0].works


def test_the_listing_is_the_same_in_every_format() -> None:
    from polybatch.data.sources.listing import FORMATS
    from polybatch.data.sources.table import SOURCES

    rows = json.loads(FORMATS["json"]())
    assert [row["source"] for row in rows] == list(SOURCES)
    for row in rows:
        for text in (FORMATS["text"](), FORMATS["md"]()):
            assert row["what"] in text
            assert row["licence"] in text
    assert FORMATS["md"]().count("\n") == len(SOURCES) + 1
