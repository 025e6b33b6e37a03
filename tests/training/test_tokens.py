"""Claims about tokenized batches."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from polybatch.encoders.static import train_tokenizer
from polybatch.progress import Silent
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import Batch
from polybatch.sampling.shape import PASSAGE, QUERY
from polybatch.sampling.table import AlignedTable
from polybatch.training.tokens import TokenBatches, TokenTable

WORDS = ["river", "night", "school", "market", "doctor", "harvest", "road", "water"]
CORPUS = ParallelCorpus(
    "c",
    tuple(
        Item(f"c-{number}", f"c-{number}", {"en": f"{word} one"}, {"en": " ".join(WORDS[: number + 1]), "sw": word * 2})
        for number, word in enumerate(WORDS)
    ),
)


@pytest.fixture(scope="module")
def tokens() -> TokenTable:
    texts = [text for item in CORPUS.items for side in (item.queries, item.passages) for text in side.values()]
    return TokenTable(AlignedTable.from_corpora([CORPUS]), train_tokenizer(texts * 20, vocabulary=80), Silent())


def batch(rows: Sequence[int], passage: int = 0, number: int = 0) -> Batch:
    numbers, languages = np.array(rows), np.zeros(len(rows), dtype=np.int16)
    negatives = np.zeros((len(rows), 0), dtype=np.int16)
    return Batch(number, "monolingual", ("en", "sw"), numbers, languages, languages + np.int16(passage), negatives)


def texts(features: dict[str, Any], column: str) -> list[list[int]]:
    ids, offsets = features[f"{column}_input_ids"].tolist(), features[f"{column}_offsets"].tolist()
    return [ids[start:end] for start, end in zip(offsets, [*offsets[1:], len(ids)], strict=True)]


def test_a_batch_holds_the_tokens_of_its_rows_in_their_languages(tokens: TokenTable) -> None:
    source = TokenBatches(tokens)
    features = source.fetch(batch([3, 0]))
    assert texts(features, "query") == [tokens.row(QUERY, "en", row).tolist() for row in (3, 0)]
    found = texts(source.fetch(batch([3, 0], passage=1)), "passage")
    assert found == [tokens.row(PASSAGE, "sw", row).tolist() for row in (3, 0)]
    assert features["query_input_ids"].dtype == torch.int64


def test_dropout_leaves_out_its_share_of_tokens_and_never_empties_a_text(tokens: TokenTable) -> None:
    source = TokenBatches(tokens, token_dropout=0.7, seed=1)
    lengths = np.array([len(tokens.row(PASSAGE, "en", row)) for row in range(8)])
    counts = []
    for number in range(200):
        found = texts(source.fetch(batch(range(8), number=number)), "passage")
        assert min(map(len, found)) >= 1
        counts.append(sum(map(len, found)))
    # a text that would lose all keeps one
    assert np.mean(counts) == pytest.approx(np.sum(0.3 * lengths + 0.7**lengths), rel=0.05)


def test_what_is_dropped_depends_on_the_seed_and_the_batch_alone(tokens: TokenTable) -> None:
    def step(seed: int, number: int) -> list[int]:
        source = TokenBatches(tokens, token_dropout=0.5, seed=seed)
        found: list[int] = source.fetch(batch(range(8), number=number))["passage_input_ids"].tolist()
        return found

    assert step(1, 5) == step(1, 5)
    assert len({tuple(step(seed, number)) for seed in (1, 2) for number in (0, 1, 2)}) == 6


def test_a_missing_text_has_no_tokens() -> None:
    corpus = ParallelCorpus("d", (Item("d-0", "d-0", {"en": "river"}, {"sw": "river"}),))
    tokenizer = train_tokenizer(["river road water night"] * 20, vocabulary=30)
    found = TokenTable(AlignedTable.from_corpora([corpus]), tokenizer, Silent())
    assert len(found.row(QUERY, "sw", 0)) == 0
    assert len(found.row(QUERY, "en", 0)) > 0
