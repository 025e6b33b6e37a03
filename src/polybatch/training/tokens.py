"""Texts of parallel corpora, tokenized ahead of time, and batches of them as a static encoder's features."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from polybatch.progress import Progress
from polybatch.records import ParallelCorpus
from polybatch.sampling.plan import Batch

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Features = dict[str, torch.Tensor]


class TokenColumn:
    """Token ids of one side in one language, for all rows: flat ids and where each row's begin."""

    def __init__(self, texts: Sequence[str], tokenizer: "Tokenizer") -> None:
        encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        self._starts = np.cumsum([0] + [len(encoding.ids) for encoding in encodings])
        self._ids = np.fromiter((i for encoding in encodings for i in encoding.ids), np.int32, self._starts[-1])

    def row(self, number: int) -> np.ndarray:
        """Token ids of one row, int32."""
        return self._ids[self._starts[number] : self._starts[number + 1]]


class TokenTable:
    """The token ids of every row of all corpora, row numbers as in `sampling.shape.shape_of`.

    A text that is missing has no ids; plans never ask for one. Calling it turns one batch into features for the
    columns `query` and `passage`: `input_ids`, all ids in one row, and `offsets`, where each text begins.

    `token_dropout`: each id is left out with this probability, drawn by `seed` and the number of the call; a text
    that would lose all keeps one. It is a training-time regulariser: the encoder cannot lean on any one word.
    """

    def __init__(self, corpora: Sequence[ParallelCorpus], tokenizer: "Tokenizer", progress: Progress) -> None:
        items = [item for corpus in corpora for item in corpus.items]
        languages = sorted({code for corpus in corpora for code in corpus.languages})
        self._queries: dict[str, TokenColumn] = {}
        self._passages: dict[str, TokenColumn] = {}
        with progress.task("tokenizing", 2 * len(languages)) as advance:
            for code in languages:
                self._queries[code] = TokenColumn([item.queries.get(code, "") for item in items], tokenizer)
                advance(1)
                self._passages[code] = TokenColumn([item.passages.get(code, "") for item in items], tokenizer)
                advance(1)

    def collator(self, *, token_dropout: float, seed: int) -> Callable[[Sequence[Batch]], Features]:
        """A function from a list of one planned batch to its features; call it once per step, in order."""
        rng = np.random.default_rng((seed, 1))

        def collate(planned: Sequence[Batch]) -> Features:
            (batch,) = planned
            pairs = list(zip(batch.rows.tolist(), batch.directions, strict=True))
            queries = [self._queries[direction.query].row(row) for row, direction in pairs]
            passages = [self._passages[direction.passage].row(row) for row, direction in pairs]
            features: Features = {}
            for column, texts in (("query", queries), ("passage", passages)):
                ids, offsets = _bag(texts, token_dropout, rng)
                features[f"{column}_input_ids"] = torch.from_numpy(ids)
                features[f"{column}_offsets"] = torch.from_numpy(offsets)
            return features

        return collate


def _bag(texts: Sequence[np.ndarray], dropout: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """All ids in one int64 row and the offset of each text, with ids dropped."""
    lengths = np.array([len(text) for text in texts])
    ids = np.concatenate(texts).astype(np.int64)
    if dropout:
        text_of = np.repeat(np.arange(len(texts)), lengths)
        chance = rng.random(len(ids))
        kept = chance >= dropout
        emptied = (lengths > 0) & (np.bincount(text_of[kept], minlength=len(texts)) == 0)
        starts = np.cumsum(lengths) - lengths
        for text in np.flatnonzero(emptied):
            kept[starts[text] + np.argmax(chance[starts[text] : starts[text] + lengths[text]])] = True
        ids = ids[kept]
        lengths = np.bincount(text_of[kept], minlength=len(texts))
    return ids, np.cumsum(lengths) - lengths
