"""Claims about tokenized batches."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from polybatch.encoders.static import train_tokenizer
from polybatch.progress import Silent
from polybatch.records import Direction, Item, ParallelCorpus
from polybatch.sampling.plan import Batch
from polybatch.training.tokens import Features, TokenTable

WORDS = ["river", "night", "school", "market", "doctor", "harvest", "road", "water"]
CORPUS = ParallelCorpus(
    "c",
    tuple(
        Item(f"c-{number}", f"c-{number}", {"en": f"{word} one"}, {"en": " ".join(WORDS[: number + 1]), "sw": word * 2})
        for number, word in enumerate(WORDS)
    ),
)


@pytest.fixture(scope="module")
def table() -> TokenTable:
    texts = [text for item in CORPUS.items for side in (item.queries, item.passages) for text in side.values()]
    return TokenTable([CORPUS], train_tokenizer(texts * 20, vocabulary=80), Silent())


def batch(rows: Sequence[int], passage: str = "en") -> list[Batch]:
    return [Batch("monolingual", np.array(rows), (Direction("en", passage),) * len(rows))]


def texts(features: Features, column: str) -> list[list[int]]:
    ids, offsets = features[f"{column}_input_ids"].tolist(), features[f"{column}_offsets"].tolist()
    return [ids[start:end] for start, end in zip(offsets, [*offsets[1:], len(ids)], strict=True)]


def test_a_batch_holds_the_tokens_of_its_rows_in_their_languages(table: TokenTable) -> None:
    collate = table.collator(token_dropout=0, seed=1)
    features = collate(batch([3, 0]))
    assert texts(features, "query") == [table._queries["en"].row(row).tolist() for row in (3, 0)]
    assert texts(collate(batch([3, 0], "sw")), "passage") == [table._passages["sw"].row(row).tolist() for row in (3, 0)]
    assert features["query_input_ids"].dtype == torch.int64


def test_dropout_leaves_out_its_share_of_tokens_and_never_empties_a_text(table: TokenTable) -> None:
    collate = table.collator(token_dropout=0.7, seed=1)
    whole = sum(len(table._passages["en"].row(row)) for row in range(8))
    counts = []
    for _ in range(200):
        found = texts(collate(batch(range(8))), "passage")
        assert min(map(len, found)) >= 1
        counts.append(sum(map(len, found)))
    # a little over .3, since a text that would lose all keeps one
    assert 0.3 <= np.mean(counts) / whole < 0.36


def test_what_is_dropped_depends_on_the_seed_and_the_step_alone(table: TokenTable) -> None:
    def steps(seed: int) -> list[list[int]]:
        collate = table.collator(token_dropout=0.5, seed=seed)
        return [collate(batch(range(8)))["passage_input_ids"].tolist() for _ in range(3)]

    assert steps(1) == steps(1) != steps(2)
    assert len({tuple(step) for step in steps(1)}) == 3


def test_a_missing_text_has_no_tokens(table: TokenTable) -> None:
    corpus = ParallelCorpus("d", (Item("d-0", "d-0", {"en": "river"}, {"sw": "river"}),))
    found = TokenTable([corpus], train_tokenizer(["river road water night"] * 20, vocabulary=30), Silent())
    assert len(found._queries["sw"].row(0)) == 0
    assert len(found._queries["en"].row(0)) > 0
