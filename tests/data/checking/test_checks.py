"""Claims about each check: it finds what it is for, with the place, and leaves clean rows alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.checking.check import check_sources
from polybatch.data.checking.problem import Limits
from polybatch.data.checking.report import Finding
from polybatch.data.checking.rows import SHORTEST, STOPS
from polybatch.data.checking.table import CHECKS, CONTAMINATION
from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.newswire import NewswireSource
from polybatch.records import Collection, Item, Passage
from tests.data.checking.given import Given, row

NOWHERE = Path()


def findings(
    check: str, *rows: Item, against: list[Collection] | None = None, limits: Limits | None = None
) -> list[Finding]:
    source = Given(rows=rows)
    report = check_sources([source], NOWHERE, checks=[check], against=against or [], limits=limits)
    (found,) = report.sources[0].checks.values()
    assert found.count == len(found.findings)
    assert found.rows == len({one.where for one in found.findings})
    return list(found.findings)


def test_the_built_in_newswire_is_clean() -> None:
    report = check_sources([NewswireSource(stories=300)], NOWHERE)
    (source,) = report.sources
    assert (source.read, source.items) == (300, 300)
    assert {name for name, found in source.checks.items() if found.rows} == set()
    assert list(source.checks) == [name for name in CHECKS if name != CONTAMINATION]


@pytest.mark.parametrize("number", [0x00, 0x9D, 0xFFFD, 0xFEFF, 0xD800, 0xFFFF])
def test_a_character_that_no_text_should_have_is_found(number: int) -> None:
    character = chr(number)
    (found,) = findings("encoding", row(1), row(2, query=f"What {character}is it?"), row(3, query="tab\tand\nline"))
    assert (found.where, found.language) == ("r-2", "en")
    assert f"U+{ord(character):04X} at 6" in found.found
    assert found.found.isprintable()


@pytest.mark.parametrize("text", ["Übermäßig schöne Städte", "Orixá “de” São Paulo", "नेपालको निर्वाचन", "选举结果"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_text_that_was_read_in_a_wrong_encoding_is_found_and_the_right_one_is_not(text: str, encoding: str) -> None:
    wrong = text.encode().decode(encoding, errors="replace").replace("\ufffd", "")
    found = findings("mojibake", row(1, query=text), row(2, query=wrong))
    assert [one.where for one in found] == ["r-2"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(st.sampled_from("aЖ ГўВЂΒ€Ãà²Ø Ùœ°²“”’–£§│ô\u0080ﬁé\n"), max_size=9), max_size=6))
def test_mojibake_is_found_where_ftfys_heuristic_finds_it_text_by_text(texts: list[str]) -> None:
    from ftfy.badness import BADNESS_RE

    found = {one.where for one in findings("mojibake", *(row(n, query=text or " ") for n, text in enumerate(texts)))}
    assert found == {f"r-{number}" for number, text in enumerate(texts) if BADNESS_RE.search(text)}


def test_mojibake_is_shown_with_what_it_may_have_been() -> None:
    (found,) = findings("mojibake", row(1, query="Le cafÃ© est fermÃ©"))
    assert found.found == "query: 'Le cafÃ© est fermÃ©', perhaps 'Le café est fermé'"


def test_texts_without_letter_and_digit_are_empty() -> None:
    found = findings(
        "empty", row(1, query="***"), row(2, query="…", passage=" "), row(3, query="६४"), row(4, query="7")
    )
    assert [one.where for one in found] == ["r-1", "r-2", "r-2"]


def test_too_long_is_by_side() -> None:
    limits = Limits(longest_query=20, longest_passage=60)
    found = findings("too-long", row(1, query="a" * 21, passage="b" * 60), row(2, "a" * 20, "b" * 61), limits=limits)
    assert found == [
        Finding("r-1", "en", "query: 21 characters, over 20"),
        Finding("r-2", "en", "passage: 61 characters, over 60"),
    ]


def test_a_text_in_another_language_than_its_column_says_is_found() -> None:
    english, swahili = "The president has announced new elections.", "Rais ametangaza uchaguzi mpya wa wabunge."
    found = findings(
        "language",
        row(1, en=(english, english), sw=(swahili, swahili)),
        row(2, en=(english, english), sw=(swahili, english)),
    )
    assert [(one.where, one.language) for one in found] == [("r-2", "sw")]
    assert found[0].found.startswith("passage: looks like en (")


def test_a_query_that_stands_in_its_passage_is_found_whatever_its_case_and_last_stop() -> None:
    passage = "It rained. The river is HIGH today, people say."
    found = findings(
        "query-inside",
        row(1, "The river is high today.", passage),
        row(2, "the river is very high", passage),
        row(3, "the river", passage),
        row(4, en=("The river is high", "no"), sw=("The river is high", passage)),
        Item("r-5", "g", {"en": "The river is high"}, {"sw": passage}),
    )
    assert [(one.where, one.language) for one in found] == [("r-1", "en"), ("r-4", "sw")]


letters = st.text("aAsSßıİçÇ ςΣ\u0345\u0307नेप१2.ሀ", max_size=40)


@settings(max_examples=300)
@given(st.one_of(letters, st.text(max_size=30)), letters, letters, st.sampled_from(["", "lower", "upper", "casefold"]))
def test_a_query_is_inside_a_passage_if_it_is_once_case_is_ignored(query: str, one: str, other: str, way: str) -> None:
    passage = f"x{one}{getattr(query, way)() if way else ''}{other}"
    bare = query.strip(STOPS)
    inside = len(bare) >= SHORTEST and (bare in passage or bare.casefold() in passage.casefold())
    assert [one.where for one in findings("query-inside", row(1, query, passage))] == ["r-1"] * inside


def test_a_sentence_and_its_translations_are_no_queries_inside_their_passages() -> None:
    high, juu, said = "The river is high", "Mto umejaa maji", "The river is high, people say"
    found = findings(
        "query-inside",
        row(1, en=(high, high), sw=(juu, juu)),
        row(2, en=(high, high)),
        row(3, en=(high, high), sw=(juu, "Watu wanasema")),
        row(4, en=(high, said), sw=(juu, juu)),
    )
    assert [(one.where, one.language) for one in found] == [("r-2", "en"), ("r-3", "en"), ("r-4", "en"), ("r-4", "sw")]


def test_a_passage_in_two_groups_is_found_and_one_in_a_group_twice_is_not() -> None:
    found = findings(
        "two-groups", row(1, passage="same", group="a"), row(2, passage="same", group="a"), row(3, passage="same")
    )
    assert found == [Finding("r-3", "en", "same passage, other group: r-1")]


def test_a_version_of_quite_another_length_than_is_usual_for_the_pair_is_found() -> None:
    usual = [row(number, en=("e" * 50, "e" * 100), zh=("z" * 20, "z" * 40)) for number in range(20)]
    odd = [
        row(20, en=("e" * 50, "e" * 100), zh=("z" * 64, "z" * 40)),
        row(21, en=("e" * 50, "e" * 310), zh=("z" * 20, "z" * 40)),
        row(22, en=("e" * 39, "e" * 100), zh=("z" * 1, "z" * 40)),
    ]
    assert findings("misaligned", *usual, *odd) == [
        Finding("r-20", "zh", "query of 64 characters, 50 in en; 0.4 for 1 is usual"),
        Finding("r-21", "zh", "passage of 40 characters, 310 in en; 0.4 for 1 is usual"),
    ]


def test_what_stands_in_a_test_collection_is_found_with_its_place_there() -> None:
    text = "The commission said that all results of this vote are final."
    tests = Collection("news", {}, {"en": (Passage("p1", text),)}, {})
    found = findings(
        CONTAMINATION, row(1), row(2, passage=text), row(3, text.replace("final", "open")), against=[tests]
    )
    assert found == [
        Finding("r-2", "en", "passage is passage p1 of news in en"),
        Finding("r-3", "en", "query is nearly (0.83) passage p1 of news in en"),
    ]


SMALL = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from(["en", "sw"])), max_size=12)


@settings(max_examples=100, deadline=None)
@given(SMALL)
def test_duplicates_are_those_that_comparing_all_rows_finds(pairs: list[tuple[str, str, str]]) -> None:
    rows = [Item(str(number), str(number), {code: q}, {code: p}) for number, (q, p, code) in enumerate(pairs)]
    expected = {
        Finding(str(number), pair[2], f"same query and passage as {pairs.index(pair)}")
        for number, pair in enumerate(pairs)
        if pair in pairs[:number]
    }
    assert set(findings("duplicate", *rows)) == expected


def test_flores_has_the_faults_that_it_has(real_data: Path) -> None:
    files = {code: [f"floresv1/wikipedia.dev.ne-en.{code}"] for code in ("en", "ne")}
    source = LinesSource(source="lines", name="flores", files=files, run=1)
    checks = [name for name in CHECKS if name not in ("language", CONTAMINATION)]
    (report,) = check_sources([source], real_data, checks=checks).sources
    # sentences were translated twice, and some in both directions
    assert {name: found.rows for name, found in report.checks.items() if found.rows} == {
        "mojibake": 2,
        "duplicate": 1042,
    }
