"""Small trainings for tests: a recipe of a few keys, a corpus in memory, a model handed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from polybatch.experiment.recipe import Recipe
from polybatch.progress import Progress, Silent
from polybatch.records import ParallelCorpus
from polybatch.table.aligned import AlignedTable
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.fitting import Fitted, fit
from polybatch.training.tokens import Tokenization, TokenTable, write_tokens

LINES = {"source": "lines", "name": "a", "files": {"en": ["a.en"], "sw": ["a.sw"]}}


class StopsAt(Silent):
    """Presses Ctrl-C after some steps of a training of Hybrid, and keeps what is said."""

    def __init__(self, *steps: int) -> None:
        self.steps, self.said = steps, list[str]()

    def say(self, message: str) -> None:
        self.said.append(message)

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        done = 0

        def advance(units: int) -> None:
            nonlocal done
            done += units
            if done in self.steps and description.startswith("training hybrid"):
                raise KeyboardInterrupt

        yield advance


def small_recipe(**tables: Any) -> Recipe:
    """A recipe with these tables; the rows of its `[[train]]` are never read."""
    return Recipe.model_validate(
        {"name": "small", "languages": ["en", "sw"], "test": ["newswire"], "train": [LINES]} | tables
    )


def token_table(table: AlignedTable, model: Any, folder: Path, encoder: Any = None) -> TokenTable:
    """The tokens of a table for a model, in a folder."""
    write_tokens(table, Tokenization.of(model, encoder), folder, of="", progress=Silent())
    return TokenTable.open(folder, table.shape)


def fit_corpus(
    corpus: ParallelCorpus,
    model: Any,
    recipe: Recipe,
    folder: Path,
    *,
    strategy: str = "x-y",
    progress: Progress | None = None,
    **options: Any,
) -> Fitted:
    """Train a model on a corpus as a recipe says, with seed 1, its checkpoints in `folder`."""
    table = AlignedTable.from_corpora([corpus])
    tokens = token_table(table, model, folder / "tokens", recipe.encoder)
    checkpoints = Checkpoints(folder / "checkpoints", "small")
    names: dict[str, Any] = {"strategy": strategy, "seed": 1, "title": f"training {strategy}"}
    return fit(model, recipe, tokens, table, checkpoints=checkpoints, progress=progress or Silent(), **names, **options)
