"""What a run would do, before it: rows, batches, epochs, and what memory and time it may take. Loads no model."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from polybatch.progress import Progress
from polybatch.sampling.shape import PASSAGE, QUERY, CorpusShape
from polybatch.sampling.table import AlignedTable
from polybatch.training.inputs import Inputs, load_inputs
from polybatch.training.preview import preview, to_text
from polybatch.training.recipe import UNTUNED, Recipe

SAMPLE = 2000  # texts of each side, to guess lengths from
CHARACTERS_PER_TOKEN = 4.0
BYTES_PER_WEIGHT = 16  # a weight, its gradient and AdamW's two moments, in float32


@dataclass(frozen=True)
class Size:
    """A transformer's size: layers, length and width of its vectors, subwords."""

    layers: int
    hidden: int
    intermediate: int
    vocabulary: int

    @property
    def body(self) -> int:
        """Weights beside those of subwords, which alone cost arithmetic: attention and feed-forward parts."""
        return self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.intermediate)

    @property
    def weights(self) -> int:
        """All weights."""
        return self.body + self.vocabulary * self.hidden


SIZES = {
    "xlm-roberta-base": Size(12, 768, 3072, 250_002),
    "xlm-roberta-large": Size(24, 1024, 4096, 250_002),
    "labse": Size(12, 768, 3072, 501_153),
    "multilingual-e5-small": Size(12, 384, 1536, 250_037),
    "multilingual-e5-base": Size(12, 768, 3072, 250_002),
    "multilingual-e5-large": Size(24, 1024, 4096, 250_002),
    "bge-m3": Size(24, 1024, 4096, 250_002),
}
"""Sizes of pretrained encoders, by the last part of their names."""


@dataclass(frozen=True)
class Estimate:
    """What one training may take: weights, bytes of memory, seconds on this processor; None where it is not known."""

    weights: int
    tokens: float
    memory: float
    seconds: float


def dry_run_text(recipe: Recipe, *, data: Path | None, folder: Path, table: Path | None, progress: Progress) -> str:
    """The plan of a run as Markdown. The table of its rows is built in `folder`, where the run will find it.

    Raises what the run would raise for its recipe and its data.
    """
    inputs = load_inputs(
        recipe, data=data, folder=folder, command="polybatch run --dry-run", progress=progress, table=table
    )
    shape, trained = inputs.table.shape, [one for one in recipe.systems if one != UNTUNED]
    rows = recipe.training.steps * recipe.training.batch_size
    lines = [f"# Plan of {recipe.name}\n", *_rows(inputs), ""]
    if trained:
        lines += [to_text(shape, preview(recipe, shape, seed=recipe.seeds[0])), ""]
    lines += [
        f"Trainings: {len(trained)} systems x {len(recipe.seeds)} seeds; each {recipe.training.steps:,} steps of"
        f" {recipe.training.batch_size:,} rows = {rows:,} rows, {rows / max(1, shape.rows):.2f} epochs of"
        f" {shape.rows:,} items.",
        *_tests(inputs),
        *_corrections(recipe, inputs),
        *_cost(recipe, inputs.table, len(trained) * len(recipe.seeds)),
    ]
    return "\n".join(lines)


def _rows(inputs: Inputs) -> list[str]:
    shape = inputs.table.shape
    lines = [f"| dataset | licence | items | groups | {' | '.join(shape.languages)} |"]
    lines += [f"|---|---|--:|--:|{'--:|' * len(shape.languages)}"]
    for one, dataset in zip(inputs.datasets, shape.datasets, strict=True):
        there = dataset.pattern_rows @ dataset.patterns.any(axis=1)
        counts = " | ".join(f"{count:,}" for count in there.tolist())
        lines.append(f"| {one['name']} | {one['licence']} | {one['items']:,} | {one['groups']:,} | {counts} |")
    return lines


def _tests(inputs: Inputs) -> list[str]:
    found = []
    for one in inputs.collections:
        queries = sum(map(len, one.queries.values()))
        passages = sum(map(len, one.passages.values()))
        found.append(f"Test: {one.name}, {queries:,} queries, {passages:,} passages in {len(one.languages)} languages.")
    return found


def _corrections(recipe: Recipe, inputs: Inputs) -> list[str]:
    texts = inputs.fitting_texts
    if texts is None:
        return []
    counts = ", ".join(f"{code} {len(some):,}" for code, some in texts.texts.items())
    rows = "development" if recipe.development else "training"
    return [
        f"Corrections: {', '.join(recipe.corrections)}, of each of the {len(recipe.systems)} systems and every seed,"
        f" fitted on passages of the {rows} rows: {counts}; {texts.left_out:,} items that stand in a test left out.",
    ]


def _cost(recipe: Recipe, table: AlignedTable, trainings: int) -> list[str]:
    found = estimate(recipe, table)
    if found is None:
        return ["Memory and time: not known, since the encoder's size is not known before it is loaded."]
    gigabytes, hours = found.memory / 2**30, found.seconds * trainings / 3600
    took = f"{hours * 60:.0f} minutes" if hours < 2 else f"{hours:,.0f} hours"
    return [
        f"Estimates, rough: {found.weights:,} weights; {gigabytes:.1f} GiB for one training; {took} on this processor"
        f" for all {trainings} trainings at some {found.tokens:.0f} tokens a row, judging not counted.",
    ]


def estimate(recipe: Recipe, table: AlignedTable) -> Estimate | None:
    """What one training may take: from the encoder's size, the lengths of some texts, and this processor's speed.

    A transformer: 6 operations a weight of its body and token; and memory for activations of 34 bytes a token, layer
    and unit of its vectors (arXiv 2205.05198, without attention's share), twice as many in float32. A static encoder:
    what AdamW and the sums of vectors move through memory. Right to a factor of some 2 or 3. None for an encoder
    whose size is not in SIZES.
    """
    encoder, batch = recipe.encoder, recipe.training.batch_size
    query, passage = (_tokens(table, side) for side in (QUERY, PASSAGE))
    if isinstance(encoder, StaticEncoder):
        rows = encoder.vocabulary + (encoder.buckets if encoder.ngrams else 0)
        weights, tokens = rows * encoder.dimension, query + passage
        moved = 7 * 4 * weights + 3 * 4 * batch * tokens * encoder.dimension
        held = BYTES_PER_WEIGHT * weights + 4 * 4 * batch * encoder.dimension
        return Estimate(weights, tokens, held, recipe.training.steps * moved / _bytes_a_second())
    if isinstance(encoder, TransformerEncoder):
        size = Size(encoder.layers, encoder.hidden_size, encoder.intermediate, encoder.vocabulary)
        limits = (encoder.max_tokens, encoder.max_tokens)
    else:
        known = _known_size(encoder)
        if known is None:
            return None
        size, limits = known, (encoder.query_tokens, encoder.passage_tokens)
    tokens = min(query, limits[0]) + min(passage, limits[1])
    memory = BYTES_PER_WEIGHT * size.weights + 2 * 34 * batch * tokens * size.layers * size.hidden
    work = 6 * size.body * batch * tokens
    return Estimate(size.weights, tokens, memory, recipe.training.steps * work / _operations_a_second())


def _known_size(encoder: PretrainedEncoder) -> Size | None:
    return SIZES.get(encoder.model.rpartition("/")[2].lower())


def _tokens(table: AlignedTable, side: int) -> float:
    """A guess at the mean tokens of a side's texts, from the characters of some of them."""
    shape: CorpusShape = table.shape
    rows = np.unique(np.linspace(0, len(table) - 1, min(len(table), SAMPLE // len(shape.languages) + 1)).astype(int))
    texts = [text for code in shape.languages for text in table.texts(side, code, rows) if text]
    return float(np.mean([len(text) for text in texts])) / CHARACTERS_PER_TOKEN if texts else 0.0


def _operations_a_second() -> float:
    one = np.ones((1024, 1024), dtype=np.float32)
    one @ one
    clock = time.perf_counter()
    one @ one
    one @ one
    return 2 * 2 * 1024**3 / (time.perf_counter() - clock)


def _bytes_a_second() -> float:
    one = np.ones(1 << 24, dtype=np.float32)
    other = one.copy()
    clock = time.perf_counter()
    np.copyto(other, one)
    return 2 * one.nbytes / (time.perf_counter() - clock)
