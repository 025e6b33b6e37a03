"""The queries kept beside results are those furthest apart, what stands in them is the record's, texts are licensed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.errors import ResultsError
from polybatch.judging.judge import judge_collection
from polybatch.judging.keeping import DRAWN, FIRST, FURTHEST, LONGEST, write_cases
from polybatch.measures.measures import per_query
from polybatch.records import SETTINGS, Collection, Passage, Query
from polybatch.results.kept import Kept, may_keep
from polybatch.results.store import CASES, Store


class Letters:
    """An encoder that counts letters in its own way, so that two of them differ."""

    def __init__(self, seed: int) -> None:
        self.table = np.random.default_rng(seed).normal(size=(0x3000, 8)).astype(np.float32)

    def encode(self, texts: list[str], **_: Any) -> np.ndarray:
        return np.stack([self.table[[min(ord(letter), 0x2FFF) for letter in text]].sum(axis=0) for text in texts])

    def encode_queries(self, texts: list[str], progress: Any) -> np.ndarray:
        return self.encode(list(texts))

    def encode_passages(self, texts: list[str], progress: Any) -> np.ndarray:
        return self.encode(list(texts))


@pytest.fixture(scope="module")
def collection() -> Collection:
    return newswire_collection(stories=40, seed=7)


@pytest.fixture(scope="module")
def judged(collection: Collection) -> tuple[pa.Table, pa.Table]:
    found = [
        judge_collection(Letters(seed + 10 * number), collection, system=name, strategy=name, seed=seed)
        for number, name in enumerate(("x-y", "hybrid"))
        for seed in (1, 2)
    ]
    return tuple(pa.concat_tables([one[part] for one in found]).unify_dictionaries() for part in (0, 1))


@pytest.fixture(scope="module")
def kept(collection: Collection, judged: tuple[pa.Table, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    out = tmp_path_factory.mktemp("kept")
    write_cases(Store(out), [collection], ranks=judged[0], top=judged[1])
    (found,) = Store(out).cases
    return found


def test_the_queries_furthest_apart_are_kept_one_of_a_document(kept: Kept, judged: tuple[pa.Table, pa.Table]) -> None:
    means: dict[tuple[str, ...], dict[str, list[float]]] = {}
    for row in per_query(judged[0], ["mAP"]).to_pylist():
        place = tuple(row[name] for name in ("setting", "query_language", "passage_language", "query_id", "cluster"))
        means.setdefault(place, {}).setdefault(row["system"], []).append(row["value"])
    for setting in SETTINGS:
        best: dict[str, float] = {}
        for place, systems in means.items():
            values = [float(np.mean(each)) for each in systems.values()]
            if place[0] == setting:
                best[place[-1]] = max(best.get(place[-1], 0.0), max(values) - min(values))
        cases = [case for case in kept.cases if case.setting == setting]
        gaps = [case.gap for case in cases]
        assert gaps[:FURTHEST] == pytest.approx(sorted(best.values(), reverse=True)[:FURTHEST])
        assert len({case.cluster for case in cases[:FURTHEST]}) == min(FURTHEST, len(best))
        assert FURTHEST <= len(cases) <= FURTHEST + DRAWN


def test_each_system_has_its_average_precision_and_what_its_first_seed_put_first(
    kept: Kept, judged: tuple[pa.Table, pa.Table]
) -> None:
    values = per_query(judged[0], ["mAP"]).to_pylist()
    places = judged[0].to_pylist()
    for case in kept.cases:
        assert {one.system for one in case.systems} == {"x-y", "hybrid"}
        here = (case.setting, case.query_language, case.query_id)
        for one in case.systems:
            mine = [
                row["value"]
                for row in values
                if (row["setting"], row["query_language"], row["query_id"]) == here
                and (row["passage_language"], row["system"]) == (case.passage_language, one.system)
            ]
            assert one.value == pytest.approx(np.mean(mine))
            assert one.seed == 1
            for row in places:  # an answer that the record puts among the first stands there, and no other does
                if (
                    (row["setting"], row["query_language"], row["query_id"]) == here
                    and (row["system"], row["seed"]) == (one.system, 1)
                    and case.passage_language in ("all", row["passage_language"])
                ):
                    within = row["place"] <= len(one.first)
                    assert within == (row["passage_id"] in one.first)
                    assert not within or one.first[row["place"] - 1] == row["passage_id"]
            assert len(one.first) <= FIRST


def test_texts_are_those_of_the_collection(kept: Kept, collection: Collection) -> None:
    assert kept.why == ""
    texts = {one.id: one.text for passages in collection.passages.values() for one in passages}
    asked = {(code, one.id): one.text for code, queries in collection.queries.items() for one in queries}
    for case in kept.cases:
        assert case.text == asked[case.query_language, case.query_id]
        assert set(case.relevant) <= collection.judgements[case.query_id]
        for id in (*case.relevant, *(id for one in case.systems for id in one.first)):
            text = kept.passages[id].text
            assert text is not None
            assert texts[id].startswith(text.removesuffix("…"))
            assert len(text) <= LONGEST


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("CC BY-SA 4.0", True),
        ("CC BY-SA 4.0 (sentences)", True),
        ("CC BY-NC-SA 4.0", True),
        ("CC0", True),
        ("Apache-2.0", True),
        ("CC BY-ND 4.0", False),
        ("CC BY-NC-ND 4.0", False),
        ("unknown", False),
        ("terms of TREC and Common Crawl", False),
        ("AFL-3.0 (code); news texts for non-commercial research", False),
        ("MITRE's own terms", False),
        ("", False),
    ],
)
def test_only_licences_known_to_allow_copies_let_texts_stand_in_results(licence: str, may: bool) -> None:
    assert may_keep(licence) is may


def test_without_such_a_licence_there_are_ids_alone(
    tmp_path: Path, collection: Collection, judged: tuple[pa.Table, pa.Table]
) -> None:
    closed = Collection(collection.name, collection.queries, collection.passages, collection.judgements)
    write_cases(Store(tmp_path), [closed], ranks=judged[0], top=judged[1])
    (found,) = Store(tmp_path).cases
    assert found.why == "its licence (unknown) is not known to allow texts in results"
    assert {case.text for case in found.cases} == {None}
    assert {passage.text for passage in found.passages.values()} == {None}
    written = (tmp_path / CASES).read_text(encoding="utf-8")
    texts = [one.text for queries in collection.queries.values() for one in queries]
    assert not [text for text in texts if text in written]


def test_single_systems_keep_the_same_queries_so_that_reports_can_set_them_side_by_side(
    tmp_path: Path, collection: Collection, judged: tuple[pa.Table, pa.Table]
) -> None:
    places = []
    for system in ("x-y", "hybrid"):
        ranks, top = (table.filter(pc.field("system") == system) for table in judged)
        write_cases(Store(tmp_path / system), [collection], ranks=ranks, top=top)
        (found,) = Store(tmp_path / system).cases
        places.append({(one.setting, one.query_language, one.passage_language, one.query_id) for one in found.cases})
    assert places[0] == places[1]
    assert len(places[0]) == 3 * DRAWN


def test_what_is_kept_is_small_however_large_the_collection(tmp_path: Path) -> None:
    long = "x" * 5000
    ids = [f"p{number}" for number in range(300)]
    whole = Collection(
        "long",
        {"en": tuple(Query(f"q{number}", f"q{number}", f"{number} {long}") for number in range(300))},
        {"en": tuple(Passage(id, f"{id} {long}") for id in ids)},
        {f"q{number}": frozenset([f"p{number}"]) for number in range(300)},
        "CC0",
    )
    found = [judge_collection(Letters(seed), whole, system=str(seed), strategy=str(seed), seed=1) for seed in (1, 2)]
    ranks, top = (pa.concat_tables([one[part] for one in found]).unify_dictionaries() for part in (0, 1))
    write_cases(Store(tmp_path), [whole], ranks=ranks, top=top)
    assert (tmp_path / CASES).stat().st_size < 250_000
    (kept,) = Store(tmp_path).cases
    assert max(len(case.text or "") for case in kept.cases) == LONGEST


def test_a_file_that_is_no_record_is_a_fault_that_says_what_works(tmp_path: Path) -> None:
    assert Store(tmp_path).cases == ()
    (tmp_path / CASES).write_text(json.dumps([{"collection": 3}]))
    with pytest.raises(ResultsError, match="evaluate again, or remove it"):
        _ = Store(tmp_path).cases
