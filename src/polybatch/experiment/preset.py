"""Archives of translated articles to a recipe and its data in one step, every choice said. Not here: the training."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from polybatch.data.own_recipes import STRATEGY, Choice, best_choices, recipe_name
from polybatch.data.splitting import BEST, TEST, split_articles
from polybatch.encoders.hub import find_model
from polybatch.experiment import tuned
from polybatch.experiment.estimate import estimate_over
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.progress import Progress
from polybatch.training.train import working_folder

SHARE = 0.2  # of the articles, held out as a test
STOP_SHARE = 0.1  # of them, held out besides to stop the training of a pretrained encoder by


@dataclass(frozen=True)
class Prepared:
    """A recipe and strategy that are ready to train, the data folder that names start from, and the held-out test."""

    recipe: Recipe
    strategy: str
    data: Path
    test: Path


def prepare_tuning(
    archives: Mapping[str, Path],
    out: Path,
    *,
    model: str,
    minutes: float,
    order: Path | None = None,
    progress: Progress,
) -> Prepared:
    """As `prepare`, for the pretrained encoder `model`, which is to be tuned within `minutes`, its evaluation included.

    A tenth of the articles more is held out, to stop the training by. Raises what `write_tuned_recipe` raises too.
    """
    find_model(model)
    data = out.with_name(f"{out.name}.articles")
    if (data / tuned.RECIPE).is_file():
        progress.say(f"{data}: already there and used; delete it to make it again from the articles")
    else:
        name = recipe_name(out.name)
        shares = {"share": SHARE, "stop_share": STOP_SHARE}
        split = split_articles(archives, data, name=name, licence="private", order=order, **shares)
        for line in split.said():
            progress.say(line)
        try:
            choices = tuned.write_tuned_recipe(
                model,
                split.rows,
                data.resolve(),
                name=name,
                languages=tuple(archives),
                minutes=minutes,
                folder=working_folder(out),
                progress=progress,
            )
        except BaseException:
            shutil.rmtree(data, ignore_errors=True)  # half of it would be taken for the whole
            raise
        for choice in choices:
            if choice.why:
                progress.say(said(choice))
    return Prepared(load_recipe(data / tuned.RECIPE), tuned.STRATEGY, data, data / TEST)


def prepare(archives: Mapping[str, Path], out: Path, *, order: Path | None = None, progress: Progress) -> Prepared:
    """Split articles for a model that is to be trained to `out`, choose a recipe by what there is, and say why.

    What is made stands beside the model, in `OUT.articles`, and is taken as it is where it is there already, so that a
    training that was stopped goes on. Raises what `split_articles` and `load_inputs` raise.
    """
    data = out.with_name(f"{out.name}.articles")
    if (data / BEST).is_file():
        progress.say(f"{data}: already there and used; delete it to make it again from the articles")
    else:
        split = split_articles(archives, data, name=recipe_name(out.name), share=SHARE, licence="private", order=order)
        for line in split.said():
            progress.say(line)
        for choice in best_choices(split.rows):
            if choice.why:
                progress.say(said(choice))
    recipe = load_recipe(data / BEST)
    inputs = load_inputs(
        recipe,
        data=data,
        folder=working_folder(out),
        command="polybatch train --preset",
        progress=progress,
        systems=[STRATEGY],
        test=False,
    )
    took = estimate_over(recipe, inputs.table)
    if took is not None:
        progress.say(f"some {max(1, round(took.seconds / 60))} min on this processor; a rough estimate")
    return Prepared(recipe, STRATEGY, data, data / TEST)


def said(choice: Choice) -> str:
    """A choice as a line: `training.steps 600: each row some 60 times, 2,000 steps at most`."""
    return f"{choice.table}.{choice.key} {choice.value.strip(chr(34))}: {choice.why}"
