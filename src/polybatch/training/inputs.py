"""A recipe's corpora and collections, loaded and checked together, so that every fault comes in one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from polybatch.data.collections.table import load_collections, missing_data
from polybatch.data.sources.source import load_corpus
from polybatch.errors import DataError, Fault, gathered
from polybatch.provenance import content_hash
from polybatch.records import Collection, ParallelCorpus
from polybatch.sampling.table import AlignedTable
from polybatch.training.plans import plan_of
from polybatch.training.recipe import UNTUNED, Recipe


@dataclass(frozen=True)
class Inputs:
    """What a recipe trains and tests on."""

    corpora: tuple[ParallelCorpus, ...]
    collections: tuple[Collection, ...]

    @cached_property
    def table(self) -> AlignedTable:
        """The texts of the corpora in one table, which batches are planned over."""
        return AlignedTable.from_corpora(self.corpora)

    @property
    def texts(self) -> list[str]:
        """Every distinct line of the training text, sorted: what a tokenizer is trained on."""
        found = {text for corpus in self.corpora for item in corpus.items for text in item.queries.values()}
        found |= {text for corpus in self.corpora for item in corpus.items for text in item.passages.values()}
        return sorted(found)

    def fingerprint(self) -> str:
        """A hash of every text, id and language of corpora and collections, in order."""
        trained = (
            part
            for corpus in self.corpora
            for item in corpus.items
            for part in (item.id, item.group, *map(str, (*item.queries.items(), *item.passages.items())))
        )
        tested = (
            part
            for collection in self.collections
            for sides in (collection.queries, collection.passages)
            for code in sorted(sides)
            for one in sides[code]
            for part in (code, one.id, one.text)
        )
        return content_hash([content_hash(trained), content_hash(tested)])


def load_inputs(
    recipe: Recipe, *, data: Path | None, systems: Sequence[str] | None = None, test: bool = True
) -> Inputs:
    """Load what a recipe names, and check that every system's batches can be planned.

    `data` is the folder that relative names start from; `systems`, if given, stand for the recipe's; without `test` no
    collection is loaded. Raises FaultyInputError (DataError, RecipeError) with every fault of every corpus and
    collection at once; where a data folder is needed and not given, one line says so.
    """
    needed = recipe.upstreams()
    if needed and data is None:
        raise DataError([missing_data(needed, where=f"recipe {recipe.name}")])
    if data is not None and needed and not data.is_dir():
        raise DataError([Fault(str(data), "no such folder", missing_data(needed, where="").works)])
    faults: list[Fault] = []
    corpora: list[ParallelCorpus] = []
    for source in recipe.train:
        with gathered(faults):
            corpora.append(load_corpus(source, data or Path()))
    collections: tuple[Collection, ...] = ()
    with gathered(faults):
        collections = load_collections(recipe.test if test else (), data=data, languages=recipe.languages)
    if faults:
        raise DataError(faults)
    inputs = Inputs(tuple(corpora), collections)
    for system in recipe.systems if systems is None else systems:
        if system != UNTUNED:
            with gathered(faults):
                plan_of(recipe, system, inputs.table.shape)
    if faults:
        raise DataError(dict.fromkeys(faults))
    return inputs
