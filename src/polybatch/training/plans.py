"""A recipe's batches: the plan of one of its systems over the shape of its corpora."""

from typing import TypedDict

from polybatch.records import Direction
from polybatch.sampling.plan import Plan, make_plan
from polybatch.sampling.schedules import Schedule, make_schedule
from polybatch.sampling.strategies import Composition
from polybatch.table.shape import CorpusShape
from polybatch.training.adapting import START
from polybatch.training.settings import AlphaSchedule, Batches, TrainingRecipe


class PlanOptions(TypedDict):
    """The options that `make_plan` and `HybridTrainer` share, as a recipe sets them."""

    alpha: float | Schedule
    composition: Composition
    weights: dict[Direction, float]
    negatives: int
    dataset_temperature: float
    language_temperature: float


def plan_options(batches: Batches) -> PlanOptions:
    """The `[batches]` table of a recipe as options of a plan."""
    alpha = batches.alpha
    return PlanOptions(
        alpha=make_schedule(alpha.schedule, alpha.values) if isinstance(alpha, AlphaSchedule) else _share(alpha),
        composition=batches.composition,
        weights={Direction(*name.split("-", 1)): weight for name, weight in batches.weights.items()},
        negatives=batches.negatives,
        dataset_temperature=_number(batches.dataset_temperature),
        language_temperature=_number(batches.language_temperature),
    )


def _share(alpha: float | str) -> float:
    return START if isinstance(alpha, str) else alpha


def _number(temperature: float | str) -> float:
    return float("inf") if temperature == "uniform" else float(temperature)


def plan_of(recipe: TrainingRecipe, system: str, shape: CorpusShape, *, seed: int = 0) -> Plan:
    """The plan that a system of the recipe is trained on. Raises RecipeError with every fault."""
    size, steps = recipe.training.batch_size, recipe.training.steps
    return make_plan(shape, system, size=size, seed=seed, length=steps, **plan_options(recipe.batches))
