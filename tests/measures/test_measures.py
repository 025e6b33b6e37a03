"""Claims about measures: against ir_measures, pytrec_eval, SciPy, and plain loops, on random pools with ties."""

from collections.abc import Iterable
from math import log2

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

from polybatch.errors import FaultyInputError
from polybatch.judging.judge import Judged, judge_collection
from polybatch.measures.families import DEFAULT
from polybatch.measures.measures import Measure, measure, parse_measure, parse_measures, per_query
from polybatch.measures.table import FAMILIES
from polybatch.records import Collection
from tests.judging.pools import Case, TableEncoder, brute_force, judged
from tests.judging.test_ranks import rows

Key = tuple[str, str, str, str]
CUTS = (1, 2, 3, 5, 10)
PEER_OF_AUTHORS = 0.12593299883737774

IR_MEASURES = {
    "mAP": ir_measures.AP,
    "nDCG": ir_measures.nDCG,
    "RR": ir_measures.RR,
    **{f"nDCG@{k}": ir_measures.nDCG @ k for k in CUTS},
    **{f"R@{k}": ir_measures.R @ k for k in CUTS},
    **{f"P@{k}": ir_measures.P @ k for k in CUTS},
    **{f"RR@{k}": ir_measures.RR @ k for k in CUTS},
    **{f"Success@{k}": ir_measures.Success @ k for k in CUTS},
}
TREC_EVAL = {
    "mAP": "map",
    "nDCG": "ndcg",
    "RR": "recip_rank",
    **{f"nDCG@{k}": f"ndcg_cut_{k}" for k in CUTS},
    **{f"R@{k}": f"recall_{k}" for k in CUTS},
    **{f"P@{k}": f"P_{k}" for k in CUTS},
    **{f"Success@{k}": f"success_{k}" for k in CUTS},
}


def by_query(found: Judged, names: Iterable[str]) -> dict[str, dict[Key, float]]:
    """Values by measure, and by setting, query language, passage language and query."""
    table = per_query(found.ranks, list(names), top=found.top)
    columns = ("measure", "setting", "query_language", "passage_language", "query_id", "value")
    values: dict[str, dict[Key, float]] = {}
    for name, setting, asked, pool, question, value in rows(table, *columns):
        values.setdefault(name, {})[setting, asked, pool, question] = value
    return values


def judged_cases(collection: Collection, encoder: TableEncoder) -> list[tuple[Key, Case, dict[str, int]]]:
    """Cases with a relevant passage, and the grades of those."""
    cases = brute_force(collection, encoder)
    found = [
        (one, {passage: grade for passage, grade in collection.grades[one.question].items() if passage in one.order})
        for one in cases
    ]
    return [((one.setting, one.asked, one.pool, one.question), one, grades) for one, grades in found if grades]


@settings(max_examples=30, deadline=None)
@given(judged())
def test_measures_of_relevance_equal_ir_measures_and_pytrec_eval(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    found = by_query(judge_collection(encoder, collection, system="table"), {**IR_MEASURES, **TREC_EVAL})
    for key, one, grades in judged_cases(collection, encoder):
        run = {passage: float(-place) for place, passage in enumerate(one.order)}  # so that no library breaks ties
        scored = [ir_measures.ScoredDoc("q", passage, score) for passage, score in run.items()]
        qrels = [ir_measures.Qrel("q", passage, grade) for passage, grade in grades.items()]
        theirs = ir_measures.calc_aggregate(list(IR_MEASURES.values()), qrels, scored)
        for name, measured in IR_MEASURES.items():
            assert found[name][key] == pytest.approx(theirs[measured], abs=1e-9), name
        evaluator = pytrec_eval.RelevanceEvaluator({"q": grades}, set(TREC_EVAL.values()) | trec_cuts())
        trec = evaluator.evaluate({"q": run})["q"]
        for name, measured in TREC_EVAL.items():
            assert found[name][key] == pytest.approx(trec[measured], abs=1e-9), name


def trec_cuts() -> set[str]:
    """trec_eval takes a family's cut-offs together."""
    cuts = ",".join(map(str, CUTS))
    return {f"{family}.{cuts}" for family in ("ndcg_cut", "recall", "P", "success")}


def looped(case: Case, grades: dict[str, int], home: dict[str, str], top: int) -> dict[str, float]:
    """Measures of bias of one case by plain loops over its sorted pool; those that it has no value of are not there."""
    ranks = {passage: case.rank(passage) for passage in grades}
    places = sorted((case.place(passage), passage) for passage in grades)
    languages = {home[passage] for passage in grades}
    best = {code: min(ranks[one] for one in grades if home[one] == code) for code in languages}
    pool, relevant = len(case.order), len(grades)
    foreign = [one for one in grades if home[one] != case.asked]
    target = {code: sum(home[one] == code for one in grades) / relevant for code in set(home.values())}
    shown = [home[passage] for passage in case.order[:top]]
    values = {
        "mAP@3": sum(n / p for n, (p, _) in enumerate(places, 1) if p <= 3) / min(3, relevant),
        "rank_distance": max(best.values()) - min(best.values()),
        "Max@R": max(ranks.values()),
        "same_language_excess@4": shown.count(case.asked) / len(shown) - target.get(case.asked, 0),
        "JSD@4": jensenshannon(
            [shown.count(code) / len(shown) for code in sorted(target)], [target[code] for code in sorted(target)], 2
        )
        ** 2,
    }
    room = max(1, pool - len(languages))
    values["normalised_rank_distance"] = max(0, values["rank_distance"] - len(languages) + 1) / room
    values["normalised_Max@R"] = 100.0
    if pool > relevant:
        worst = max(values["Max@R"], relevant)
        values["normalised_Max@R"] = 100 * (log2(pool) - log2(worst)) / (log2(pool) - log2(relevant))
    attention = dict.fromkeys(target, 0.0)
    for place, code in enumerate(shown, start=1):
        attention[code] += 1 / log2(place + 1)
    total = sum(attention.values())
    values["AWRF@4"] = 1 - sum(abs(attention[code] / total - target[code]) for code in target) / 2
    if relevant <= 4:
        values["Comp@4"] = float(places[-1][0] <= 4)
    if foreign:
        values["TLR@4"] = sum(case.place(one) <= 4 for one in foreign) / len(foreign)
    if 0 < len(foreign) < relevant:
        values["LPR"] = float(home[places[0][1]] == case.asked)
    hit, own = case.order[0] in grades, shown[0] == case.asked
    for name, wanted in {"RR": (1, 1), "RN": (1, 0), "NR": (0, 1), "NN": (0, 0)}.items():
        values[f"rank1_{name}"] = float((hit, own) == wanted)
    values["PEER@4"] = probability_of_equal_expected_rank(case, grades, home, 4)
    return values


def probability_of_equal_expected_rank(case: Case, grades: dict[str, int], home: dict[str, str], cut: int) -> float:
    """The p-value of the authors' package, written anew: H of positions, what is beyond at the end."""
    at = {one: case.place(one) for one in grades}
    beyond = [one for one in grades if at[one] > cut]
    last = (2 * len(grades) + len(beyond) + 1) / 2
    groups: dict[str, list[float]] = {}
    for one in grades:
        groups.setdefault(home[one], []).append(last if one in beyond else at[one])
    if len(groups) == 1 or len(beyond) == len(grades):
        return 1.0
    every = np.concatenate(list(groups.values()))
    if np.ptp(every) == 0:
        return 1.0
    between = sum(len(group) * (np.mean(group) - every.mean()) ** 2 for group in groups.values())
    return float(chi2.sf((len(every) - 1) * between / ((every - every.mean()) ** 2).sum(), len(groups) - 1))


def one_target(case: Case, grades: dict[str, int], home: dict[str, str]) -> dict[str, float]:
    """By language: the reciprocal rank in the pool without the other languages' answers."""
    found = {}
    for code in {home[passage] for passage in grades}:
        kept = [passage for passage in case.order if passage not in grades or home[passage] == code]
        found[code] = 1 / next(place for place, passage in enumerate(kept, start=1) if passage in grades)
    return found


@settings(max_examples=80, deadline=None)
@given(judged())
def test_measures_of_bias_equal_plain_loops(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    found = judge_collection(encoder, collection, system="table")
    home = {passage.id: code for code, of in collection.passages.items() for passage in of}
    expected: dict[str, dict[Key, float]] = {}
    for key, one, grades in judged_cases(collection, encoder):
        values = looped(one, grades, home, 4)
        if one.setting != "multilingual":
            values = {"mAP@3": values["mAP@3"]}
        for name, value in values.items():
            expected.setdefault(name, {})[key] = value
        if one.setting == "multilingual":
            targets = one_target(one, grades, home)
            for code, value in targets.items():
                expected.setdefault("one_target_RR", {})[key[0], key[1], code, key[3]] = value
            if one.asked in targets and len(targets) > 1:
                others = [value for code, value in targets.items() if code != one.asked]
                expected.setdefault("one_target_bias", {})[key] = targets[one.asked] - float(np.mean(others))
    multilingual = [(grades, {home[one] for one in grades}) for key, _, grades in judged_cases(collection, encoder)]
    if "rank_distance" in expected and all(
        len(languages) == 1 or len(grades) == len(languages)
        for (key, _, _), (grades, languages) in zip(judged_cases(collection, encoder), multilingual, strict=True)
        if key[0] == "multilingual"
    ):
        del expected["PEER@4"]
        with pytest.raises(FaultyInputError, match="PEER@4: each language has one relevant passage"):
            per_query(found.ranks, ["PEER@4"])
    measured = by_query(found, expected)
    for name, wanted in expected.items():
        assert measured[name] == pytest.approx(wanted, abs=1e-9), name


def test_the_score_offset_is_in_deviations_of_the_language_s_relevant_scores() -> None:
    found = judge_collection(*named_case([[1, 0], [0.6, 0.8]], [[1, 0], [0, 1]]), system="x")
    scores = np.array([[1, 0], [0.6, 0.8]])  # of the questions in en against their answers in en and sw
    values = by_query(found, ["score_offset"])["score_offset"]
    offsets = (scores[:, 1] - scores[:, 0]) / scores.std()
    assert values == pytest.approx(
        {("multilingual", "en", "sw", f"q{n}"): offset for n, offset in enumerate(offsets)}, abs=1e-6
    )


def named_case(questions: list[list[float]], answers: list[list[float]]) -> tuple[TableEncoder, Collection]:
    """English questions, and one answer to all of them in each of two languages."""
    from polybatch.records import Passage, Query

    vectors = {f"question {n}": np.array(one) for n, one in enumerate(questions)}
    vectors |= {code: np.array(one) for code, one in zip(("en", "sw"), answers, strict=True)}
    queries = {"en": tuple(Query(f"q{n}", f"q{n}", f"question {n}") for n in range(len(questions)))}
    passages = {code: (Passage(f"{code}:1", code),) for code in ("en", "sw")}
    judgements = {f"q{n}": frozenset({"en:1", "sw:1"}) for n in range(len(questions))}
    return TableEncoder(vectors), Collection("named", queries, passages, judgements)


@settings(max_examples=40, deadline=None)
@given(judged())
def test_results_are_the_means_of_the_queries_and_macro_means_count_directions_alike(
    case: tuple[Collection, TableEncoder],
) -> None:
    collection, encoder = case
    found = judge_collection(encoder, collection, system="table")
    values = by_query(found, DEFAULT)
    results = measure(found.ranks)
    assert {one.measure for one in results} <= set(DEFAULT)
    for name in DEFAULT:
        of_direction: dict[tuple[str, str, str], list[float]] = {}
        for (setting, asked, pool, _), value in values.get(name, {}).items():
            of_direction.setdefault((setting, asked, pool), []).append(value)
        for one in (one for one in results if one.measure == name):
            if one.query_language == "mean":
                inside = {key: of for key, of in of_direction.items() if key[0] == one.setting}
                assert one.value == pytest.approx(np.mean([np.mean(of) for of in inside.values()]))
                assert one.queries == sum(map(len, inside.values()))
                assert one.passage_language == ("all" if one.setting == "multilingual" else "mean")
            else:
                of = of_direction[one.setting, one.query_language, one.passage_language]
                assert one.value == pytest.approx(np.mean(of))
                assert one.queries == len(of)


def test_the_diagonal_gap_is_the_monolingual_less_the_cross_lingual_macro_map() -> None:
    encoder, collection = named_case([[1, 0], [0.6, 0.8]], [[1, 0], [0, 1]])
    found = judge_collection(encoder, collection, system="x")
    (gap,) = measure(found.ranks, ["diagonal_gap"])
    assert gap.value == 0  # one passage in each pool
    assert (gap.setting, gap.query_language, gap.passage_language, gap.queries) == ("cross-lingual", "mean", "mean", 4)
    with pytest.raises(FaultyInputError, match="diagonal_gap: has no value for a query"):
        per_query(found.ranks, ["diagonal_gap"])


def test_every_measure_is_its_text_and_its_text_is_the_measure() -> None:
    cuts: dict[str, list[int | None]] = {"no": [None], "yes": [1, 20], "may": [None, 10]}
    for name, family in FAMILIES.items():
        for cut in cuts[family.cut]:
            assert parse_measure(str(Measure(name, cut))) == Measure(name, cut)
    assert [str(one) for one in parse_measures(["nDCG@10", "mAP", "mAP"])] == ["nDCG@10", "mAP"]
    assert str(parse_measure("Max@R")) == "Max@R"


def test_texts_that_are_no_measure_are_all_named_beside_those_that_are() -> None:
    with pytest.raises(FaultyInputError) as caught:
        parse_measures(["mAP", "nDCGG@10", "R", "LPR@3", "R@0", "R@010"])
    assert [fault.found for fault in caught.value.faults] == ["'nDCGG@10'", "'R'", "'LPR@3'", "'R@0'", "'R@010'"]
    for known in ("nDCG[@k]", "TLR@k", "rank_distance", "Max@R"):
        assert known in caught.value.faults[0].works


def test_a_measure_that_refuses_leaves_the_others_and_says_why() -> None:
    found = judge_collection(*named_case([[1, 0]], [[1, 0], [0, 1]]), system="x")
    with pytest.raises(FaultyInputError, match="PEER@20: each language has one relevant passage"):
        measure(found.ranks, ["mAP", "PEER@20"])
    faults: list = []  # type: ignore[type-arg]
    results = measure(found.ranks, ["mAP", "PEER@20"], faults=faults)
    assert {one.measure for one in results} == {"mAP"}
    assert len(faults) == 1
    with pytest.raises(FaultyInputError, match=r"top.parquet: is not at hand"):
        measure(found.ranks, ["AWRF@20"])
    small = judge_collection(*named_case([[1, 0]], [[1, 0], [0, 1]]), system="x", top=1)
    with pytest.raises(FaultyInputError, match=r"top.parquet: does not reach to 20; a cut-off of 1 or less works"):
        measure(small.ranks, ["AWRF@20"], top=small.top)


@settings(max_examples=30, deadline=None)
@given(judged())
def test_values_stay_within_the_bounds_that_the_table_gives(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    found = judge_collection(encoder, collection, system="table")
    for one in measure(found.ranks, names(), top=found.top, faults=[]):
        family = FAMILIES[parse_measure(one.measure).name]  # type: ignore[union-attr]
        assert family.low - 1e-9 <= one.value <= family.high + 1e-9, one


def names() -> list[str]:
    """Every measure of the record, with a cut-off where it needs one."""
    return [f"{name}@3" if family.cut == "yes" else name for name, family in FAMILIES.items()]


def test_peer_is_of_positions_in_the_list_as_its_authors_package_has_it() -> None:
    # the value of peer_measure 0.0.1 for two passages of en at 1 and 2, two of sw at 9 and beyond 10
    languages, positions = ("en", "en", "sw", "sw"), (1, 2, 9, 11)
    home = dict(zip("abcd", languages, strict=True))
    order = [f"x{n}" for n in range(1, 13)]
    for name, at in zip("abcd", positions, strict=True):
        order[at - 1] = name
    case = Case("multilingual", "en", "all", "q", order, [])
    assert probability_of_equal_expected_rank(case, dict.fromkeys("abcd", 1), home, 10) == pytest.approx(
        PEER_OF_AUTHORS
    )
