"""Train from Python: one system of a recipe as a SentenceTransformer, or the whole recipe as a run."""

from pathlib import Path
from typing import TYPE_CHECKING

from polybatch.api.evaluating import Run, data_folder
from polybatch.api.showing import Bars
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.recipe import load_recipe as load

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load_recipe(path: str | Path, *, steps: int | None = None) -> Recipe:
    """A recipe out of its TOML file, checked; with `steps`, for so many steps. Raises RecipeError with every fault."""
    recipe = load(Path(path))
    if steps is None:
        return recipe
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"steps": steps})})


def train(
    recipe: Recipe | str | Path,
    strategy: str,
    *,
    out: str | Path,
    seed: int = 1,
    data: str | Path | None = None,
) -> "SentenceTransformer":
    """Train one strategy of a recipe to the folder `out`, and give the model that lies there.

    It is the model that a run of the recipe trains with that seed. A training that was stopped goes on when the same
    is asked for again; a finished one is loaded. `data` is the folder with the data sets; without it, the
    environment's POLYBATCH_DATA. Raises RecipeError and DataError with every fault, before any work.
    """
    from sentence_transformers import SentenceTransformer

    from polybatch.encoders.loading import RECORD
    from polybatch.experiment.run import train_one

    folder = Path(out)
    if not (folder / RECORD).is_file():
        train_one(
            recipe if isinstance(recipe, Recipe) else load(Path(recipe)),
            strategy,
            seed=seed,
            data=data_folder(data),
            out=folder,
            progress=Bars(),
            command="polybatch.train (Python)",
        )
    return SentenceTransformer(str(folder))


def run(recipe: Recipe | str | Path, *, out: str | Path, data: str | Path | None = None) -> Run:
    """Train and evaluate every system of a recipe with every seed, in the folder `out`.

    What is whole there is not done again. Raises RecipeError and DataError with every fault, before any work.
    """
    from polybatch.experiment.run import run_recipe

    checked = recipe if isinstance(recipe, Recipe) else load(Path(recipe))
    run_recipe(checked, data=data_folder(data), out=Path(out), progress=Bars(), command="polybatch.run (Python)")
    return Run(Path(out))
