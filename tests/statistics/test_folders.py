"""Claims about comparing out folders: from ranks to verdicts, and what does not compare."""

from pathlib import Path

import pytest

from polybatch.errors import ResultsError
from polybatch.measures.measures import measure
from polybatch.results.store import MEAN, Store
from polybatch.statistics import Method
from polybatch.statistics.folders import MEASURES, compare_runs
from tests.judging.judged import TWO_SYSTEMS, ranks_of, write_judged

QUICK = Method(permutations=999)


def faults(*folders: Path) -> list[str]:
    with pytest.raises(ResultsError) as caught:
        compare_runs(folders, method=QUICK)
    return str(caught.value).splitlines()


def test_values_compared_are_the_macro_means_that_are_published(tmp_path: Path) -> None:
    ranks = ranks_of(TWO_SYSTEMS)
    published: dict[tuple[str, ...], list[float]] = {}
    for row in measure(ranks):
        if row.query_language == MEAN and row.measure in MEASURES:
            published.setdefault((row.system, row.collection, row.setting, row.measure), []).append(row.value)
    made = compare_runs([write_judged(tmp_path / "run", ranks)], method=QUICK)
    assert [one.quantity[1:] for one in made] == [
        *((setting, "mAP") for setting in ("monolingual", "cross-lingual", "multilingual")),
        ("multilingual", "rank_distance"),
    ]
    for one in made:
        for system, value in ((one.system, one.value), (one.baseline, one.baseline_value)):
            seeds = published[system, *one.quantity]
            assert value == pytest.approx(sum(seeds) / len(seeds), abs=1e-12)
        assert (one.system, one.baseline, one.clusters, one.seeds) == ("x-y", "en-en", 30, (1, 2, 3))
        assert one.verdict == "better"


def test_folders_are_put_together_and_systems_of_one_name_told_apart(tmp_path: Path) -> None:
    run = write_judged(tmp_path / "run", ranks_of(TWO_SYSTEMS))
    again = write_judged(tmp_path / "again", ranks_of({("x-y", 1): 3.0, ("e5", None): 1.0}))
    made = compare_runs([run, again], baseline="e5", measures=["mAP"], settings=["multilingual"], method=QUICK)
    assert [one.system for one in made] == ["en-en", "x-y (run)", "x-y (again)"]
    assert [one.seeds for one in made] == [(1, 2, 3), (1, 2, 3), (1,)]


def test_seeds_that_folders_share_out_are_one_system(tmp_path: Path) -> None:
    parts = [write_judged(tmp_path / f"seed{n}", ranks_of({("x-y", n): 2.0, ("en-en", n): 9.0})) for n in (1, 2, 3)]
    assert {one.seeds for one in compare_runs(parts, method=QUICK)} == {(1, 2, 3)}


def test_a_setting_that_a_collection_leaves_out_is_not_compared(tmp_path: Path) -> None:
    ranks, lines = ranks_of(TWO_SYSTEMS), ranks_of(TWO_SYSTEMS, collection="lines")
    lines = lines.filter([setting != "monolingual" for setting in lines.column("setting").to_pylist()])
    run = write_judged(tmp_path / "run", ranks, lines)
    made = compare_runs([run], measures=["mAP"], method=QUICK)
    assert [(one.quantity.collection, one.quantity.setting) for one in made] == [
        *(("news", setting) for setting in ("monolingual", "cross-lingual", "multilingual")),
        *(("lines", setting) for setting in ("cross-lingual", "multilingual")),
    ]
    (alone,) = compare_runs([run], measures=["mAP"], settings=["monolingual"], method=QUICK)
    assert (alone.quantity.collection, alone.family) == ("news", 1)


def test_what_cannot_be_read_or_is_named_twice_is_told_at_once(tmp_path: Path) -> None:
    run = write_judged(tmp_path / "run", ranks_of(TWO_SYSTEMS))
    (tmp_path / "empty").mkdir()
    found = faults(run, tmp_path / "empty", run, tmp_path / "nowhere")
    assert len(found) == 3
    assert found[0] == f"{run}: named 2 times; once works"
    assert all("ranks.parquet" in line for line in found[1:])


def test_ranks_in_unlike_pools_do_not_compare(tmp_path: Path) -> None:
    run = write_judged(tmp_path / "run", ranks_of(TWO_SYSTEMS))
    other = write_judged(tmp_path / "other", ranks_of({("e5", None): 1.0}, pool=60))
    found = faults(run, other)
    assert {", ".join(line.split(", ")[:2]) for line in found} == {
        *("news, monolingual", "news, cross-lingual", "news, multilingual")
    }
    assert len(found) == 3, "one fault a setting, not one a direction"
    assert found[0] == (
        "news, monolingual, en, en: pools differ: e5 of other has 30 relevant passages in a pool of 60, "
        "run has 30 relevant passages in a pool of 50; evaluate both on the same passages and relevance judgements"
    )


def test_other_texts_or_candidates_under_one_name_do_not_compare(tmp_path: Path) -> None:
    def folder(name: str, candidate: str, texts: str) -> Path:
        made = write_judged(tmp_path / name, ranks_of({(name, None): 2.0}))
        collection = {"name": "news", "notes": {"candidate": candidate, "cut": name}, "texts": texts}
        Store(made).write_manifest({"finished": True, "collections": [collection]})
        return made

    plain = folder("plain", "sentence", "a1")
    assert faults(plain, folder("long", "sentence + paragraph", "b2")) == [
        "news: cannot be compared: candidate: sentence + paragraph in long, sentence in plain; evaluate both on the "
        "same collection with the same --languages"
    ]
    assert "texts, by their hash: b2 in new, a1 in plain" in faults(plain, folder("new", "sentence", "b2"))[0]
    assert compare_runs([plain, folder("same", "sentence", "a1")], method=QUICK)


def test_queries_that_only_one_folder_has_are_named(tmp_path: Path) -> None:
    run = write_judged(tmp_path / "run", ranks_of(TWO_SYSTEMS))
    fewer = write_judged(tmp_path / "fewer", ranks_of({("e5", None): 1.0}, questions=range(28)))
    assert any("30 relevant passages" in line and "28 relevant passages" in line for line in faults(run, fewer))
    others = write_judged(tmp_path / "others", ranks_of({("e5", None): 1.0}, questions=range(3, 33)))
    assert [line for line in faults(run, others) if "monolingual" in line] == [
        "news, monolingual: en-en (seed 1) has mAP of 50 queries, e5 of 50; "
        "en-en (seed 1) alone of 5 queries: q0 (en-en), q1 (en-en), q2 (en-en), ...; "
        "e5 alone of 5 queries: q30 (en-en), q31 (en-en), q32 (en-en), ...; "
        "evaluate both on the same queries, and compare by a measure that each of them has"
    ]
