"""Count what batches really held: by kind, direction and dataset, in total and block by block. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.sampling.plan import Batch
from polybatch.table.shape import CorpusShape

MOST_BLOCKS = 500  # in a record; a longer training is recorded in blocks of several times KIND_BLOCK batches


@dataclass(frozen=True)
class Mix:
    """What was drawn, block after block: each name with its counts, int64, shape (blocks,).

    Batches by kind; rows by direction and by dataset. All blocks are of `block` batches, but for the last.
    """

    block: int
    kinds: dict[str, np.ndarray]
    directions: dict[str, np.ndarray]
    datasets: dict[str, np.ndarray]

    def as_record(self) -> dict[str, Any]:
        """As plain values for JSON, each part in sorted order: totals, and the counts of at most MOST_BLOCKS blocks."""
        parts = {"kinds": self.kinds, "directions": self.directions, "datasets": self.datasets}
        blocks = max((len(counts) for counts in self.kinds.values()), default=0)
        together = max(1, -(-blocks // MOST_BLOCKS))
        starts = np.arange(0, blocks, together)
        return {
            "batches": sum(int(counts.sum()) for counts in self.kinds.values()),
            "rows": sum(int(counts.sum()) for counts in self.directions.values()),
            **{part: {name: int(counts.sum()) for name, counts in sorted(of.items())} for part, of in parts.items()},
            "blocks": {
                "batches": self.block * together,
                **{
                    part: {name: np.add.reduceat(counts, starts).tolist() for name, counts in sorted(of.items())}
                    for part, of in parts.items()
                },
            },
        }


def count_mix(shape: CorpusShape, batches: Iterable[Batch], *, block: int = KIND_BLOCK) -> Mix:
    """Count the realised mix of batches, in the order in which they come; none gives an empty record."""
    languages, datasets = len(shape.languages), len(shape.datasets)
    kinds: dict[str, list[int]] = {}
    counts: list[tuple[np.ndarray, np.ndarray]] = []
    for number, batch in enumerate(batches):
        if number % block == 0:
            counts.append((np.zeros(languages**2, dtype=np.int64), np.zeros(datasets, dtype=np.int64)))
        kinds.setdefault(batch.kind, []).append(number // block)
        directions, rows = counts[-1]
        directions += np.bincount(batch.queries.astype(np.int64) * languages + batch.passages, minlength=languages**2)
        of = np.searchsorted(shape.firsts, batch.rows, side="right") - 1
        rows += np.bincount(of, minlength=datasets)
    by_direction = np.array([directions for directions, _ in counts]).reshape(-1, languages, languages)
    by_dataset = np.array([rows for _, rows in counts]).reshape(-1, datasets)
    return Mix(
        block,
        {kind: np.bincount(blocks, minlength=len(counts)) for kind, blocks in kinds.items()},
        {
            f"{shape.languages[query]}-{shape.languages[passage]}": by_direction[:, query, passage]
            for query, passage in np.argwhere(by_direction.any(axis=0)).tolist()
        },
        {
            dataset.name: by_dataset[:, number]
            for number, dataset in enumerate(shape.datasets)
            if by_dataset[:, number].any()
        },
    )
