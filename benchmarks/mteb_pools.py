"""A collection's pools as a retrieval task of MTEB, for the benchmarks that run it as a peer. Not a task to publish."""

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

# before MTEB is imported: nothing of the benchmark stays in its cache, and nothing is fetched
os.environ["MTEB_CACHE"] = tempfile.mkdtemp(prefix="mteb-")
os.environ["HF_HUB_OFFLINE"] = "1"

import mteb
import numpy as np
from datasets import Dataset
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models import ModelMeta
from mteb.models.abs_encoder import AbsEncoder

from polybatch.records import Collection, Passage, Query

ISO = {"ar": "ara", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "hi": "hin", "ru": "rus", "th": "tha"}
ISO |= {"tr": "tur", "vi": "vie", "zh": "zho", "sw": "swa", "ne": "nep"}


class Pool(NamedTuple):
    """Queries in one language against the passages of one, or, with `target` None, of all."""

    setting: str
    asked: str
    target: str | None

    @property
    def name(self) -> str:
        """The name of its subset."""
        return "-".join(filter(None, self))


def pools_of(collection: Collection) -> list[Pool]:
    """All pools of the three settings."""
    codes = collection.languages
    pairs = [Pool("monolingual" if q == p else "cross-lingual", q, p) for q in codes for p in codes]
    return [*pairs, *(Pool("multilingual", q, None) for q in codes)]


def task_of(
    collection: Collection, pools: Sequence[Pool], text: Callable[[str, Query | Passage], str]
) -> AbsTaskRetrieval:
    """A task with a subset for each pool; `text` gives what is encoded of a query or passage in a language."""

    class Pools(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name="Pools",
            dataset={"path": "none", "revision": "1"},
            description="Pools of a collection.",
            type="Retrieval",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs={pool.name: [f"{ISO[pool.asked]}-Latn"] for pool in pools},
            main_score="map_at_1000",
        )

        def load_data(self, num_proc: int | None = None, **kwargs: Any) -> None:
            if not self.data_loaded:
                self.dataset = {pool.name: {"test": self._split(pool)} for pool in pools}
                self.data_loaded = True

        def _split(self, pool: Pool) -> Any:
            codes = [pool.target] if pool.target else collection.languages
            corpus = [(one.id, text(code, one)) for code in codes for one in collection.passages[code]]
            there = {one for one, _ in corpus}
            queries = collection.queries[pool.asked]
            return {
                "corpus": Dataset.from_dict({"id": [one for one, _ in corpus], "text": [text for _, text in corpus]}),
                "queries": Dataset.from_dict(
                    {"id": [one.id for one in queries], "text": [text(pool.asked, one) for one in queries]}
                ),
                "relevant_docs": {
                    one.id: dict.fromkeys(collection.judgements.get(one.id, frozenset()) & there, 1) for one in queries
                },
                "top_ranked": None,
            }

    return Pools()


class Given(AbsEncoder):
    """Vectors that are there already, looked up by the text that names them."""

    mteb_model_meta = ModelMeta.create_empty()

    def __init__(self, vectors: np.ndarray, places: dict[str, int]) -> None:
        self.vectors, self.places = vectors, places

    def encode(self, inputs: Any, **kwargs: Any) -> np.ndarray:
        return self.vectors[[self.places[text] for batch in inputs for text in batch["text"]]]


def run(model: Any, task: AbsTaskRetrieval, batch_size: int = 1024) -> Any:
    """MTEB's own way over a task, without its caches; the result of the task."""
    options: Any = {"batch_size": batch_size, "show_progress_bar": False}
    (result,) = mteb.evaluate(
        model,
        task,
        cache=None,
        encode_kwargs=options,
        co2_tracker=False,
        show_progress_bar=False,
    ).task_results
    return result
