"""Claims about early stopping: what is looked at, what is kept, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from polybatch.data.collections.table import load_collections
from polybatch.data.newswire import newswire_collection, newswire_corpus
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import DataError
from polybatch.experiment.inputs import Inputs, load_inputs
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.experiment.run import train_one
from polybatch.judging.judge import judge_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.results.store import MEAN
from polybatch.training.selection import Selecting, validation_plan
from tests.data.collections.writing import write_lines, write_rows
from tests.tiny import TINY
from tests.training.small import StopsAt

VALIDATION = """
[[validation]]
source = "newswire"
stories = 60
seed = 2
"""


def recipe_of(folder: Path, rest: str, *, steps: int | str = 40, top: str = "") -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(top + TINY.replace("steps = 6", f"steps = {steps}") + rest, encoding="utf-8")
    return load_recipe(path)


def train(recipe: Recipe, out: Path, **options: object) -> dict[str, object]:
    """The record beside the model."""
    train_one(recipe, "hybrid", seed=1, data=None, out=out, progress=Silent(), command="")
    found: dict[str, object] = json.loads((out / "polybatch.json").read_text())
    return found


class Scripted(Selecting):
    """Looks that find what they are told to."""

    def __init__(self, values: list[float], patience: int, folder: Path) -> None:
        super().__init__(lambda _: values[len(self.looks)], 10, patience, folder, Silent(), "loss")


@pytest.mark.parametrize(
    ("values", "patience", "stops_at", "best"),
    [
        ([-3.0, -2.0, -2.5, -2.2, -1.0], 2, 40, 20),
        ([-3.0, -2.0, -2.5, -1.5, -1.6, -1.7], 2, 60, 40),
        ([-1.0, -1.0, -1.0], 2, 30, 10),
        ([-3.0, -2.0, -1.0], 2, None, 30),
    ],
)
def test_training_stops_after_so_many_looks_without_a_better_one(
    values: list[float], patience: int, stops_at: int | None, best: int, tmp_path: Path
) -> None:
    model = static_encoder(
        train_tokenizer(["river road water night"] * 20, vocabulary=30), dimension=2, deviation=0.1, seed=1
    )
    (weight,) = model.parameters()
    selecting = Scripted(values, patience, tmp_path)
    stopped = None
    for step in range(10, 10 * len(values) + 1, 10):
        weight.data.fill_(step)
        if selecting.look(model, step):
            stopped = step
            break
    assert stopped == stops_at
    assert selecting.take_best(model) == best
    assert weight[0, 0].item() == best


def test_a_model_is_chosen_by_the_english_validation_loss(tmp_path: Path) -> None:
    rest = VALIDATION + "\n[selection]\nevery = 10\npatience = 2\n"
    recipe = recipe_of(tmp_path, rest, steps=60)
    record = train(recipe, tmp_path / "model")
    selection = record["selection"]
    assert isinstance(selection, dict)
    assert selection["by"] == "validation loss"
    steps, values = zip(*selection["looks"], strict=True)
    assert steps == tuple(range(10, 10 * len(steps) + 1, 10))
    assert selection["step"] == steps[int(np.argmin(values))]
    assert record["mix"]["batches"] == selection["step"]  # type: ignore[index]
    # the state that was saved is the one that was looked at
    shorter = recipe_of(tmp_path, rest, steps=60)
    again = train(shorter, tmp_path / "again")
    assert again["selection"] == selection


def test_a_training_that_was_stopped_remembers_what_it_has_looked_at(tmp_path: Path) -> None:
    rest = VALIDATION + "\n[selection]\nevery = 10\npatience = 2\n"
    recipe = recipe_of(tmp_path, rest, steps="60\ncheckpoint_every = 15")
    expected = train(recipe, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train_one(recipe, "hybrid", seed=1, data=None, out=tmp_path / "model", progress=StopsAt(35), command="")
    record = train(recipe, tmp_path / "model")
    assert (record["selection"], record["mix"]) == (expected["selection"], expected["mix"])
    one, other = (load_encoder(str(tmp_path / name)).encode_queries(["mto"], Silent()) for name in ("whole", "model"))
    assert np.array_equal(one, other)


def test_a_model_is_chosen_by_the_mean_over_the_settings_of_a_development_collection(tmp_path: Path) -> None:
    top = "drop_contaminated = false\n"
    rest = '\n[selection]\ndevelopment = "newswire"\nmeasure = "mAP"\nevery = 20\n'
    text = TINY.replace('test = ["newswire"]', 'test = ["mlqa-r"]')
    path = tmp_path / "recipe.toml"
    path.write_text(top + text.replace("steps = 6", "steps = 40") + rest, encoding="utf-8")
    recipe = load_recipe(path)
    (tmp_path / "data").mkdir()
    train_one(recipe, "x-y", seed=1, data=tmp_path / "data", out=tmp_path / "model", progress=Silent(), command="")
    record = json.loads((tmp_path / "model/polybatch.json").read_text())
    assert record["selection"]["by"] == "mAP on newswire"
    best = max(record["selection"]["looks"], key=lambda look: look[1])
    assert record["selection"]["step"] == best[0]

    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    judged = judge_collection(load_encoder(str(tmp_path / "model")), collection, system="m")
    values = [one.value for one in measure(judged.ranks, ["mAP"]) if one.query_language == MEAN]
    assert np.mean(values) == pytest.approx(best[1], abs=1e-6)
    SentenceTransformer(str(tmp_path / "model"), device="cpu")


def test_validation_without_rows_in_the_languages_asked_for_is_refused(tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, VALIDATION + '\n[selection]\nlanguages = ["de"]\n')
    with pytest.raises(DataError, match="validation: no validation row has query and passage in de; languages with"):
        train(recipe, tmp_path / "model")
    one_group = VALIDATION.replace("stories = 60", "stories = 1")
    with pytest.raises(DataError, match="validation: rows of 1 passage group in en; a loss needs negatives"):
        train(recipe_of(tmp_path, one_group + "\n[selection]\n"), tmp_path / "model")
    (tmp_path / "a.en").write_text("")
    rest = '\n[[validation]]\nsource = "lines"\nname = "a"\nfiles = { en = ["a.en"] }\n\n[selection]\nevery = 5\n'
    recipe = recipe_of(tmp_path, rest)
    with pytest.raises(DataError, match="empty file"):
        train_one(recipe, "x-y", seed=1, data=tmp_path, out=tmp_path / "model", progress=Silent(), command="")


class Heard(Silent):
    """Remembers what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def inputs_of(recipe: Recipe, data: Path, progress: Heard) -> Inputs:
    return load_inputs(recipe, data=data, folder=data / "out", command="", progress=progress)


def test_a_test_collection_under_another_name_is_refused_to_select_by(tmp_path: Path) -> None:
    source = newswire_collection(languages=["en", "sw"])
    queries = [(query.id, query.text) for query in source.queries["en"]]
    passages = [(passage.id, passage.text) for passage in source.passages["en"]]
    for name, asked in (
        ("same", queries),
        ("other", [("1", "who crossed the river?"), ("2", "who rang twice?"), *queries[:1]]),
    ):
        folder = tmp_path / name
        write_rows(folder / "corpus.jsonl", *({"_id": id, "text": text, "language": "en"} for id, text in passages))
        write_rows(folder / "queries.jsonl", *({"_id": id, "text": text, "language": "en"} for id, text in asked))
        qrels = (f"{id}\t{passages[0][0]}\t1" for id, _ in asked)
        write_lines(folder / "qrels/test.tsv", "query-id\tcorpus-id\tscore", *qrels)
    text = '\n[selection]\ndevelopment = "FOLDER"\n'
    languages = 'languages_of = { "FOLDER" = ["en"] }\n'
    heard = Heard()
    for name in ("same", "other"):
        given = str(tmp_path / name)
        top = languages.replace("FOLDER", given)
        recipe = recipe_of(tmp_path, text.replace("FOLDER", given), top=top)
        if name == "same":
            with pytest.raises(DataError, match="development: same: 300 of its 300 queries are also in"):
                inputs_of(recipe, tmp_path, heard)
        else:
            inputs_of(recipe, tmp_path, heard)
    assert "other: 1 of its 3 queries are also in newswire, which is tested on" in heard.said


def test_validation_rows_that_stand_in_a_test_are_left_out_of_what_is_selected_by(tmp_path: Path) -> None:
    tested = newswire_collection(languages=["en", "sw"]).queries["en"]
    texts = [query.text for query in tested[:7]] + [f"question {number} about a river" for number in range(20)]
    write_lines(tmp_path / "v.tsv", *(f"{text}\tanswer {number} of many" for number, text in enumerate(texts)))
    source = 'source = "tsv"\nname = "v"\nlicence = "mine"\nfiles = ["v.tsv"]\nheader = false\n'
    rest = f'\n[[validation]]\n{source}queries = {{ en = "1" }}\npassages = {{ en = "2" }}\n[selection]\n'
    heard = Heard()
    inputs = inputs_of(recipe_of(tmp_path, rest), tmp_path, heard)
    assert inputs.validation_table is not None
    plan = validation_plan(recipe_of(tmp_path, rest), inputs.validation_table.shape)
    drawn = {row for epoch in range(5) for batch in plan.epoch(epoch) for row in batch.rows.tolist()}
    assert drawn == set(range(7, 27))
    assert "validation: 7 of 27 rows left out for it" in heard.said


def test_a_development_collection_that_is_trained_on_is_refused_and_its_rows_may_be_left_out(tmp_path: Path) -> None:
    items = newswire_corpus(stories=120).items[:60]
    folder = tmp_path / "own"
    write_rows(
        folder / "corpus.jsonl",
        *({"_id": f"p-{one.id}", "text": one.passages["en"], "language": "en"} for one in items),
    )
    write_rows(
        folder / "queries.jsonl", *({"_id": one.id, "text": one.queries["en"], "language": "en"} for one in items)
    )
    write_lines(folder / "qrels/test.tsv", "query-id\tcorpus-id\tscore", *(f"{one.id}\tp-{one.id}\t1" for one in items))
    top, heard = f'languages_of = {{ "{folder}" = ["en"] }}\n', Heard()
    text = f'\n[selection]\ndevelopment = "{folder}"\n'
    with pytest.raises(DataError, match=r"selection.development: own: \d+ training rows have texts of it; other texts"):
        inputs_of(recipe_of(tmp_path, text, top=top), tmp_path, heard)
    left = inputs_of(recipe_of(tmp_path, text, top=f"{top}drop_contaminated = true\n"), tmp_path, heard)
    counted = next(said for said in heard.said if "are also in the collection to select by" in said)
    there = sum(
        int(dataset.pattern_rows[dataset.patterns.any(axis=(1, 2))].sum()) for dataset in left.table.shape.datasets
    )
    assert there <= 240 - int(counted.split(": ")[1].split()[0])
