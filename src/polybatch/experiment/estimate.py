"""What a run would do, before it: rows, batches, epochs, and what memory and time it may take. Loads no model."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from polybatch.encoders.hub import find_model, read_json
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from polybatch.errors import ModelError
from polybatch.experiment.inputs import Inputs, load_inputs
from polybatch.experiment.preview import preview, to_text
from polybatch.experiment.recipe import Recipe
from polybatch.progress import Progress
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import PASSAGE, QUERY, CorpusShape

SAMPLE = 2000  # texts of each side, to guess lengths from
CHARACTERS_PER_TOKEN = 4.0
NGRAMS_PER_TOKEN = 2.8  # n-grams of words stand at most letters of a text
BYTES_PER_WEIGHT = 16  # a weight, its gradient and AdamW's two moments, in float32
BYTES_FROZEN = 4  # the weight alone


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
    """What one training may take: bytes of memory, seconds on this processor, operations (0 for a static encoder).

    `tokens` are those of a row, query and passage.
    """

    weights: int
    tokens: float
    memory: float
    seconds: float
    operations: float = 0.0


def dry_run_text(recipe: Recipe, *, data: Path | None, folder: Path, table: Path | None, progress: Progress) -> str:
    """The plan of a run as Markdown. The table of its rows is built in `folder`, where the run will find it.

    Raises what the run would raise for its recipe and its data.
    """
    inputs = load_inputs(
        recipe,
        data=data,
        folder=folder,
        command="polybatch run --dry-run",
        progress=progress,
        table=table,
        train=False,
    )
    shape, trained = inputs.table.shape, recipe.trained
    lines = [f"# Plan of {recipe.name}\n", *_rows(inputs), ""]
    if trained:
        lines += [to_text(shape, preview(recipe, shape, seed=recipe.seeds[0])), ""]
    lines += [
        trainings(recipe, shape.rows),
        *_selection(inputs),
        *_tests(inputs),
        *_corrections(recipe, inputs),
        *cost(estimate_over(recipe, inputs.table), len(trained) * len(recipe.seeds)),
    ]
    return "\n".join(lines)


def trainings(recipe: Recipe, items: int = 0) -> str:
    """How many trainings a run has, and how long each is; in epochs too, where the items are counted."""
    trained = len(recipe.trained)
    steps, size = recipe.training.steps, recipe.training.batch_size
    epochs = f", {steps * size / items:.2f} epochs of {items:,} items" if items else ""
    each = f"each {steps:,} steps of {size:,} rows = {steps * size:,} rows{epochs}"
    return f"Trainings: {trained} systems x {len(recipe.seeds)} seeds; {each}."


def _rows(inputs: Inputs) -> list[str]:
    shape = inputs.table.shape
    lines = [f"| dataset | licence | items | groups | {' | '.join(shape.languages)} |"]
    lines += [f"|---|---|--:|--:|{'--:|' * len(shape.languages)}"]
    for one, dataset in zip(inputs.datasets, shape.datasets, strict=True):
        there = dataset.pattern_rows @ dataset.patterns.any(axis=1)
        counts = " | ".join(f"{count:,}" for count in there.tolist())
        lines.append(f"| {one['name']} | {one['licence']} | {one['items']:,} | {one['groups']:,} | {counts} |")
    return lines


def _selection(inputs: Inputs) -> list[str]:
    found = []
    if inputs.validation:
        names = ", ".join(one.name for one in inputs.validation.datasets)
        found.append(f"Validation: {len(inputs.validation.table):,} rows of {names}.")
    if inputs.development:
        found.append(f"Selection by: {inputs.development.name}, in {' '.join(inputs.development.languages)}.")
    return found


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
        f"Corrections: {', '.join(recipe.corrections)}, of each of the {len(recipe.encoders)} systems and every seed,"
        f" fitted on passages of the {rows} rows: {counts}; {texts.left_out:,} items that are in a test, left out.",
    ]


def cost(found: Estimate | None, count: int) -> list[str]:
    """What all of `count` trainings may take, as a line; what it means where nothing is known."""
    if found is None:
        return ["Memory and time: not known, since the encoder's size is not known before it is loaded."]
    minutes = found.seconds * count / 60
    took = f"{minutes / 60:,.0f} hours" if minutes >= 120 else f"{max(1, minutes):.0f} minute{'s' * (minutes >= 1.5)}"
    work = f", {found.operations * count / 1e15:,.0f} x 10^15 operations," if found.operations else ""
    return [
        f"Estimates, rough: {found.weights:,} weights; {found.memory / 2**30:.1f} GiB for one training beside the"
        f" libraries' own; {took} on this processor{work} for all {count} trainings at some {found.tokens:.0f} tokens a"
        " row, without evaluation.",
    ]


def estimate_over(recipe: Recipe, table: AlignedTable) -> Estimate | None:
    """What one training may take with the texts of a table, whose lengths are guessed from some of them."""
    query, passage = (_tokens(table, side) for side in (QUERY, PASSAGE))
    return estimate(recipe, query, passage)


def estimate(recipe: Recipe, query: float, passage: float) -> Estimate | None:
    """What one training may take: from the encoder's size, the tokens of a text, and this processor's speed.

    A transformer: 6 operations a weight of its body and token, 2 where it is frozen; and memory for activations of 34
    bytes a token, learning layer and unit of its vectors (arXiv 2205.05198, without attention's share), twice as many
    in float32. A static encoder: what AdamW, clipping, the gradient and the sums of vectors move through memory, and
    the products of its scores. Right to a factor of some 2 or 3. None for an encoder that is not here and whose size is
    not in SIZES.
    """
    encoder, batch = recipe.encoder, recipe.training.batch_size
    if isinstance(encoder, StaticEncoder):
        rows = encoder.vocabulary + (encoder.buckets if encoder.ngrams else 0)
        weights = rows * encoder.dimension
        tokens = (query + passage) * (1 + NGRAMS_PER_TOKEN * bool(encoder.ngrams))
        kept = batch * tokens * (1 - recipe.training.token_dropout)
        moved = 11 * 4 * weights + 3 * 4 * kept * encoder.dimension
        held = BYTES_PER_WEIGHT * weights + 4 * 4 * batch * encoder.dimension
        products = 2 * batch**2 * (3 * encoder.dimension + encoder.lexical)
        seconds = moved / _bytes_a_second() + products / _operations_a_second()
        return Estimate(weights, tokens, held, recipe.training.steps * seconds)
    if isinstance(encoder, TransformerEncoder):
        size = Size(encoder.layers, encoder.hidden_size, encoder.intermediate, encoder.vocabulary)
        limits = (encoder.max_tokens, encoder.max_tokens)
    else:
        known = _known_size(encoder)
        if known is None:
            return None
        size, limits = known, (encoder.query_tokens, encoder.passage_tokens)
    tokens = min(query, limits[0]) + min(passage, limits[1])
    learning = min(recipe.tuning.train_layers or size.layers, size.layers) / size.layers
    fixed = bool(recipe.tuning.train_layers or recipe.tuning.freeze_embeddings)
    trained = learning * size.body + (0 if fixed else size.vocabulary * size.hidden)
    memory = BYTES_PER_WEIGHT * trained + BYTES_FROZEN * (size.weights - trained)
    memory += 2 * 34 * batch * tokens * learning * size.layers * size.hidden
    work = recipe.training.steps * (6 * learning + 2 * (1 - learning)) * size.body * batch * tokens
    return Estimate(size.weights, tokens, memory, work / _operations_a_second(), work)


def _known_size(encoder: PretrainedEncoder) -> Size | None:
    """By the configuration of a model that is on this machine, else by its name."""
    try:
        config = read_json(find_model(encoder.model, revision=encoder.revision), "config.json")
    except ModelError:
        config = {}
    keys = ("num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size")
    if all(isinstance(config.get(key), int) for key in keys):
        return Size(*(config[key] for key in keys))
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
