"""Claims about MTEB's results as ours: what MTEB writes is read back, and its tasks stand in our out folder."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import DataError, ModelError, ResultsError
from polybatch.judging.evaluate import evaluate_model
from polybatch.judging.mteb_tasks.benchmark import retrieval_task
from polybatch.judging.mteb_tasks.reading import mteb_rows, read_mteb_results
from polybatch.judging.mteb_tasks.running import find_tasks
from polybatch.progress import Silent
from polybatch.records import Collection
from polybatch.report import load_runs, to_markdown
from polybatch.results.store import Result, Store
from polybatch.statistics.folders import compare_runs

pytestmark = pytest.mark.skipif(find_spec("mteb") is None, reason="MTEB is not installed")

MEASURES = ["mAP", "nDCG@10", "rank_distance", "R@10"]


@pytest.fixture(autouse=True, scope="module")
def mteb_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Importing MTEB makes a folder, at home where none is named."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTEB_CACHE", str(tmp_path_factory.mktemp("mteb")))
        yield


@pytest.fixture(scope="module")
def newswire() -> Collection:
    return newswire_collection()


@pytest.fixture(scope="module")
def folder(newswire: Collection, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A static encoder, untrained."""
    path = tmp_path_factory.mktemp("model") / "static"
    texts = [one.text for found in newswire.passages.values() for one in found]
    static_encoder(train_tokenizer(texts, vocabulary=400), dimension=32, deviation=0.1, seed=1).save(str(path))
    return str(path)


@pytest.fixture(scope="module")
def out(newswire: Collection, folder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newswire judged by us, and by MTEB as one of its own tasks."""
    path = tmp_path_factory.mktemp("out")
    with registered(newswire):
        judge(folder, ["newswire", "mteb:InvitedNews"], path)
    return path


@contextmanager
def registered(collection: Collection) -> Iterator[None]:
    """A collection among the tasks that MTEB knows by name."""
    task = type(retrieval_task(collection, name="InvitedNews", measures=MEASURES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules["mteb.get_tasks"]._TASKS_REGISTRY, "InvitedNews", task)
        yield


def judge(model: str, on: list[str], out: Path, **options: Any) -> None:
    options = {"languages": None, "batch_size": 64, "measures": MEASURES} | options
    evaluate_model(model, on, record={}, data=None, out=out, command="", progress=Silent(), **options)


def scores(**found: Any) -> dict[str, Any]:
    return {"hf_subset": "default", "languages": ["swh-Latn"], "main_score": 0.5, **found}


def stored(task: str, *subsets: dict[str, Any], **splits: Any) -> dict[str, Any]:
    return {"task_name": task, "scores": {"test": list(subsets)} | splits}


def test_a_task_of_mteb_stands_beside_our_own_with_the_same_values(out: Path) -> None:
    rows = Store(out).results
    ours = [replace(row, value=0.0) for row in rows if row.collection == "newswire"]
    theirs = [replace(row, value=0.0, collection="newswire") for row in rows if row.collection == "mteb:InvitedNews"]
    assert sorted(map(str, ours)) == sorted(map(str, theirs)) != []
    values = {(row.setting, row.query_language, row.passage_language, row.measure): row for row in rows[: len(ours)]}
    for row in rows[len(ours) :]:
        same = values[row.setting, row.query_language, row.passage_language, row.measure]
        # MTEB multiplies in other blocks: two scores that float32 hardly tells apart may change places, one rank of 600
        apart = 1e-5 if row.value <= 1 else 0.01
        assert row.value == pytest.approx(same.value, abs=apart)


def test_what_mteb_writes_is_read_back(out: Path) -> None:
    read = read_mteb_results(out / "mteb", measures=MEASURES)
    rows = [row for row in Store(out).results if row.collection == "mteb:InvitedNews"]
    assert [replace(row, value=0.0) for row in read] == [replace(row, value=0.0) for row in rows]
    assert [row.value for row in read] == pytest.approx([row.value for row in rows], abs=1e-5)  # MTEB rounds


def test_the_report_shows_both(out: Path) -> None:
    table = to_markdown(load_runs([out]))
    assert "mteb:InvitedNews" in table


def test_languages_choose_among_the_subsets_of_a_task(newswire: Collection) -> None:
    with registered(newswire):
        (task,) = find_tasks(["InvitedNews"], languages=["sw"])
    assert "query-sw_passage-sw" in task.hf_subsets
    assert "query-en_passage-ne" not in task.hf_subsets


def test_a_task_alone_leaves_no_ranks_and_cannot_be_compared(folder: str, out: Path, tmp_path: Path) -> None:
    with registered(newswire_collection(stories=20)):
        judge(folder, ["mteb:InvitedNews"], tmp_path / "alone", languages=["sw"])
    assert Store(tmp_path / "alone").ranks.num_rows == 0
    assert Store(tmp_path / "alone").results
    for path in (tmp_path / "alone", out / "mteb"):
        with pytest.raises(ResultsError, match="no value per query"):
            compare_runs([path, out])


def test_offline_one_line_says_what_is_lacking(folder: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        judge(folder, ["mteb:BelebeleRetrieval"], tmp_path, languages=["sw", "ne"])
    assert "mteb:BelebeleRetrieval: its data cannot be loaded" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_tasks_that_mteb_lacks_are_named_at_once_before_a_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        judge("no/model", ["mteb:BelebeleRetreival", "mteb:MLQARetrieval"], tmp_path, languages=["sw"])
    first, second = str(refused.value).splitlines()
    assert "Did you mean: 'BelebeleRetrieval'" in first
    assert second.startswith("mteb:MLQARetrieval: No subsets were found")


def test_a_baseline_cannot_run_a_task_of_mteb(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="takes a model alone"):
        judge("bm25", ["mteb:BelebeleRetrieval"], tmp_path)


def place(row: Result) -> tuple[str, str, str]:
    return row.setting, row.query_language, row.passage_language


@pytest.mark.parametrize(
    ("task", "languages", "wanted"),
    [
        ("BelebeleRetrieval", ["swh-Latn", "eng-Latn"], ("cross-lingual", "en", "sw")),
        ("NTREXBitextMining", ["swa-Latn", "nep-Deva"], ("cross-lingual", "sw", "ne")),
        ("CUREv1", ["spa-Latn", "eng-Latn"], ("cross-lingual", "es", "en")),
        ("BelebeleRetrieval", ["npi-Deva", "npi-Deva"], ("monolingual", "ne", "ne")),
        ("XPQARetrieval", ["eng-Latn", "ara-Arab"], ("cross-lingual", "en-ar", "en-ar")),
        ("AfriSentiLangClassification", ["swa-Latn", "amh-Ethi", "hau-Latn"], ("multilingual", "all", "all")),
    ],
)
def test_the_side_of_a_language_is_known_or_left_open(
    task: str, languages: list[str], wanted: tuple[str, str, str]
) -> None:
    rows = mteb_rows(stored(task, scores(languages=languages, ndcg_at_10=0.25)), system="one")
    assert place(rows[0]) == wanted


def test_measures_have_our_names_where_they_are_ours() -> None:
    found = scores(ndcg_at_10=0.1, recall_at_10=0.2, mrr_at_10=0.3, precision_at_1=0.4, hit_rate_at_5=0.5)
    found |= {"map_at_1000": 0.6, "nauc_map_at_10_max": 0.7, "previous_results_model_meta": {"a": 1}}
    named = {"nDCG@10": 0.1, "R@10": 0.2, "RR@10": 0.3, "P@1": 0.4, "Success@5": 0.5}
    rows = mteb_rows(stored("Some", found), system="one", measures=[*named, "mAP"])
    assert {row.measure: row.value for row in rows if row.query_language == "sw"} == named | {"map_at_1000": 0.6}
    assert {row.measure for row in mteb_rows(stored("Some", found), system="one")} == {"nDCG@10", "R@10", "map_at_1000"}


def test_a_task_without_our_measures_keeps_its_own() -> None:
    rows = mteb_rows(stored("Some", scores(accuracy=0.5, f1=0.25, scores_per_experiment=[{}])), system="one")
    assert {row.measure: row.value for row in rows} == {"accuracy": 0.5, "f1": 0.25}


def test_macro_means_count_each_direction_the_same() -> None:
    found = {"swh-Latn": 0.2, "npi-Deva": 0.4}
    subsets = [scores(hf_subset=one, languages=[one], ndcg_at_10=value) for one, value in found.items()]
    rows = mteb_rows(stored("Some", *subsets), system="one")
    (mean,) = [row for row in rows if row.query_language == "mean"]
    assert mean.value == pytest.approx(0.3)
    assert (mean.passage_language, mean.setting) == ("mean", "monolingual")


def test_queries_are_counted_by_the_statistics_that_mteb_brings_along() -> None:
    belebele = scores(hf_subset="swh_Latn-eng_Latn", languages=["swh-Latn", "eng-Latn"], ndcg_at_10=0.5)
    assert {row.queries for row in mteb_rows(stored("BelebeleRetrieval", belebele), system="one")} == {900}
    assert {row.queries for row in mteb_rows(stored("Unheard", belebele), system="one")} == {0}


def test_subsets_in_one_language_and_splits_are_kept_apart() -> None:
    one, other = (scores(hf_subset=name, ndcg_at_10=0.5) for name in ("news", "web"))
    rows = mteb_rows(stored("Some", one, other, dev=[one]), system="one")
    assert {row.collection for row in rows} == {"mteb:Some/test/news", "mteb:Some/test/web", "mteb:Some/dev"}


def test_files_that_cannot_be_read_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no result files of MTEB's"):
        read_mteb_results(tmp_path)
    (tmp_path / "a.json").write_text('{"task_name": "Cut')
    (tmp_path / "b.json").write_text(json.dumps({"task_name": "Bare", "scores": {"test": [{"main_score": 1}]}}))
    (tmp_path / "other.json").write_text("[1, 2]")
    with pytest.raises(ResultsError) as refused:
        read_mteb_results(tmp_path)
    first, second = str(refused.value).splitlines()
    assert "a.json: not a result of MTEB's" in first
    assert "scores.test.0.hf_subset" in second


def test_a_system_is_named_by_the_model_beside_its_results(tmp_path: Path) -> None:
    for name, meta in (("one", {"name": "org/model"}), ("two", None)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Some.json").write_text(json.dumps(stored("Some", scores(ndcg_at_10=0.5))))
        if meta:
            (tmp_path / name / "model_meta.json").write_text(json.dumps(meta))
    assert {row.system for row in read_mteb_results(tmp_path)} == {"org/model", "two"}
