"""Early stopping: look at a model now and then, keep the best state, say when it has stopped getting better."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.errors import Fault, RecipeError
from polybatch.files import written_aside
from polybatch.progress import Progress
from polybatch.sampling.faults import largest_batch
from polybatch.sampling.plan import Plan, make_plan
from polybatch.sampling.strategies import BatchKind
from polybatch.table.shape import CorpusShape
from polybatch.training.material import Material, tokenized
from polybatch.training.processes import Processes
from polybatch.training.settings import TrainingRecipe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BEST = "best.safetensors"


@dataclass
class Selecting:
    """Looks at a model every `every` steps; `value` is what it is worth, higher being better.

    `looks` are all so far, step and value. The best state, the earliest of equals, is kept in `folder`. After
    `patience` looks without a better one the training is to stop. Only the first process looks; all hear of it.
    """

    value: Callable[[Any], float]
    every: int
    patience: int
    folder: Path
    progress: Progress
    what: str
    processes: Processes = field(default_factory=Processes)
    looks: list[tuple[int, float]] = field(default_factory=list)

    def is_due(self, step: int) -> bool:
        """Whether to look after this step."""
        return step % self.every == 0

    @property
    def best(self) -> tuple[int, float] | None:
        """Step and value of the best look."""
        return max(self.looks, key=lambda look: (look[1], -look[0]), default=None)

    def look(self, model: Any, step: int) -> bool:
        """Look at the model after a step; whether to stop."""
        self.processes.wait()
        value = self.processes.from_first(self._value(model) if self.processes.first else None)
        self.looks.append((step, value))
        best = self.best
        assert best is not None
        if self.processes.first:
            self.progress.say(f"step {step}: {self.what} {abs(value):.4f}" + (", the best" if best[0] == step else ""))
            if best[0] == step:
                self._keep(model)
        return sum(at > best[0] for at, _ in self.looks) >= self.patience

    def take_best(self, model: Any) -> int | None:
        """Give the model the best state; the step that it is of, None where nothing was looked at."""
        if self.best is None:
            return None
        from safetensors.torch import load_model

        load_model(model, str(self.folder / BEST), device=str(model.device))
        return self.best[0]

    def record(self) -> dict[str, Any]:
        """What was looked at, as plain values."""
        best = self.best
        return {"by": self.what, "step": best and best[0], "looks": [[step, abs(value)] for step, value in self.looks]}

    def _value(self, model: Any) -> float:
        import torch

        was_training = model.training
        model.eval()
        with torch.no_grad():
            found = self.value(model)
        model.train(was_training)
        return found

    def _keep(self, model: Any) -> None:
        from safetensors.torch import save_model

        with written_aside(self.folder / BEST) as new:
            save_model(model, str(new))


def make_selecting(
    recipe: TrainingRecipe, model: "SentenceTransformer", material: Material, *, folder: Path, progress: Progress
) -> Selecting | None:
    """What a recipe selects by, for a training that keeps its checkpoints in `folder`; None if it selects by nothing.

    Raises RecipeError where no validation row is in the languages asked for.
    """
    if recipe.selection is None:
        return None
    if material.development is not None:
        what, value = f"{recipe.selection.measure} on {recipe.selection.development}", _on_collection(recipe, material)
    else:
        what, value = "validation loss", _validation_loss(recipe, model, material, progress)
    every, patience = recipe.selection.every, recipe.selection.patience
    return Selecting(value, every, patience, folder, progress, what, material.processes)


def validation_plan(recipe: TrainingRecipe, shape: CorpusShape) -> Plan:
    """Batches of validation rows, a language each, in the languages to select by. Raises RecipeError for too few."""
    assert recipe.selection is not None
    languages = recipe.selection.languages
    directions = [one for one in shape.directions if one.is_monolingual and one.query in languages]
    if not directions:
        there = ", ".join(one.query for one in shape.directions if one.is_monolingual) or "none"
        found = f"no validation row has query and passage in {', '.join(languages)}"
        raise RecipeError([Fault("validation", found, f"languages with rows: {there}")])
    kind = BatchKind("monolingual", tuple(directions), False)
    most = largest_batch(shape, kind, dict.fromkeys(directions, 1.0))
    if most < 2:
        found = f"rows of {most} passage group in {', '.join(one.query for one in directions)}"
        raise RecipeError([Fault("validation", found, "a loss needs negatives: 2 groups or more")])
    return make_plan(shape, "x-x-mono", size=min(recipe.training.batch_size, most), directions=directions)


def _validation_loss(
    recipe: TrainingRecipe, model: "SentenceTransformer", material: Material, progress: Progress
) -> Callable[[Any], float]:
    """The negative mean loss of all batches of an epoch of the validation rows."""
    from polybatch.training.losses import make_loss
    from polybatch.training.tokens import TokenBatches

    assert material.validation is not None
    tokens = tokenized(recipe, model, material, material.validation, "validation-tokens", progress)
    source, plan = TokenBatches(tokens), validation_plan(recipe, tokens.shape)
    loss = make_loss(model, recipe.loss, world_size=1)

    def value(model: Any) -> float:
        losses = []
        for batch in plan:
            features = {name: tensor.to(model.device) for name, tensor in source.fetch(batch).items()}
            columns = [
                {key.removeprefix(f"{name}_"): one for key, one in features.items() if key.startswith(f"{name}_")}
                for name in ("query", "passage")
            ]
            losses.append(float(loss(columns, None)))
        return -sum(losses) / len(losses)

    return value


def _on_collection(recipe: TrainingRecipe, material: Material) -> Callable[[Any], float]:
    """The mean over the settings of a measure's macro mean on the development collection."""
    from polybatch.encoders.loading import SentenceEncoder
    from polybatch.judging.judge import judge_collection
    from polybatch.measures.measures import measure
    from polybatch.progress import Silent
    from polybatch.results.store import MEAN

    assert recipe.selection is not None
    assert material.development is not None
    collection, wanted = material.development, recipe.selection.measure

    def value(model: Any) -> float:
        encoder = SentenceEncoder(model)
        found = judge_collection(encoder, collection, system="", strategy=None, seed=None, top=0, progress=Silent())
        values = [one.value for one in measure(found.ranks, [wanted]) if one.query_language == MEAN]
        return sum(values) / len(values)

    return value
