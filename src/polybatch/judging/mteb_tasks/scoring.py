"""Scores of a whole pool as MTEB's model makes them, so that our judge can rank exactly. No cut at the best 1,000."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polybatch.judging.mteb_tasks.pools import neutral_id
from polybatch.judging.vectors import as_array
from polybatch.progress import Progress
from polybatch.records import Collection

Score = Callable[[Sequence[str]], np.ndarray]


class RememberingEncoder:
    """An encoder of MTEB's that encodes each distinct text of a task once, whatever the number of subsets.

    Vectors stay in memory until the task's data is unloaded. It is a Scorer of what it has encoded, by the model's own
    similarity.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.vectors: dict[tuple[str, str], np.ndarray] = {}

    @property
    def mteb_model_meta(self) -> Any:
        """The model's own."""
        return self.model.mteb_model_meta

    def encode(self, inputs: Any, *, prompt_type: Any = None, **options: Any) -> np.ndarray:
        """Vectors of a data loader's texts; only those not seen in this role (query, document) reach the model."""
        from torch.utils.data import DataLoader

        texts = list(inputs.dataset["text"])
        role = str(getattr(prompt_type, "value", prompt_type))
        new = {text: row for row, text in enumerate(texts) if (role, text) not in self.vectors}
        if new:
            rows = inputs.dataset.select(list(new.values()))
            loader: Any = DataLoader(rows, batch_size=inputs.batch_size, collate_fn=inputs.collate_fn)
            found = as_array(self.model.encode(loader, prompt_type=prompt_type, **options))
            self.vectors |= {(role, text): vector for text, vector in zip(new, found, strict=True)}
        return np.stack([self.vectors[role, text] for text in texts])

    def similarity(self, one: Any, other: Any) -> Any:
        """The model's own."""
        return self.model.similarity(one, other)

    def similarity_pairwise(self, one: Any, other: Any) -> Any:
        """The model's own."""
        return self.model.similarity_pairwise(one, other)

    def prepare(self, passages: Sequence[str], progress: Progress) -> Score:
        """Similarities of texts that were encoded before; equal vectors tie exactly, whatever a product's last bit."""
        places: dict[bytes, int] = {}
        vectors = [self.vectors["document", text] for text in passages]
        columns = [places.setdefault(vector.tobytes(), len(places)) for vector in vectors]
        apart = np.stack([vectors[number] for number in np.unique(columns, return_index=True)[1]])

        def score(queries: Sequence[str]) -> np.ndarray:
            asked = np.stack([self.vectors["query", text] for text in queries])
            return as_array(self.similarity(asked, apart))[:, columns]

        return score


@dataclass(frozen=True)
class FoundScores:
    """The scores that a search model of MTEB's (BM25, an index) returned, as a Scorer.

    Passages that it left out tie behind all that it returned. `results` maps query ids to scores by passage id.
    """

    collection: Collection
    results: Mapping[str, Mapping[str, float]]

    def prepare(self, passages: Sequence[str], progress: Progress) -> Score:
        """The scores by text: equal texts have those of one of them."""
        ids = {one.text: neutral_id(one.id) for found in self.collection.passages.values() for one in found}
        asked = {one.text: one.id for found in self.collection.queries.values() for one in found}

        def score(queries: Sequence[str]) -> np.ndarray:
            rows = (self.results.get(asked[text], {}) for text in queries)
            found = [[row.get(ids[text], -np.inf) for text in passages] for row in rows]
            return np.array(found, dtype=np.float32)

        return score
