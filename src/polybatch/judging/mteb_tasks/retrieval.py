"""The MTEB task that a collection is: a subset for each pool, exact ranks and bias measures in the result. No files."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Dataset
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models import EncoderProtocol, SearchProtocol

from polybatch.errors import Fault
from polybatch.judging.judge import judge_collection
from polybatch.judging.mteb_tasks.codes import mteb_language
from polybatch.judging.mteb_tasks.pools import Pool, neutral_id, pools_of
from polybatch.judging.mteb_tasks.scoring import FoundScores, RememberingEncoder
from polybatch.measures.measures import measure
from polybatch.records import Collection
from polybatch.results.store import ALL, MEAN

SPLIT = "test"


class PoolsTask(AbsTaskRetrieval):
    """The pools of a collection. Subclasses, which `make_task` makes, name the collection and its metadata.

    MTEB's own scores come out of MTEB's own search, with its best 1,000. Beside them stand our measures, by their own
    texts (`rank_distance`, `mAP`), from the rank of every relevant passage in the full pool, and `queries`, their
    count.
    """

    collection: Collection
    pools: Mapping[str, Pool]
    measures: Sequence[str]
    _encoder: RememberingEncoder | None = None

    def load_data(self, num_proc: int | None = None, **kwargs: Any) -> None:
        """Lay out the subsets that are asked for; nothing is fetched."""
        if not self.data_loaded:
            self.dataset = {name: {SPLIT: self._laid_out(self.pools[name])} for name in self.hf_subsets}
            self.data_loaded = True

    def unload_data(self) -> None:
        """Forget the subsets, and the vectors of their texts."""
        self._encoder = None
        super().unload_data()

    def _evaluate_subset(self, model: Any, data_split: Any, **options: Any) -> Any:
        # MTEB's own step, between a model that remembers its vectors and a search as deep as the pool
        if isinstance(model, EncoderProtocol) and not isinstance(model, SearchProtocol):
            if self._encoder is None or self._encoder.model is not model:
                self._encoder = RememberingEncoder(model)
            self._top_k, model = max(self.k_values), self._encoder
        else:
            self._top_k, self._encoder = len(data_split["corpus"]), None
        return super()._evaluate_subset(model, data_split, **options)

    def task_specific_scores(
        self,
        scores: dict[str, dict[str, float]],
        qrels: Any,
        results: dict[str, dict[str, float]],
        hf_split: str,
        hf_subset: str,
    ) -> dict[str, float]:
        """Our measures of a subset; those that refuse its pool (PEER, where it is constant) are left out."""
        pool = self.pools[hf_subset]
        part = pool.cut(self.collection)
        judged = judge_collection(self._encoder or FoundScores(part, results), part, system=self.metadata.name)
        refused: list[Fault] = []
        rows = measure(judged.ranks, self.measures, top=judged.top, faults=refused)
        means = [row for row in rows if row.setting == pool.setting and row.query_language == MEAN]
        return {row.measure: row.value for row in means} | {"queries": len(part.queries[pool.query])}

    def _laid_out(self, pool: Pool) -> Any:
        part = pool.cut(self.collection)
        passages = [passage for code in part.languages for passage in part.passages[code]]
        queries = part.queries[pool.query]
        return {
            "corpus": Dataset.from_dict(
                {"id": [neutral_id(one.id) for one in passages], "text": [one.text for one in passages]}
            ),
            "queries": Dataset.from_dict({"id": [one.id for one in queries], "text": [one.text for one in queries]}),
            "relevant_docs": {
                query: {neutral_id(one): part.grades.get(query, {}).get(one, 1) for one in sorted(found)}
                for query, found in part.judgements.items()
            },
            "top_ranked": None,
        }


def make_task(collection: Collection, name: str, measures: Sequence[str]) -> PoolsTask:
    """The task of a collection, all its pools; `filter_languages` and the like of MTEB choose among them.

    Where queries are passages themselves there are no mixed pools: MTEB cannot leave a candidate out for one query.
    """
    pools = pools_of(collection)
    if "monolingual" not in collection.settings:
        pools = {name: pool for name, pool in pools.items() if pool.passage != ALL}
    langs = {code: mteb_language(code) for code in {*collection.queries, *collection.passages}}
    metadata = TaskMetadata(
        name=name,
        dataset={"path": f"polybatch/{name}", "revision": "1"},
        description=f"{collection.name}: each language's queries against each language's passages, and against all "
        "languages' in one pool.",
        type="Retrieval",
        category="t2t",
        eval_splits=[SPLIT],
        eval_langs={
            pool.name: [langs[pool.query]]
            + [langs[code] for code in (collection.languages if pool.passage == ALL else [pool.passage])]
            for pool in pools.values()
        },
        main_score="ndcg_at_10",
    )
    parts = {"metadata": metadata, "collection": collection, "pools": pools, "measures": tuple(measures)}
    task: PoolsTask = type(name, (PoolsTask,), parts)()  # MTEB reads the metadata from the class
    return task
