"""What claims are decided on: stored runs, each with its values by query, its results and what it was trained on."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from polybatch.claims.claim import Need
from polybatch.errors import Fault, ResultsError, gathered
from polybatch.progress import Progress
from polybatch.records import Direction
from polybatch.results.labels import folder_labels
from polybatch.results.store import ALL, MANIFEST, Result, Store
from polybatch.statistics.folders import read_values

TABLES: Mapping[str, type] = {"encoder": dict, "selection": dict, "claims": list}  # keys that claims look into
PLAIN = ("system", "collection", "setting", "query_language", "passage_language", "measure")


@dataclass(frozen=True, eq=False)
class Run:
    """One out folder: `values` by query, of the measures that claims need."""

    label: str
    values: pa.Table
    results: tuple[Result, ...]
    manifest: Mapping[str, Any]

    @property
    def is_finished(self) -> bool:
        """Whether it came to its end."""
        return bool(self.manifest.get("finished", True))

    @cached_property
    def collections(self) -> tuple[str, ...]:
        """The collections judged on, in order."""
        return tuple(dict.fromkeys(self.values.column("collection").to_pylist()))

    @cached_property
    def systems(self) -> frozenset[str]:
        """The systems judged."""
        return frozenset(pc.unique(self.values.column("system")).to_pylist())

    @cached_property
    def recipe(self) -> Mapping[str, Any]:
        """The recipe's own keys; empty for a model that no recipe trained."""
        return tomllib.loads((self.manifest.get("recipe") or {}).get("text", ""))

    @property
    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """The recipe's tables of rows that a training, its stopping or a correction sees; none of another form."""
        listed = (self.recipe.get(key, ()) for key in ("train", "validation", "development"))
        tables = (table for tables in listed if isinstance(tables, list) for table in tables)
        return tuple(table for table in tables if isinstance(table, dict))

    @property
    def encoder(self) -> str:
        """The encoder in words: its kind, or the name of the pretrained model that training began with."""
        encoder = self.recipe.get("encoder", {})
        return str(encoder.get("model") or encoder.get("kind", "static"))

    @cached_property
    def trained_languages(self) -> frozenset[str]:
        """Languages of the training texts."""
        return frozenset(code for one in self.manifest.get("training", ()) for code in one.get("languages", ()))

    def directions(self, collection: str, setting: str) -> tuple[Direction, ...]:
        """The directions judged, sorted; the passage language is `all` in the multilingual setting."""
        chosen = self.values.filter((pc.field("collection") == collection) & (pc.field("setting") == setting))
        pairs = chosen.group_by(["query_language", "passage_language"]).aggregate([]).to_pylist()
        return tuple(sorted(Direction(one["query_language"], one["passage_language"]) for one in pairs))

    def chosen(self, need: Need, collection: str) -> pa.Table:
        """The values that a need compares; without rows where there are none."""
        keep = (
            (pc.field("collection") == collection)
            & (pc.field("setting") == need.setting)
            & (pc.field("measure") == need.measure)
            & pc.field("system").isin([need.system, need.baseline])
        )
        rows = self.values.filter(keep)
        wanted = self._wanted(need, collection)
        if wanted is None:
            return rows
        pairs = pc.binary_join_element_wise(rows.column("query_language"), rows.column("passage_language"), "-")
        return rows.filter(pc.is_in(pairs, value_set=pa.array([f"{q}-{p}" for q, p in wanted], pa.string())))

    def _wanted(self, need: Need, collection: str) -> tuple[Direction, ...] | None:
        if isinstance(need.directions, str):  # unseen
            seen = self.trained_languages | {ALL}
            return tuple(one for one in self.directions(collection, need.setting) if not seen.issuperset(one))
        return need.directions


def read_evidence(
    stores: Sequence[Store], *, measures: Sequence[str], progress: Progress | None = None
) -> tuple[Run, ...]:
    """Stored runs as evidence. Raises ResultsError with the faults of all."""
    faults: list[Fault] = []
    runs = []
    for store, label in zip(stores, folder_labels([store.folder for store in stores]), strict=True):
        with gathered(faults):
            values = read_values([store], measures=measures, progress=progress)
            plain = {name: values.column(name).cast(pa.string()) for name in PLAIN}
            for name, column in plain.items():
                values = values.set_column(values.schema.get_field_index(name), name, column)
            _check_recipe(store)
            runs.append(Run(label, values, store.results, store.stored_manifest))
    if faults:
        raise ResultsError(faults)
    return tuple(runs)


def _check_recipe(store: Store) -> None:
    """Raise ResultsError where a manifest's recipe is no TOML, or a key of it that claims look into is no table."""
    where = f"{store.path(MANIFEST)}: recipe.text"
    try:
        recipe = tomllib.loads(store.manifest.recipe.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ResultsError([Fault(where, f"no TOML ({error})", "what `polybatch run` writes works")]) from None
    for key, kind in TABLES.items():
        if not isinstance(recipe.get(key, kind()), kind):
            raise ResultsError([Fault(f"{where}: {key}", f"{recipe[key]!r:.80}", "a table works")])
