"""What a recipe trains and tests on: its table built, its collections loaded, all checked together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from polybatch.correction.development import DevelopmentTexts
from polybatch.data.building import Built, build_table, open_built
from polybatch.data.collections.table import load_collections, missing_data
from polybatch.data.contamination import TestTexts
from polybatch.data.sources.source import Reading, Source
from polybatch.errors import DataError, Fault, RecipeError, gathered
from polybatch.experiment.contaminated import find_rows, without_rows
from polybatch.experiment.corrections import fitting_texts
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.recipe.encoder import model_faults
from polybatch.progress import Progress
from polybatch.provenance import content_hash
from polybatch.records import Collection
from polybatch.table.aligned import AlignedTable
from polybatch.training.plans import plan_of
from polybatch.training.selection import validation_plan
from polybatch.training.settings import UNTUNED

TABLE, VALIDATION, DEVELOPMENT, CONTAMINATION = "table", "validation", "development", "contamination.json"
VALIDATION_CONTAMINATION = "validation-contamination.json"
SELECTION_CONTAMINATION = "selection-contamination.json"
"""What stands in a run's folder before its manifest: it is made of the data alone."""

SAME = 0.5  # of a collection's queries in another, from which on they are one collection under two names


@dataclass(frozen=True)
class Inputs:
    """What a recipe trains and tests on, and what it selects by.

    `table` are the rows that batches are planned over: those of `built`, less what is left out of them. `contaminated`
    counts the rows of which a text also stands in a test collection that was looked at. `validation_table` are the rows
    of `validation` of which none does. `fitting_texts` are those that corrections are fitted on, out of `fitting`, or
    out of `built` where there are no rows for that alone.
    """

    built: Built
    table: AlignedTable
    collections: tuple[Collection, ...]
    validation: Built | None = None
    validation_table: AlignedTable | None = None
    development: Collection | None = None
    contaminated: int = 0
    fitting: Built | None = None
    fitting_texts: DevelopmentTexts | None = None

    @property
    def datasets(self) -> list[dict[str, Any]]:
        """What manifests and cards say of each dataset."""
        return [
            {
                "name": one.name,
                "licence": one.licence,
                "items": one.items,
                "groups": one.groups,
                "languages": list(one.languages),
            }
            for one in self.built.datasets
        ]

    def fingerprint(self) -> str:
        """A hash of all rows and of every text, id and language of the collections, in order."""
        collections = (*self.collections, *([self.development] if self.development else []))
        tested = (
            part
            for collection in collections
            for sides in (collection.queries, collection.passages)
            for code in sorted(sides)
            for one in sides[code]
            for part in (code, one.id, one.text)
        )
        rows = [self.built.fingerprint, self.validation.fingerprint if self.validation else ""]
        rows += [self.fitting.fingerprint] if self.fitting else []
        return content_hash([*rows, content_hash(tested)])


def load_inputs(
    recipe: Recipe,
    *,
    data: Path | None,
    folder: Path,
    command: str,
    progress: Progress,
    table: Path | None = None,
    systems: Sequence[str] | None = None,
    test: bool = True,
    train: bool = True,
) -> Inputs:
    """Build and load what a recipe names, and check that every system's batches can be planned.

    The table of its rows is built in `folder`, or stands in `table` already, where `polybatch data build` made it.
    `data` is the folder that relative names start from; `systems`, if given, stand for the recipe's; without `test`
    no collection is loaded that is only to be tested on, without `train` the encoder need not be there. Raises
    FaultyInputError (DataError, RecipeError) with every fault of every source and collection at once, before rows are
    read where the encoder has one; where a data folder is needed and not given, one line says so.
    """
    needed = recipe.upstreams()
    if needed and data is None:
        raise DataError([missing_data(needed, where=f"recipe {recipe.name}")])
    if data is not None and needed and not data.is_dir():
        raise DataError([Fault(str(data), "no such folder", missing_data(needed, where="").works)])
    faults: list[Fault] = model_faults(recipe) if train else []
    collections: tuple[Collection, ...] = ()
    developments: tuple[Collection, ...] = ()
    with _gathered_at(recipe.at("test"), faults):
        # what is tested on can only be left out, of rows to train on or to select by, by who knows the tests
        wanted = recipe.test if test or recipe.drop_contaminated or recipe.validation else []
        collections = load_collections(wanted, data=data, **recipe.test_languages())
    development = recipe.selection.development if recipe.selection else ""
    if development:
        with _gathered_at(recipe.at("selection", "development"), faults):
            developments = load_collections([development], data=data, **recipe.test_languages())
    if faults:  # no table is built for a recipe that cannot run; what its sources lack is said all the same
        for source in () if table else (*recipe.train, *recipe.validation, *recipe.development):
            with gathered(faults):
                next(iter(source.items(data or Path(), reading := Reading())), None)
                faults += reading.faults
        raise DataError(dict.fromkeys(faults))
    built = validation = fitting = None
    with gathered(faults):
        built = _built(recipe, recipe.train, table, folder / TABLE, data, command, progress)
    if recipe.validation:
        with gathered(faults):
            validation = _built(recipe, recipe.validation, None, folder / VALIDATION, data, command, progress)
    if recipe.development and test:
        with gathered(faults):
            fitting = _built(recipe, recipe.development, None, folder / DEVELOPMENT, data, command, progress)
    if faults or built is None:
        raise DataError(faults)
    rows, found = built.table, np.zeros(0, dtype=np.int64)
    if collections:
        found = find_rows(built, collections, folder / CONTAMINATION, progress)
        if recipe.drop_contaminated:
            rows = without_rows(rows, found)
    for one in developments:
        # a sweep judges its runs on what they are selected by, under the same name, and tests none of them
        others = [test for on, test in zip(wanted, collections, strict=True) if on != development]
        with gathered(faults):
            _check_untested(one, others, progress)
        trained = find_rows(
            built, [one], folder / SELECTION_CONTAMINATION, progress, what="the collection to select by"
        )
        if recipe.drop_contaminated:
            rows = without_rows(rows, trained)
        elif len(trained) >= SAME * max(map(len, one.queries.values())):
            found_there = f"{len(trained):,} training rows have texts of it"
            works = "other texts to select by, or drop_contaminated = true"
            faults.append(Fault(f"selection.development: {one.name}", found_there, works))
    rows_to_select_by = validation.table if validation else None
    if validation and collections:
        tested = find_rows(validation, collections, folder / VALIDATION_CONTAMINATION, progress)
        rows_to_select_by = without_rows(validation.table, tested)
        if len(tested):
            progress.say(f"validation: {len(tested):,} of {len(validation.table):,} rows left out for it")
    texts = None
    if recipe.corrections and test:
        with gathered(faults):
            texts = fitting_texts(recipe, fitting or built, collections, without=found[:0] if fitting else found)
    for system in recipe.trained if systems is None else systems:
        if system != UNTUNED:
            with _gathered_at(recipe.at("training", "batch_size"), faults):
                plan_of(recipe, system, rows.shape)
    if rows_to_select_by is not None:
        with gathered(faults):
            validation_plan(recipe, rows_to_select_by.shape)
    if faults:
        raise DataError(dict.fromkeys(faults))
    by = developments[0] if developments else None
    tests = collections if test else ()
    return Inputs(built, rows, tests, validation, rows_to_select_by, by, len(found), fitting, texts)


@contextmanager
def _gathered_at(place: str, faults: list[Fault]) -> Iterator[None]:
    """Gather the faults of what a key of the recipe asks for, each with the line of the key before it."""
    found: list[Fault] = []
    with gathered(found):
        yield
    faults += [fault._replace(where=f"{place}: {fault.where}") for fault in found]


def _check_untested(development: Collection, tests: Sequence[Collection], progress: Progress) -> None:
    """Refuse a development collection that is a test collection under another name; say what else they share.

    Raises RecipeError where half of the queries of either, or more, stand among the texts of the other.
    """
    for other in tests:
        mine, theirs = _standing(development, other), _standing(other, development)
        told = f"{mine.standing:,} of its {mine.queries:,} queries are also in {other.name}, which is tested on"
        if max(mine.share, theirs.share) >= SAME:
            found = f"{told}, and {theirs.standing:,} of {theirs.queries:,} the other way"
            raise RecipeError([Fault(f"selection.development: {development.name}", found, "other texts to select by")])
        if mine.standing:
            progress.say(f"{development.name}: {told}")


class _Standing(NamedTuple):
    queries: int
    standing: int

    @property
    def share(self) -> float:
        return self.standing / max(1, self.queries)


def _standing(one: Collection, other: Collection) -> _Standing:
    """How many queries of one collection are texts of another, but for case and white space."""
    texts = TestTexts([other], near=None)
    asked = [query.text for queries in one.queries.values() for query in queries]
    return _Standing(len(asked), sum(texts.find(text) is not None for text in asked))


def _built(
    recipe: Recipe,
    sources: Sequence[Source],
    table: Path | None,
    folder: Path,
    data: Path | None,
    command: str,
    progress: Progress,
) -> Built:
    """The table of sources, made before or now. Raises DataError where one made before is of other normalisation."""
    if table is None:
        names: dict[str, Any] = {"data": data or Path(), "normalisation": recipe.normalisation}
        return build_table(sources, folder, **names, command=command, progress=progress)
    built = open_built(table)
    faults = []
    if built.normalisation != recipe.normalisation:
        works = "its own [normalisation] in the recipe, or build it again from the recipe"
        faults.append(Fault(str(table), "was built with another normalisation than the recipe's", works))
    wanted, there = {source.name for source in sources}, {one.name for one in built.datasets}
    if wanted != there:
        found = f"holds the datasets {', '.join(sorted(there))}"
        faults.append(Fault(str(table), found, f"the recipe trains on {', '.join(sorted(wanted))}"))
    if faults:
        raise DataError(faults)
    return built
