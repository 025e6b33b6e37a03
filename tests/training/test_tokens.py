"""Claims about tokenized batches."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError
from polybatch.progress import Silent
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import Batch
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import PASSAGE, QUERY
from polybatch.training import buckets
from polybatch.training.tokens import TokenBatches, Tokenization, TokenTable, write_tokens
from tests.models import make_transformer
from tests.training.small import token_table

WORDS = ["river", "night", "school", "market", "doctor", "harvest", "road", "water"]
CORPUS = ParallelCorpus(
    "c",
    tuple(
        Item(f"c-{number}", f"c-{number}", {"en": f"{word} one"}, {"en": " ".join(WORDS[: number + 1]), "sw": word * 2})
        for number, word in enumerate(WORDS)
    ),
)


TEXTS = [text for item in CORPUS.items for side in (item.queries, item.passages) for text in side.values()]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> TokenTable:
    model = static_encoder(train_tokenizer(TEXTS * 20, vocabulary=80), dimension=4, deviation=0.1, seed=1)
    return token_table(AlignedTable.from_corpora([CORPUS]), model, tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformer:
    """A transformer with E5's prefixes, which takes 12 tokens at most."""
    prompts = {"query": "query: ", "document": "passage: "}
    folder = make_transformer(tmp_path_factory.mktemp("transformer"), TEXTS * 20, prompts=prompts)
    model = SentenceTransformer(str(folder), device="cpu")
    model.max_seq_length = 12
    return model


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


def test_processes_that_share_a_batch_leave_out_what_one_would(tokens: TokenTable) -> None:
    source, whole = TokenBatches(tokens, token_dropout=0.5, seed=1), batch(range(8), number=3)
    for column in ("query", "passage"):
        parts = [texts(source.fetch(whole.part(rank, 2)), column) for rank in range(2)]
        assert parts[0] + parts[1] == texts(source.fetch(whole), column)


def test_a_missing_text_has_no_tokens(tokens: TokenTable) -> None:
    assert len(tokens.row(QUERY, "sw", 0)) == 0
    assert len(tokens.row(QUERY, "en", 0)) > 0


def test_a_transformer_gets_what_its_own_tokenizer_would_give_it(
    transformer: SentenceTransformer, tmp_path: Path
) -> None:
    table = AlignedTable.from_corpora([CORPUS])
    features = TokenBatches(token_table(table, transformer, tmp_path)).fetch(batch([3, 0, 7], passage=0))
    for side, prompt in (("query", "query: "), ("passage", "passage: ")):
        texts = [
            (CORPUS.items[row].queries if side == "query" else CORPUS.items[row].passages)["en"] for row in (3, 0, 7)
        ]
        own = transformer.preprocess(texts, prompt=prompt)
        mask = own["attention_mask"]
        assert torch.equal(features[f"{side}_attention_mask"], mask)
        assert torch.equal(features[f"{side}_input_ids"] * mask, own["input_ids"] * mask)


def test_texts_that_are_too_long_are_cut_counted_and_said(transformer: SentenceTransformer, tmp_path: Path) -> None:
    said: list[str] = []
    progress = Silent()
    progress.say = said.append  # type: ignore[method-assign,assignment]
    table = AlignedTable.from_corpora([CORPUS])
    how = Tokenization.of(transformer)
    write_tokens(table, how, tmp_path, of="", progress=progress)
    long = [
        len(transformer.tokenizer("passage: " + text)["input_ids"]) > 12
        for item in CORPUS.items
        for text in item.passages.values()
    ]
    assert 0 < sum(long) < len(long)
    assert said == [f"passage: {sum(long)} of 16 texts are longer than 12 tokens and were cut"]
    assert TokenTable.open(tmp_path, table.shape).cut == [
        {"side": "query", "texts": 8, "cut": 0},
        {"side": "passage", "texts": 16, "cut": sum(long)},
    ]


def test_tokens_are_made_once_for_the_same_model_and_rows(transformer: SentenceTransformer, tmp_path: Path) -> None:
    table = AlignedTable.from_corpora([CORPUS])
    write_tokens(table, Tokenization.of(transformer), tmp_path, of="a", progress=Silent())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write_tokens(table, Tokenization.of(transformer), tmp_path, of="a", progress=Silent())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    write_tokens(table, Tokenization.of(transformer), tmp_path, of="b", progress=Silent())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} != before


def test_a_tokenizer_without_a_pad_token_is_refused(transformer: SentenceTransformer) -> None:
    other = copy.deepcopy(transformer)
    other.tokenizer.pad_token = None
    with pytest.raises(ModelError, match="no token to pad with"):
        Tokenization.of(other)


def test_dropout_leaves_the_marks_of_a_transformers_texts(transformer: SentenceTransformer, tmp_path: Path) -> None:
    tokens = token_table(AlignedTable.from_corpora([CORPUS]), transformer, tmp_path)
    whole = TokenBatches(tokens).fetch(batch(range(8)))
    dropped = TokenBatches(tokens, token_dropout=0.9).fetch(batch(range(8)))
    ends = whole["passage_attention_mask"].sum(dim=1) - 1
    left = dropped["passage_attention_mask"].sum(dim=1) - 1
    rows = torch.arange(8)
    assert torch.equal(dropped["passage_input_ids"][:, 0], whole["passage_input_ids"][:, 0])
    assert torch.equal(dropped["passage_input_ids"][rows, left], whole["passage_input_ids"][rows, ends])
    assert (left < ends).any()


def test_parts_of_like_lengths_give_the_vectors_of_the_whole(
    transformer: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "LEAST_TOKENS", {"cpu": 16})
    texts = [text for item in CORPUS.items for text in item.passages.values()]
    features = transformer.preprocess(texts)
    transformer.eval()
    widths: list[int] = []
    hook = transformer[0].register_forward_pre_hook(lambda _, given: widths.append(given[0]["input_ids"].shape[1]))
    with torch.no_grad():
        whole = transformer(dict(features))["sentence_embedding"]
        with buckets.bucketed(transformer):
            parts = transformer(dict(features))["sentence_embedding"]
        after = transformer(dict(features))["sentence_embedding"]
    hook.remove()
    assert torch.allclose(parts, whole, atol=1e-6)
    assert torch.equal(after, whole)
    assert widths[0] == widths[-1] == max(widths)
    assert len(widths) == 2 + buckets.MOST_PARTS
    assert widths[1] < widths[-2]
