"""A pretrained encoder tuned on somebody's own articles: settings by texts, machine and time, each with its reason."""

import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from polybatch.data.own_recipes import Choice, Rows, recipe_head
from polybatch.data.splitting import STOP, TEST, TRAIN
from polybatch.encoders.building import pretrained_encoder
from polybatch.encoders.settings import PretrainedEncoder
from polybatch.errors import Fault, ModelError, RecipeError
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.pace import Pace, measure_pace
from polybatch.experiment.recipe import load_recipe
from polybatch.files import write_text
from polybatch.progress import Progress
from polybatch.training.frozen import check_layers

STRATEGY = "hybrid"
RECIPE = "tuned.toml"
MINUTES = 15.0
LARGEST = 96  # rows of a batch
PASSES, LEAST_STEPS, MOST_STEPS = 10, 20, 600
LOOKS, PATIENCE = 6, 2
OTHER_SHARE = 1.15  # saving, loading, and what else is not measured
OF_LAYERS = 3  # one in so many learns


def write_tuned_recipe(
    model: str,
    rows: Rows,
    data: Path,
    *,
    name: str,
    languages: Sequence[str],
    minutes: float,
    folder: Path,
    progress: Progress,
) -> list[Choice]:
    """Write RECIPE to `data`, a folder that `split_articles` made, and give its choices, each with its reason.

    The steps are as many as fit into `minutes`, by the pace of this machine, which is measured; working files go to
    `folder`. Raises ModelError for a model that cannot be opened, RecipeError where LEAST_STEPS take longer.
    """
    clock = time.monotonic()
    path, head = data / RECIPE, recipe_head(f"{name}-tuned", STRATEGY, languages, TRAIN, (data / TEST).as_posix())
    layers = _layers(model)
    rate = "1e-4" if layers[0].key == "train_layers" else "3e-5"
    batch = max(2, min(LARGEST, rows.groups * 3 // 4))
    wanted = max(LEAST_STEPS, min(MOST_STEPS, PASSES * rows.rows // batch))

    def choices(steps: int, why: str) -> list[Choice]:
        parallel = f"{rows.parallel:,} of {rows.rows:,} rows have several languages"
        return [
            Choice("encoder", "kind", '"pretrained"', ""),
            Choice("encoder", "model", f'"{model}"', "what was asked for"),
            Choice("encoder", "query_tokens", "48", "headlines are short"),
            Choice("encoder", "passage_tokens", "128", f"a row has {rows.length:.0f} words, query and passage"),
            *layers,
            Choice("training", "batch_size", str(batch), f"3/4 of {rows.groups:,} articles, {LARGEST} at most"),
            Choice("training", "steps", str(steps), why),
            Choice("training", "learning_rate", rate, ""),
            Choice("training", "checkpoint_every", str(max(10, steps // 4)), ""),
            Choice("loss", "temperature", "0.02", ""),
            Choice("loss", "symmetric", "true", ""),
            Choice("batches", "alpha", "0.5", "half of the batches in one language, half in two"),
            Choice("batches", "composition", '"pair"', parallel),
            Choice("selection", "development", f'"{(data / STOP).as_posix()}"', "articles held out to stop by"),
            Choice("selection", "every", str(max(5, steps // LOOKS)), f"{LOOKS} looks at most"),
            Choice("selection", "patience", str(PATIENCE), "looks without a better one before it stops"),
        ]

    _write(path, head, choices(wanted, ""))
    recipe = load_recipe(path)
    inputs = load_inputs(
        recipe, data=data, folder=folder, command="polybatch train --from", progress=progress, systems=[STRATEGY]
    )
    pace = measure_pace(recipe, STRATEGY, inputs, folder, progress)
    texts = sum(len(side[code]) for one in inputs.collections for side in (one.queries, one.passages) for code in side)
    assert inputs.development is not None
    looked_at = sum(
        len(side[code]) for side in (inputs.development.queries, inputs.development.passages) for code in side
    )
    rest = (LOOKS * looked_at + 2 * texts) * pace.text
    different = 2 * len(inputs.table) * len(languages)
    spent = time.monotonic() - clock

    def seconds(steps: int) -> float:
        return spent + OTHER_SHARE * (rest + pace.training(steps, batch, different))

    steps = wanted
    while steps > LEAST_STEPS and seconds(steps) > minutes * 60:
        steps -= max(1, steps // 50)
    if seconds(steps) > minutes * 60:
        found = f"{minutes:g} minutes, and {LEAST_STEPS} steps take some {seconds(LEAST_STEPS) / 60:.0f} here"
        path.unlink()
        raise RecipeError([Fault("--time", found, "more minutes, a smaller model, or no --from")])
    why = f"each row some {PASSES} times" if steps == wanted else f"what {minutes:g} minutes allow here"
    made = choices(steps, f"{why}: {_said(pace, batch)}")
    _write(path, head, made)
    progress.say(f"some {max(1, round(seconds(steps) / 60))} min here with all {LOOKS} looks and the table at the end")
    return made


def _said(pace: Pace, batch: int) -> str:
    return f"a step of {batch} rows takes {pace.again:.1f} s, {pace.new:.1f} s with new texts"


def _layers(model: str) -> list[Choice]:
    """Which weights learn: the last third of the layers where frozen ones can be run once, else all but embeddings."""
    opened = pretrained_encoder(PretrainedEncoder(model=model))
    try:
        count = check_layers(opened, 1) + 1
    except ModelError as error:
        return [Choice("tuning", "freeze_embeddings", "true", f"{error.faults[0].found} is trained as a whole")]
    learning = max(1, count // OF_LAYERS)
    why = f"of {count}: a third of the time of all, and most of the gain (docs/pretrained.md)"
    return [Choice("tuning", "train_layers", str(learning), why)]


def _write(path: Path, head: Sequence[str], choices: Sequence[Choice]) -> None:
    lines = ["# A pretrained encoder, tuned on these articles; settings by texts, machine and time.", *head]
    for table, some in groupby(choices, key=lambda choice: choice.table):
        lines += [f"[{table}]", *map(str, some), ""]
    write_text(path, "\n".join(lines[:-1]) + "\n")
