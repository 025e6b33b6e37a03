"""What a recipe trains and tests on: its table built, its collections loaded, all checked together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from polybatch.correction.development import DevelopmentTexts
from polybatch.data.building import Built, build_table, open_built
from polybatch.data.collections.table import load_collections, missing_data
from polybatch.data.sources.source import Source
from polybatch.errors import DataError, Fault, gathered
from polybatch.progress import Progress
from polybatch.provenance import content_hash
from polybatch.records import Collection
from polybatch.sampling.table import AlignedTable
from polybatch.training.contaminated import find_rows, without_rows
from polybatch.training.corrections import fitting_texts
from polybatch.training.plans import plan_of
from polybatch.training.recipe import UNTUNED, Recipe
from polybatch.training.selection import validation_plan

TABLE, VALIDATION, DEVELOPMENT, CONTAMINATION = "table", "validation", "development", "contamination.json"
"""What stands in a run's folder before its manifest: it is made of the data alone."""


@dataclass(frozen=True)
class Inputs:
    """What a recipe trains and tests on, and what it selects by.

    `table` are the rows that batches are planned over: those of `built`, less what is left out of them. `contaminated`
    counts the rows of which a text also stands in a test collection that was looked at. `fitting_texts` are those that
    corrections are fitted on, out of `fitting`, or out of `built` where there are no rows for that alone.
    """

    built: Built
    table: AlignedTable
    collections: tuple[Collection, ...]
    validation: Built | None = None
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
) -> Inputs:
    """Build and load what a recipe names, and check that every system's batches can be planned.

    The table of its rows is built in `folder`, or stands in `table` already, where `polybatch data build` made it.
    `data` is the folder that relative names start from; `systems`, if given, stand for the recipe's; without `test`
    no collection is loaded that is only to be tested on. Raises FaultyInputError (DataError, RecipeError) with every
    fault of every source and collection at once; where a data folder is needed and not given, one line says so.
    """
    needed = recipe.upstreams()
    if needed and data is None:
        raise DataError([missing_data(needed, where=f"recipe {recipe.name}")])
    if data is not None and needed and not data.is_dir():
        raise DataError([Fault(str(data), "no such folder", missing_data(needed, where="").works)])
    faults: list[Fault] = []
    collections: tuple[Collection, ...] = ()
    developments: tuple[Collection, ...] = ()
    with gathered(faults):
        # rows that are tested on can only be left out by who knows the tests
        wanted = recipe.test if test or recipe.drop_contaminated else ()
        collections = load_collections(wanted, data=data, languages=recipe.languages)
    if recipe.selection and recipe.selection.development:
        with gathered(faults):
            developments = load_collections([recipe.selection.development], data=data, languages=recipe.languages)
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
    texts = None
    if recipe.corrections and test:
        with gathered(faults):
            texts = fitting_texts(recipe, fitting or built, collections, without=found[:0] if fitting else found)
    for system in recipe.systems if systems is None else systems:
        if system != UNTUNED:
            with gathered(faults):
                plan_of(recipe, system, rows.shape)
    if validation is not None and recipe.selection is not None:
        with gathered(faults):
            validation_plan(recipe, validation.table.shape)
    if faults:
        raise DataError(dict.fromkeys(faults))
    development = developments[0] if developments else None
    tests = collections if test else ()
    return Inputs(built, rows, tests, validation, development, len(found), fitting, texts)


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
