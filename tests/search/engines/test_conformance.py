"""Claims that every engine must make true: one suite, which runs over LanceDB and over a Milvus server."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from polybatch.errors import FaultyInputError
from polybatch.provenance import content_hash
from polybatch.search.engines import lance, milvus
from polybatch.search.engines.engine import Engine, Held
from polybatch.search.records import Filter, Passage
from polybatch.text.words import tokens

Open = Callable[..., Engine]

ODD = [
    *("it's", 'say "no"', "back\\slash", "new\nline", "tab\tx", "semi;colon -- comment", "%_*?", "{x}", "$meta"),
    *("x' OR '1'='1", 'x"] or language in ["en', "') OR true --", "\u202ertl", "नेपाल", "😀", "a" * 1000),
]
"""Ids and sources that would break out of an expression that is put together as text."""


def passage(
    document: str,
    number: int = 0,
    parts: int = 1,
    *,
    text: str = "The river rose",
    language: str = "en",
    content: str = "c0",
    day: date | None = None,
    source: str = "",
) -> Passage:
    id = f"{document}#{number}"
    return Passage(id, document, number, parts, content, content_hash([text]), language, "", text, day, source, "")


def vectors(count: int, *, dimensions: int = 8, seed: int = 0) -> np.ndarray:
    """Unit vectors with latent structure: mixtures of a few directions."""
    generator = np.random.default_rng(seed)
    mixed = generator.standard_normal((count, 4)) @ generator.standard_normal((4, dimensions))
    mixed += 0.1 * generator.standard_normal((count, dimensions))
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def many(count: int) -> list[Passage]:
    """A twentieth in Nepali; a day each; three sources."""
    first = date(2024, 1, 1)
    return [
        passage(
            f"d{place}",
            language="ne" if place % 20 == 7 else "en" if place % 2 else "sw",
            day=first + timedelta(days=place % 300) if place % 7 else None,
            source=f"s{place % 3}",
            text=f"river number {place}",
        )
        for place in range(count)
    ]


def exact(passages: Sequence[Passage], found: np.ndarray, asked: np.ndarray, where: Filter, top: int) -> list[str]:
    let_in = [
        place
        for place, one in enumerate(passages)
        if (not where.languages or one.language in where.languages)
        and (not where.sources or one.source in where.sources)
        and (where.since is None or (one.date is not None and one.date >= where.since))
        and (where.until is None or (one.date is not None and one.date <= where.until))
    ]
    scores = found[let_in] @ asked
    return [passages[let_in[place]].id for place in np.argsort(-scores, kind="stable")[:top]]


def ids(engine: Engine, asked: np.ndarray, where: Filter, top: int) -> list[str]:
    return [one.passage.id for one in engine.nearest(asked, where, top)]


FILTERS = [
    Filter(),
    Filter(languages=("ne",)),
    Filter(languages=("ne", "sw")),
    Filter(sources=("s1", "s2")),
    Filter(since=date(2024, 5, 1)),
    Filter(until=date(2024, 5, 1)),
    Filter(languages=("en",), sources=("s0",), since=date(2024, 2, 1), until=date(2024, 9, 1)),
]


def test_an_empty_index_has_nothing_and_finds_nothing(opened: Open) -> None:
    engine = opened()
    assert engine.nearest(vectors(1)[0], Filter(), 5) == []
    assert engine.matching(["river"], Filter(), 5) == []
    assert engine.languages() == {}
    assert list(engine.documents()) == []
    assert engine.count_documents() == 0
    assert engine.held(["x"]) == {}
    assert engine.vectors(["x"]) == {}
    engine.delete(["x"])
    engine.optimise()


def test_what_is_not_there_is_made_only_when_asked_for(opened: Open, tmp_path: Path) -> None:
    for _ in range(2):  # nor has the first attempt made anything
        with pytest.raises(FaultyInputError, match=r"holds no passages of this index; polybatch index"):
            opened(make=False)
    assert not (tmp_path / "lance").exists()
    opened().close()
    assert opened(make=False).count_documents() == 0


def test_what_was_added_comes_back_as_it_was_also_after_reopening(opened: Open) -> None:
    added = [
        Passage(
            "a b#0", "a b", 0, 2, "c1", "h1", "en", "A title", "One.\nTwo", date(2024, 2, 29), "BBC", "http://x/?a=b"
        ),
        Passage("a b#1", "a b", 1, 2, "c1", "h2", "ne", "A title", "तीन", date(1890, 1, 1), "BBC", "http://x/?a=b"),
        Passage("é#0", "é", 0, 1, "c2", "h3", "und", "", "😀 عربي", None, "", ""),
    ]
    found = vectors(3)
    opened().add(added, found)
    engine = opened()
    assert engine.passages("a b") == added[:2]
    assert engine.passages("é") == added[2:]
    assert engine.passages("a") == []
    assert engine.held(["a b", "é", "no"]) == {"a b": Held("c1", True), "é": Held("c2", True)}
    assert engine.languages() == {"en": 1, "ne": 1, "und": 1}
    assert sorted(engine.documents()) == [("a b", "en"), ("é", "und")]
    assert engine.count_documents() == 2
    assert engine.with_content(["c2", "c9"]) == ["é"]
    kept = engine.vectors(["h1", "h3", "h9"])
    assert kept.keys() == {"h1", "h3"}
    assert np.allclose(kept["h1"], found[0])


def test_the_nearest_are_those_of_brute_force_under_every_filter(opened: Open) -> None:
    engine = opened()
    passages, found = many(300), vectors(300)
    engine.add(passages, found)
    for asked in vectors(3, seed=1):
        for where in FILTERS:
            wanted = exact(passages, found, asked, where, 10)
            assert len(wanted) == 10
            assert ids(engine, asked, where, 10) == wanted
    best = engine.nearest(found[5], Filter(), 1)[0]
    assert best.score == pytest.approx(1, abs=1e-5)


def test_with_a_vector_index_a_rare_language_still_has_all_its_hits(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine_module in (lance, milvus):
        monkeypatch.setattr(engine_module, "PAYS", 500)
    monkeypatch.setattr(lance, "SCALAR_PAYS", 500)
    monkeypatch.setattr(lance, "GRAPH", 500)
    engine = opened()
    passages, found = many(2_000), vectors(2_000)
    apart = [place for place, one in enumerate(passages) if one.language == "ne"]
    found[apart] += 0.7 * np.eye(1, 8, dtype=np.float32)  # as a biased model has it, far from queries
    found[apart] /= np.linalg.norm(found[apart], axis=1, keepdims=True)
    engine.add(passages[:1_500], found[:1_500])
    engine.optimise()
    engine.add(passages[1_500:], found[1_500:])  # which the index does not hold yet
    for renewed in (False, True):
        if renewed:
            engine.optimise()
        for where in FILTERS:
            queries = vectors(20, seed=2)
            right = [ids(engine, asked, where, 10) for asked in queries]
            wanted = [exact(passages, found, asked, where, 10) for asked in queries]
            assert {len(one) for one in right} == {10}
            common = sum(len({*one} & {*other}) for one, other in zip(right, wanted, strict=True))
            assert common >= 0.98 * 10 * len(queries)
            if where.languages == ("ne",):
                assert sum(one == other for one, other in zip(right, wanted, strict=True)) >= 0.98 * len(queries)


def test_a_zero_vector_scores_nothing_and_breaks_nothing(opened: Open) -> None:
    engine = opened()
    found = vectors(3)
    found[1] = 0
    engine.add([passage("a"), passage("b"), passage("c")], found)
    scores = {one.passage.document: one.score for one in engine.nearest(found[0], Filter(), 3)}
    assert scores["b"] == pytest.approx(0, abs=1e-6)
    assert scores["a"] == pytest.approx(1, abs=1e-5)


def test_words_of_every_script_are_found_whole(opened: Open) -> None:
    engine = opened()
    texts = [
        "अन्तर्राष्ट्रिय विमानस्थल",
        "राष्ट्र बैंक",
        "Mto wa Ng'ombe",
        "洪水淹没了城市",
        "دریای سرخ",
        "the INTERNATIONAL airport",
    ]
    engine.add([passage(f"d{place}", text=text) for place, text in enumerate(texts)], vectors(len(texts)))

    def matching(query: str, where: Filter = Filter()) -> list[str]:  # noqa: B008
        return [one.passage.document for one in engine.matching(tokens(query), where, 10)]

    assert matching("अन्तर्राष्ट्रिय") == ["d0"]
    assert matching("राष्ट्र") == ["d1"]  # no part of the longer word
    assert matching("ng’ombe") == ["d2"]
    assert matching("城市") == ["d3"]
    assert matching("سرخ") == ["d4"]
    assert matching("international") == ["d5"]
    assert matching("nothing of this") == []
    assert matching("") == []
    assert matching("international", Filter(languages=("sw",))) == []
    engine.optimise()
    assert matching("अन्तर्राष्ट्रिय airport") in (["d0", "d5"], ["d5", "d0"])


def test_more_and_rarer_words_rank_first(opened: Open) -> None:
    engine = opened()
    texts = ["flood water", "flood dam", *["flood and rain"] * 8]
    engine.add([passage(f"d{place}", text=text) for place, text in enumerate(texts)], vectors(len(texts)))
    engine.optimise()
    found = engine.matching(["flood", "dam"], Filter(), 3)
    assert found[0].passage.document == "d1"
    assert all(one.score > 0 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_replaced_document_has_its_new_passages_only(opened: Open) -> None:
    engine = opened()
    old = [passage("a", number, 3, text=f"old {number}") for number in range(3)]
    same = [passage("b", 0, 2), passage("b", 1, 2)]
    engine.add([*old, *same], vectors(5))
    new = [passage("a", number, 2, text=f"new {number}", content="c9") for number in range(2)]
    engine.replace(new, vectors(2, seed=1))
    assert engine.passages("a") == new
    assert engine.passages("b") == same
    assert engine.matching(["old"], Filter(), 5) == []
    engine.replace([passage("b", content="c0")], vectors(1))  # a document of the content that another one has left
    assert len(engine.passages("b")) == 1


def test_a_half_written_document_is_told_from_a_whole_one(opened: Open) -> None:
    engine = opened()
    engine.add([passage("a", 0, 3), passage("a", 2, 3), passage("b", 0, 1)], vectors(3))
    engine.add([passage("c", 0, 2, content="c0"), passage("c", 1, 2, content="c1")], vectors(2))
    assert engine.held(["a", "b", "c"]) == {"a": Held("", False), "b": Held("c0", True), "c": Held("", False)}


def test_deleted_documents_are_gone_and_no_others(opened: Open) -> None:
    engine = opened()
    engine.add(many(60), vectors(60))
    engine.delete(["d7", "d8", "nothing"])
    assert engine.passages("d7") == []
    assert engine.count_documents() == 58
    assert engine.languages()["ne"] == 2
    assert "d7#0" not in ids(engine, vectors(60)[7], Filter(), 60)


def test_odd_names_are_names_and_never_part_of_an_expression(opened: Open) -> None:
    engine = opened()
    there = [passage(odd, source=odd, text=f"odd {odd[:50]}") for odd in ODD]
    engine.add([*there, passage("plain")], vectors(len(ODD) + 1))
    assert engine.held(ODD).keys() == set(ODD)
    for one in there:
        assert engine.passages(one.document) == [one]
        assert ids(engine, vectors(1)[0], Filter(sources=(one.source,)), 50) == [one.id]
        assert engine.nearest(vectors(1)[0], Filter(languages=(one.source,)), 50) == []
        assert engine.with_content([one.source]) == []
        assert engine.vectors([one.source]) == {}
        engine.matching([one.source], Filter(), 50)
    engine.replace([passage(ODD[0], content="c5", text="now")], vectors(1))
    assert engine.count_documents() == len(ODD) + 1
    engine.delete(ODD[:5])
    assert engine.count_documents() == len(ODD) - 4
    assert sorted(engine.documents()) == sorted((one, "en") for one in [*ODD[5:], "plain"])


def test_many_small_writes_lose_nothing_and_leave_few_files(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lance, "FILES", 10)
    monkeypatch.setattr(lance, "UNINDEXED", 60)
    engine = opened()
    passages, found = many(100), vectors(100)
    for place, one in enumerate(passages):
        engine.add([one], found[place : place + 1])
        if place % 5 == 4:
            engine.delete([f"d{place - 4}"])
        engine.tidy()
        if isinstance(engine, lance.Lance):
            assert engine.files <= 12
    left = [place for place in range(100) if place % 5]
    assert sorted(engine.documents()) == sorted((passages[place].document, passages[place].language) for place in left)
    for place in left[::7]:
        assert engine.passages(f"d{place}") == [passages[place]]
        assert ids(engine, found[place], Filter(), 1) == [passages[place].id]
        assert np.allclose(engine.vectors([passages[place].hash])[passages[place].hash], found[place])
    assert len(engine.matching(["river"], Filter(), 100)) == 80


def test_more_documents_than_one_expression_names_are_looked_up(opened: Open) -> None:
    engine = opened()
    engine.add(many(1_200), vectors(1_200))
    names = [f"d{place}" for place in range(1_300)]
    assert len(engine.held(names)) == 1_200
    engine.delete(names[:1_100])
    assert engine.count_documents() == 100
