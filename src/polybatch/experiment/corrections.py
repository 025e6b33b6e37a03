"""Corrections as systems of a run: which texts they are fitted on, each fitted and saved. Not here: the fitting."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from polybatch.correction.checks import fitting_faults
from polybatch.correction.correct import correct_model, encode_development, system_name
from polybatch.correction.development import DevelopmentTexts, development_texts
from polybatch.correction.table import PIVOT
from polybatch.data.building import Built
from polybatch.encoders.loading import RECORD, load_encoder
from polybatch.errors import DataError, Fault
from polybatch.experiment.recipe import Recipe
from polybatch.progress import Progress
from polybatch.records import Collection, Item, ParallelCorpus
from polybatch.text.identification import identifiable
from polybatch.training.card import WITHOUT_LANGUAGE
from polybatch.training.train import read_record

MOST_ROWS = 200_000  # of a dataset that are looked at: far more than texts that are fitted on


def run_systems(recipe: Recipe) -> list[tuple[str, str]]:
    """Every system of a run in the order in which it is shown, each with the one that it is or that it corrects."""
    return [(name, of) for of in recipe.systems for name in (of, *_corrected(recipe, of))]


def _corrected(recipe: Recipe, system: str) -> list[str]:
    """The corrections of one system, by name; a baseline, which has no vectors, has none."""
    return [system_name(system, by) for by in recipe.corrections if system in recipe.encoders]


def fitting_texts(
    recipe: Recipe, rows: Built, collections: Sequence[Collection], *, without: np.ndarray
) -> DevelopmentTexts:
    """The texts that the corrections of a recipe are fitted on, out of `rows`: those of `[[development]]`, or training.

    What also stands in one of the collections is left out, and so are the row numbers `without`. Of a dataset up to
    MOST_ROWS rows are looked at, evenly spread. Raises DataError, before anything is trained, with every fault: rows
    that a collection tests on, too few texts, a correction that cannot be fitted on their languages.
    """
    items = tuple(_spread(rows, set(without.tolist())))
    found = development_texts([ParallelCorpus(recipe.name, items)], apart_from=collections)
    faults: list[Fault] = []
    kept = len(np.unique(np.concatenate(list(found.items.values()))))
    if recipe.development and found.left_out > kept:
        tests = ", ".join(one.name for one in collections)
        stand = f"{found.left_out:,} of {found.left_out + kept:,} items are in {tests}"
        faults.append(Fault("development", stand, "what a correction is fitted on cannot test it"))
    # whether a correction can be fitted shows in languages and counts of texts alone
    vectors = {code: np.ones((len(texts), 2)) for code, texts in found.texts.items()}
    unknown = sorted(set(found.texts) - identifiable())
    for by in recipe.corrections:
        faults += fitting_faults(by, vectors, found.items, rank=None, pivot=PIVOT, strength=None)
        if unknown and by != WITHOUT_LANGUAGE:
            works = f"{WITHOUT_LANGUAGE} needs no identification"
            faults.append(Fault(f"correction {by}", f"{', '.join(unknown)} cannot be identified in a text", works))
    if faults:
        raise DataError(faults)
    return found


def fit_corrections(
    recipe: Recipe, model: Path, texts: DevelopmentTexts, targets: dict[str, Path], progress: Progress
) -> None:
    """Fit corrections, by name, for the model in a folder, and save each corrected model to its folder of `targets`.

    The model is opened, and the texts are encoded, once for all. Nothing of the model itself is changed.
    """
    record = read_record(model)
    encoder = load_encoder(str(model), batch_size=1024 if recipe.encoder.kind == "static" else 64)
    vectors = encode_development(encoder, texts, progress)
    for by, out in targets.items():
        name = system_name(record["strategy"], by)
        beside = {RECORD: record | {"strategy": name, "correction": {"by": by, "of": record["strategy"]}}}
        correct_model(encoder, by, texts, out=out, progress=progress, vectors=vectors, beside=beside)


def _spread(rows: Built, without: set[int]) -> Iterator[Item]:
    """Rows of every dataset, all of them or MOST_ROWS evenly spread."""
    items, first = rows.items(), 0
    for dataset in rows.datasets:
        step = -(-dataset.items // MOST_ROWS)
        for number, item in enumerate(islice(items, dataset.items)):
            if number % step == 0 and first + number not in without:
                yield item
        first += dataset.items
