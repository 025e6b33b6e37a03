"""What a recipe's batches would hold, before any training: rows by direction, what is never drawn, shares. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from polybatch.experiment.recipe import Recipe
from polybatch.sampling.faults import largest_batch
from polybatch.sampling.mix import count_mix
from polybatch.sampling.streams import direction_weights
from polybatch.table.shape import CorpusShape
from polybatch.training.plans import plan_of, plan_options


@dataclass(frozen=True)
class Preview:
    """What would be drawn: `mix` is a record of `count_mix`; the largest batch is that of each kind."""

    system: str
    mix: dict[str, Any]
    largest: dict[str, int]


def preview(recipe: Recipe, shape: CorpusShape, *, seed: int) -> list[Preview]:
    """Plan every system of a recipe to its last batch and count. Raises RecipeError with the faults of a system."""
    found = []
    temperature = plan_options(recipe.batches)["language_temperature"]
    for system in recipe.trained:
        plan = plan_of(recipe, system, shape, seed=seed)
        largest = {}
        for kind in plan.strategy.kinds:
            weights = direction_weights(shape, kind.directions, plan.strategy.weights, temperature=temperature)
            largest[kind.name] = largest_batch(shape, kind, weights)
        found.append(Preview(system, count_mix(shape, plan.epoch(0)).as_record(), largest))
    return found


def to_text(shape: CorpusShape, previews: Sequence[Preview]) -> str:
    """As Markdown: rows that can be drawn in each direction, and what each system draws of it."""
    names = [dataset.name for dataset in shape.datasets]
    head = ["direction", *(f"rows of {name}" for name in names), *(one.system for one in previews)]
    lines = [f"| {' | '.join(head)} |", f"|---|{'--:|' * (len(head) - 1)}"]
    for direction in shape.directions:
        numbers = shape.numbers(direction)
        rows = [f"{dataset.rows_in(*numbers):,}" for dataset in shape.datasets]
        drawn = [f"{one.mix['directions'].get(str(direction), 0):,}" for one in previews]
        lines.append(f"| {' | '.join([str(direction), *rows, *drawn])} |")
    for part in ("kinds", "datasets"):
        for name in dict.fromkeys(name for one in previews for name in one.mix[part]):
            what = "batches" if part == "kinds" else "rows"
            drawn = [f"{one.mix[part].get(name, 0):,}" for one in previews]
            lines.append(f"| {' | '.join([f'{name}, {what}', *[''] * len(names), *drawn])} |")
    largest = [", ".join(f"{size:,}" for size in one.largest.values()) for one in previews]
    lines.append(f"| {' | '.join(['largest batch (of each kind)', *[''] * len(names), *largest])} |")
    never = ", ".join(map(str, shape.missing))
    lines.append(
        f"\nNever drawn, since no row has both texts: {never}." if never else "\nEvery direction can be drawn."
    )
    return "\n".join(lines)
