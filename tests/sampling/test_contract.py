"""Claims about every strategy of the table: one that is added is held to them without a change."""

from pathlib import Path

import numpy as np
import pytest

from polybatch.errors import RecipeError
from polybatch.experiment.recipe.recipe import SYSTEMS
from polybatch.results.systems import TITLES
from polybatch.sampling.plan import Batch, Plan, make_plan
from polybatch.sampling.strategies import COMPOSITIONS, STRATEGIES, Composition
from polybatch.table.shape import CorpusShape
from tests.sampling.shapes import parallel

DOCS = Path(__file__).parents[2] / "docs"
BATCHES = 120  # enough for each of the nine directions of three languages, also where a batch has one alone

every_strategy = pytest.mark.parametrize("name", STRATEGIES)
every_composition = pytest.mark.parametrize("composition", COMPOSITIONS)


def shape() -> CorpusShape:
    return parallel(200, 100, per_group=2)


def plan_of(name: str, composition: Composition = "mixed", *, seed: int = 1, alpha: float = 0.4) -> Plan:
    return make_plan(shape(), name, size=12, composition=composition, seed=seed, alpha=alpha)


def held(batch: Batch) -> tuple[object, ...]:
    return batch.number, batch.kind, batch.rows.tolist(), batch.queries.tolist(), batch.passages.tolist()


@every_strategy
@every_composition
def test_a_batch_holds_what_its_kind_promises(name: str, composition: Composition) -> None:
    plan = plan_of(name, composition)
    kinds = {kind.name: kind for kind in plan.strategy.kinds}
    groups = shape().groups
    for batch in plan.batches(0, BATCHES):
        kind = kinds[batch.kind]
        assert {*batch.directions} <= {*kind.directions}
        assert kind.mixed or len({*batch.directions}) == 1
        assert not kind.every_language or {*batch.passages.tolist()} == {*range(len(batch.languages))}
        assert len({*groups[batch.rows].tolist()}) == len(batch) == plan.size


@every_strategy
@every_composition
def test_each_direction_that_it_promises_is_drawn_about_equally_often(name: str, composition: Composition) -> None:
    plan = plan_of(name, composition)
    batches = list(plan.batches(0, BATCHES))
    for kind in plan.strategy.kinds:
        directions = [direction for batch in batches if batch.kind == kind.name for direction in batch.directions]
        shares = [directions.count(direction) / len(directions) for direction in kind.directions]
        assert shares == pytest.approx([1 / len(kind.directions)] * len(kind.directions), abs=0.05)


@every_strategy
def test_the_share_of_its_first_kind_is_alpha_in_every_block(name: str) -> None:
    plan = plan_of(name)
    expected = 8 if len(plan.strategy.kinds) == 2 else 20  # of 20 batches
    for start in range(0, BATCHES, 20):
        kinds = [plan.kind(number) for number in range(start, start + 20)]
        assert abs(kinds.count(plan.strategy.kinds[0].name) - expected) <= 1


@every_strategy
@every_composition
def test_batches_follow_from_the_seed_alone(name: str, composition: Composition) -> None:
    first, again, other = (plan_of(name, composition, seed=seed) for seed in (1, 1, 2))
    assert [held(batch) for batch in first.batches(0, 30)] == [held(batch) for batch in again.batches(0, 30)]
    assert [held(batch) for batch in first.batches(0, 30)] != [held(batch) for batch in other.batches(0, 30)]


@every_strategy
@every_composition
def test_a_training_that_goes_on_at_any_batch_sees_the_batches_it_would_have_seen(
    name: str, composition: Composition
) -> None:
    whole = [held(batch) for batch in plan_of(name, composition).batches(0, BATCHES)]
    for start in (1, 37, BATCHES - 1):
        assert [held(batch) for batch in plan_of(name, composition).batches(start, BATCHES)] == whole[start:]


@every_strategy
def test_the_slices_of_several_processes_are_the_batch(name: str) -> None:
    for batch in plan_of(name).batches(0, 10):
        parts = [batch.part(rank, 3) for rank in range(3)]
        for array in ("rows", "queries", "passages"):
            assert np.array_equal(np.concatenate([getattr(part, array) for part in parts]), getattr(batch, array))


@every_strategy
def test_only_the_options_that_it_names_change_its_batches(name: str) -> None:
    plain = [held(batch) for batch in plan_of(name).batches(0, 40)]
    others = {"alpha": plan_of(name, alpha=0.9), "composition": plan_of(name, "pair")}
    changed = {option for option, plan in others.items() if [held(batch) for batch in plan.batches(0, 40)] != plain}
    assert changed == {*STRATEGIES[name].options}


@every_strategy
def test_corpora_that_cannot_fill_it_are_refused_with_its_name(name: str) -> None:
    with pytest.raises(RecipeError, match=f"strategy {name}"):
        make_plan(parallel(4), name, size=12)


@every_strategy
def test_the_documents_describe_it_and_recipes_take_it(name: str) -> None:
    concepts = (DOCS / "concepts.md").read_text(encoding="utf-8")
    assert any(line.startswith("|") and f"`{name}`" in line.split("|")[1] for line in concepts.splitlines())
    assert STRATEGIES[name].about in " ".join((DOCS / "cli.md").read_text(encoding="utf-8").split())
    assert name in SYSTEMS
    assert TITLES[name] == STRATEGIES[name].title
