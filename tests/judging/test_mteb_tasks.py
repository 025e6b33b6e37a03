"""Claims about collections as MTEB tasks: MTEB's scores are our judge's, with exact ranks and bias beside them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from polybatch.data.collections.sentences import sentence_collection
from polybatch.data.collections.table import load_collection
from polybatch.data.newswire import newswire_collection
from polybatch.encoders.loading import SentenceEncoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import FaultyInputError
from polybatch.judging.judge import judge_collection
from polybatch.judging.mteb_tasks.benchmark import TASKS, news_low_resource, retrieval_task
from polybatch.judging.mteb_tasks.codes import mteb_codes, mteb_language, our_language
from polybatch.judging.mteb_tasks.pools import MEASURES, Pool, neutral_id, pools_of
from polybatch.judging.mteb_tasks.scoring import RememberingEncoder, Score
from polybatch.judging.ranks import tie_order
from polybatch.measures.measures import measure
from polybatch.progress import Progress, Silent
from polybatch.records import Collection, Passage, Query
from polybatch.results.store import Result
from tests.data.published.test_belebele import write as write_belebele

pytestmark = pytest.mark.skipif(find_spec("mteb") is None, reason="MTEB is not installed")


@pytest.fixture(autouse=True, scope="module")
def mteb_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Importing MTEB makes a folder, at home where none is named."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTEB_CACHE", str(tmp_path_factory.mktemp("mteb")))
        yield


@pytest.fixture(scope="module")
def newswire() -> Collection:
    return newswire_collection(stories=20)


@pytest.fixture(scope="module")
def model(newswire: Collection) -> SentenceTransformer:
    """A static encoder, untrained: no two of its scores are near each other."""
    texts = [one.text for found in newswire.passages.values() for one in found]
    return static_encoder(train_tokenizer(texts, vocabulary=400), dimension=32, deviation=0.1, seed=1)


class Counting:
    """An encoder of MTEB's that counts what it is asked to encode."""

    def __init__(self, model: Any) -> None:
        self.model, self.encoded = model, Counter[tuple[str, str]]()

    @property
    def mteb_model_meta(self) -> Any:
        return self.model.mteb_model_meta

    def encode(self, inputs: Any, *, prompt_type: Any = None, **options: Any) -> Any:
        self.encoded.update((str(prompt_type), text) for text in inputs.dataset["text"])
        return self.model.encode(inputs, prompt_type=prompt_type, **options)

    def similarity(self, one: Any, other: Any) -> Any:
        return self.model.similarity(one, other)

    def similarity_pairwise(self, one: Any, other: Any) -> Any:
        return self.model.similarity_pairwise(one, other)


@pytest.fixture(scope="module")
def counting(model: SentenceTransformer) -> Any:
    from mteb.models import SentenceTransformerEncoderWrapper

    return Counting(SentenceTransformerEncoderWrapper(model))


def run(model: Any, task: Any) -> Any:
    import mteb

    options: Any = {"batch_size": 64, "show_progress_bar": False}
    found = mteb.evaluate(model, task, cache=None, encode_kwargs=options, co2_tracker=False, show_progress_bar=False)
    return found.task_results[0]


@pytest.fixture(scope="module")
def result(newswire: Collection, counting: Any) -> Any:
    return run(counting, retrieval_task(newswire))


@pytest.fixture(scope="module")
def ours(newswire: Collection, model: SentenceTransformer) -> list[Result]:
    judged = judge_collection(SentenceEncoder(model), newswire, system="static")
    return measure(judged.ranks, MEASURES, top=judged.top)


@pytest.fixture(scope="module")
def scores(result: Any) -> dict[str, Any]:
    return {one["hf_subset"]: one for one in result.scores["test"]}


def values(rows: list[Result], pool: Pool) -> dict[str, float]:
    return {
        row.measure: row.value
        for row in rows
        if (row.setting, row.query_language, row.passage_language) == (pool.setting, *pool)
    }


def test_every_pool_of_every_setting_is_a_subset(newswire: Collection, scores: dict[str, Any]) -> None:
    codes = ("en", "ne", "sw")
    assert set(scores) == {f"query-{one}_passage-{other}" for one in codes for other in (*codes, "all")}
    assert Counter(Pool.named(name).setting for name in scores) == {  # type: ignore[union-attr]
        "monolingual": 3,
        "cross-lingual": 6,
        "multilingual": 3,
    }
    assert scores["query-sw_passage-ne"]["languages"] == ["swa-Latn", "nep-Deva"]


def test_mteb_and_our_judge_agree_on_every_pool(
    newswire: Collection, scores: dict[str, Any], ours: list[Result]
) -> None:
    for name, pool in pools_of(newswire).items():
        wanted = values(ours, pool)
        assert scores[name]["ndcg_at_10"] == pytest.approx(wanted["nDCG@10"], abs=1e-5)
        assert scores[name]["map_at_1000"] == pytest.approx(wanted["mAP"], abs=1e-5)
        assert scores[name]["main_score"] == scores[name]["ndcg_at_10"]


def test_the_measures_in_the_result_are_those_of_our_judge(
    newswire: Collection, scores: dict[str, Any], ours: list[Result]
) -> None:
    found = 0
    for name, pool in pools_of(newswire).items():
        for text, value in values(ours, pool).items():
            assert scores[name][text] == pytest.approx(value, abs=1e-6), (name, text)
            found += 1
        assert scores[name]["queries"] == len(newswire.queries[pool.query])
    assert found > 3 * len(MEASURES) - 10
    assert scores["query-sw_passage-all"]["rank_distance"] > 0
    assert "rank_distance" not in scores["query-sw_passage-ne"]


def test_a_text_is_encoded_once_whatever_the_number_of_its_pools(
    newswire: Collection, counting: Counting, result: Any
) -> None:
    passages = {one.text for found in newswire.passages.values() for one in found}
    queries = {one.text for found in newswire.queries.values() for one in found}
    assert set(counting.encoded.values()) == {1}
    assert len(counting.encoded) == len(passages) + len(queries)


class Overlap:
    """A search model of MTEB's, without vectors: words in common. It returns what scores above 0 alone."""

    def __init__(self, meta: Any) -> None:
        self.mteb_model_meta = meta
        self.corpus: Any = None

    def index(self, corpus: Any, **options: Any) -> None:
        self.corpus = corpus

    def search(self, queries: Any, *, top_k: int, **options: Any) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for asked, text in zip(queries["id"], queries["text"], strict=True):
            passages = zip(self.corpus["id"], self.corpus["text"], strict=True)
            scored = {one: self.score(text, passage) for one, passage in passages}
            best = sorted((one for one in scored if scored[one] > 0), key=lambda one: -scored[one])[:top_k]
            found[asked] = {one: scored[one] for one in best}
        return found

    @staticmethod
    def score(query: str, passage: str) -> float:
        return float(len({*query.split()} & {*passage.split()}))


class OverlapScorer:
    """The same as a scorer of ours."""

    def prepare(self, passages: Sequence[str], progress: Progress) -> Score:
        return lambda queries: np.array(
            [[Overlap.score(one, other) or -np.inf for other in passages] for one in queries], dtype=np.float32
        )


def test_ranks_are_exact_however_few_passages_mteb_keeps(
    newswire: Collection, counting: Counting, ours: list[Result]
) -> None:
    task = retrieval_task(newswire)
    task.k_values = (1, 3, 10)
    (found,) = run(counting, task.filter_languages(None, hf_subsets=["query-sw_passage-all"])).scores["test"]
    wanted = values(ours, Pool("sw", "all"))
    assert wanted["Max@R"] > 10
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=1e-6)


def test_a_search_model_is_ranked_over_the_whole_pool_too(newswire: Collection) -> None:
    from mteb.models import ModelMeta

    measures = ["mAP", "rank_distance", "Max@R"]
    task = retrieval_task(newswire, measures=measures)
    task.k_values = (1, 3, 10)
    task.filter_languages(None, hf_subsets=["query-sw_passage-all"])
    (found,) = run(Overlap(ModelMeta.create_empty()), task).scores["test"]
    wanted = values(measure(judge_collection(OverlapScorer(), newswire, system="").ranks, measures), Pool("sw", "all"))
    assert wanted["Max@R"] > 10
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def test_equal_passages_and_grades_come_through() -> None:
    """Every passage is alike, so that ranks are those of a neutral order, and the gain is of the grade."""
    passages = {code: tuple(Passage(f"{code}-{n}", " the same ") for n in range(9)) for code in ("en", "sw")}
    queries = {"sw": (Query("q", "q", "swali"), Query("unanswered", "u", "jingine"))}
    both = frozenset({"en-3", "sw-4"})
    alike = Collection("alike", queries, passages, {"q": both}, grades={"q": {"sw-4": 3}})
    task = retrieval_task(alike, measures=["mAP", "nDCG@10", "rank_distance"])
    task.load_data()
    assert task.dataset["query-sw_passage-all"]["test"]["relevant_docs"] == {
        "q": {neutral_id("en-3"): 1, neutral_id("sw-4"): 3}
    }
    assert list(task.dataset["query-sw_passage-sw"]["test"]["queries"]["id"]) == ["q"]
    task.unload_data()
    from mteb.models import ModelMeta

    (found,) = [
        one
        for one in run(Overlap(ModelMeta.create_empty()), task).scores["test"]
        if one["hf_subset"] == "query-sw_passage-all"
    ]
    rows = measure(judge_collection(OverlapScorer(), alike, system="").ranks, task.measures)
    assert {name: found[name] for name in task.measures} == pytest.approx(values(rows, Pool("sw", "all")))


def test_equal_vectors_tie_whatever_the_last_bit_of_a_product() -> None:
    class Noisy:
        def similarity(self, asked: np.ndarray, passages: np.ndarray) -> np.ndarray:
            return np.asarray(asked @ passages.T + 1e-7 * np.arange(len(passages)))

    encoder = RememberingEncoder(Noisy())
    vectors = {"ab": [1.0, 0.0], "ba": [1.0, 0.0], "c": [0.5, 0.5]}
    encoder.vectors = {("document", text): np.array(vector) for text, vector in vectors.items()}
    encoder.vectors["query", "a"] = np.array([1.0, 0.0])
    ((one, other, last),) = encoder.prepare(list(vectors), Silent())(["a"])
    assert one == other > last


@given(st.sets(st.text(max_size=4), min_size=1))
def test_ids_break_ties_as_our_judge_does(passages: set[str]) -> None:
    ids = sorted(passages)
    by_id = sorted(ids, key=neutral_id, reverse=True)
    assert by_id == [ids[number] for number in np.argsort(tie_order(ids))]


def test_languages_have_the_codes_that_mteb_knows() -> None:
    from mteb.languages import check_language_code

    for code in ("ar", "de", "el", "en", "fa", "fr", "ha", "hi", "ne", "pcm", "ru", "so", "sw", "th", "tr", "yo", "zh"):
        check_language_code(mteb_language(code))
        assert our_language(mteb_language(code)) == code
    assert sorted(mteb_codes("sw")) == ["swa", "swh"]
    assert [mteb_language(code) for code in ("sw", "ne", "zh")] == ["swa-Latn", "nep-Deva", "zho-Hans"]
    assert our_language("npi-Deva") == "ne"
    assert our_language("npi-Latn") == "npi-Latn"


def test_the_benchmark_joins_our_pools_to_what_mteb_has_for_swahili_and_nepali(newswire: Collection) -> None:
    tasks = {task.metadata.name: task for task in news_low_resource([newswire]).tasks}
    assert list(tasks) == [newswire.name, *TASKS]
    for name in TASKS:
        for subset in tasks[name].hf_subsets:
            spoken = {our_language(code) for code in tasks[name].metadata.hf_subsets_to_langscripts[subset]}
            assert spoken & {"sw", "ne"} <= spoken <= {"sw", "ne", "en"}
            assert spoken & {"sw", "ne"}
    assert "swh_Latn-eng_Latn" in tasks["BelebeleRetrieval"].hf_subsets
    assert "swa_Latn-eng_Latn" in tasks["NTREXBitextMining"].hf_subsets
    assert "npi_Deva-swh_Latn" in tasks["FloresBitextMining"].hf_subsets
    assert tasks["MIRACLRetrievalHardNegatives.v2"].hf_subsets == ["sw"]


def test_the_mixed_pool_of_belebele_is_a_task(tmp_path: Path) -> None:
    for code in ("swh_Latn", "npi_Deva", "eng_Latn"):
        write_belebele(tmp_path, code)
    collection = load_collection("belebele-3", data=tmp_path)
    task = retrieval_task(collection)
    task.load_data()
    assert len(task.dataset) == 9 + 3
    mixed = task.dataset["query-sw_passage-all"]["test"]
    assert len(mixed["corpus"]) == sum(map(len, collection.passages.values()))
    assert {len(found) for found in mixed["relevant_docs"].values()} == {3}


def test_the_benchmark_leaves_out_no_task_of_mtebs_that_it_speaks_of() -> None:
    import mteb

    there = mteb.get_tasks(
        languages=[code for language in ("sw", "ne") for code in mteb_codes(language)],
        task_types=["Retrieval", "Reranking", "BitextMining"],
        modalities=["text"],
    )
    older = {"MIRACLRetrieval", "MIRACLRetrievalHardNegatives"}
    spoken = {
        one.metadata.name
        for one in there
        if any(
            {our_language(code) for code in codes} & {"sw", "ne"}
            and {our_language(code) for code in codes} <= {"sw", "ne", "en"}
            for codes in one.metadata.hf_subsets_to_langscripts.values()
        )
    }
    assert spoken - older == {name for name in TASKS if "News" not in name and "NEWS" not in name}


@pytest.mark.parametrize(
    ("name", "languages"), [("xquad-r", ["en", "th"]), ("mlqa-r", ["en", "hi"]), ("ntrex-news", ["ne", "sw"])]
)
def test_a_real_collection_is_a_task(name: str, languages: list[str], real_data: Path) -> None:
    collection = load_collection(name, data=real_data, languages=languages)
    task = retrieval_task(collection)
    task.load_data()
    assert len(task.dataset) == 4 + 2
    for subset, part in task.dataset.items():
        pool = Pool.named(subset)
        assert pool
        assert 0 < len(part["test"]["queries"]) <= len(collection.queries[pool.query])
        codes = languages if pool.passage == "all" else [pool.passage]
        assert len(part["test"]["corpus"]) == sum(len(collection.passages[code]) for code in codes)


def test_without_mteb_the_install_command_is_named(newswire: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polybatch.judging.mteb_tasks.extra.find_spec", lambda name: None)
    for refused in (lambda: retrieval_task(newswire), lambda: news_low_resource([newswire])):
        with pytest.raises(FaultyInputError, match=r"pip install 'polybatch\[mteb\]'"):
            refused()


def test_what_is_no_measure_is_refused(newswire: Collection) -> None:
    with pytest.raises(FaultyInputError, match="rank_distnce"):
        retrieval_task(newswire, measures=["rank_distnce"])


def test_where_queries_are_passages_a_task_has_the_pools_of_other_languages_alone() -> None:
    texts = {code: [f"{code} one", f"{code} two"] for code in ("en", "sw")}
    lines = sentence_collection("lines", texts, ["1", "2"], ["1", "2"], licence="", notes={})
    assert set(retrieval_task(lines).hf_subsets) == {"query-en_passage-sw", "query-sw_passage-en"}
    assert {pool.setting for pool in pools_of(lines).values()} == {"cross-lingual", "multilingual"}
