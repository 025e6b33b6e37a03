"""How fast this machine trains and encodes with a pretrained encoder, by doing a little of it. Not here: what for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from polybatch.encoders.building import build_encoder
from polybatch.experiment.inputs import Inputs
from polybatch.experiment.recipe import Recipe
from polybatch.progress import Progress, Silent
from polybatch.table.shape import PASSAGE
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.fitting import fit
from polybatch.training.material import Material, tokenized
from polybatch.training.states import StateStore
from polybatch.training.tuning import apply_tuning

STEPS = 2  # trained to measure
TEXTS = 32  # encoded to measure


@dataclass(frozen=True)
class Pace:
    """Seconds of a step whose texts are new to frozen layers, of one whose texts are not, and of encoding a text."""

    new: float
    again: float
    text: float

    def training(self, steps: int, batch: int, texts: int) -> float:
        """Seconds of so many steps of `batch` rows, over `texts` different texts."""
        return steps * self.again + min(steps, texts / (2 * batch)) * max(0.0, self.new - self.again)


def measure_pace(recipe: Recipe, strategy: str, inputs: Inputs, folder: Path, progress: Progress) -> Pace:
    """Train STEPS steps of a recipe twice, and encode some passages. What is trained is thrown away.

    The tokens made on the way stay in `folder`, where the training finds them.
    """
    model = build_encoder(recipe.encoder, texts=None, seed=1)
    passages = [text for code in inputs.table.languages for text in _texts(inputs, code)]
    passages = passages[:: max(1, len(passages) // TEXTS)][:TEXTS]
    with progress.task("measuring this machine", 3) as advance:
        clock = time.perf_counter()
        model.encode_document(passages, batch_size=TEXTS, show_progress_bar=False)
        text = (time.perf_counter() - clock) / len(passages)
        advance(1)
        apply_tuning(model, recipe.tuning)
        material = Material(inputs.table, inputs.fingerprint(), [], inputs.built.texts, folder)
        tokens = tokenized(recipe, model, material, inputs.table, "tokens", Silent())
        short = recipe.training.model_copy(update={"steps": STEPS, "checkpoint_every": 0})
        states, seconds = StateStore(folder), []
        for _ in range(2):
            watch = _Watch()
            fit(
                model,
                recipe.model_copy(update={"training": short, "selection": None}),
                tokens,
                inputs.table,
                strategy=strategy,
                seed=1,
                checkpoints=Checkpoints(folder / "pace", ""),
                progress=watch,
                title="pace",
                states=states,
            )
            seconds.append((watch.times[-1] - watch.times[0]) / STEPS)
            advance(1)
    return Pace(seconds[0], seconds[1], text)


def _texts(inputs: Inputs, code: str) -> list[str]:
    rows = np.arange(min(len(inputs.table), 8 * TEXTS))
    return [text for text in inputs.table.texts(PASSAGE, code, rows) if text]


class _Watch(Silent):
    """Notes when a training says that it is further."""

    def __init__(self) -> None:
        self.times: list[float] = []

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        yield lambda _: self.times.append(time.perf_counter())
