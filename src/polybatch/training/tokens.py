"""Texts of an aligned table, tokenized ahead of time, and planned batches of them as a static encoder's features."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.progress import Progress
from polybatch.sampling.plan import Batch
from polybatch.sampling.shape import NEGATIVES, CorpusShape
from polybatch.sampling.table import AlignedTable, side_name

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class TokenColumn:
    """Token ids of one side in one language, for all rows: flat ids and where each row's begin."""

    def __init__(self, texts: Sequence[str | None], tokenizer: "Tokenizer") -> None:
        encodings = tokenizer.encode_batch_fast([text or "" for text in texts], add_special_tokens=False)
        self._starts = np.cumsum([0] + [len(encoding.ids) for encoding in encodings])
        self._ids = np.fromiter((i for encoding in encodings for i in encoding.ids), np.int32, self._starts[-1])

    def row(self, number: int) -> np.ndarray:
        """Token ids of one row, int32; none where the text is missing."""
        return self._ids[self._starts[number] : self._starts[number + 1]]


class TokenTable:
    """The token ids of every row of an aligned table, by side and language."""

    def __init__(self, table: AlignedTable, tokenizer: "Tokenizer", progress: Progress) -> None:
        self.shape: CorpusShape = table.shape
        rows = np.arange(len(table))
        self._columns: list[list[TokenColumn]] = []
        sides = range(NEGATIVES + table.negatives)
        with progress.task("tokenizing", len(sides) * len(table.languages)) as advance:
            for side in sides:
                self._columns.append([])
                for code in table.languages:
                    self._columns[side].append(TokenColumn(table.texts(side, code, rows), tokenizer))
                    advance(1)

    def row(self, side: int, language: str, row: int) -> np.ndarray:
        """Token ids of one text, int32; none where it is missing."""
        return self._columns[side][self.shape.languages.index(language)].row(row)

    def fetch(self, batch: Batch, side: int) -> list[np.ndarray]:
        """Token ids of one side of every row of a batch, in the language planned for it."""
        languages = (batch.queries, batch.passages, *batch.negatives.T)[side]
        columns = self._columns[side]
        return [columns[code].row(row) for code, row in zip(languages.tolist(), batch.rows.tolist(), strict=True)]


@dataclass(frozen=True)
class TokenBatches:
    """Batches of tokens as features: for each column `input_ids`, all ids in one row, and `offsets` of the texts.

    `token_dropout`: each id is left out with this probability, drawn by `seed` and the number of the batch; a text
    that would lose all keeps one. It is a training-time regulariser: the encoder cannot lean on any one word.
    """

    tokens: TokenTable
    token_dropout: float = 0.0
    seed: int = 0

    @property
    def shape(self) -> CorpusShape:
        """What a plan needs to know."""
        return self.tokens.shape

    def fetch(self, batch: Batch) -> dict[str, Any]:
        """The features of a batch, int64 tensors."""
        import torch

        rng = np.random.default_rng((self.seed, 1, batch.number))
        features: dict[str, Any] = {}
        for side in range(NEGATIVES + batch.negatives.shape[1]):
            ids, offsets = _bag(self.tokens.fetch(batch, side), self.token_dropout, rng)
            features[f"{side_name(side)}_input_ids"] = torch.from_numpy(ids)
            features[f"{side_name(side)}_offsets"] = torch.from_numpy(offsets)
        return features


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
