"""Which choice of a recipe brings how much: one change at a time, all seeds, held against the recipe as it is.

    python benchmarks/ablation.py RECIPE --data DIR --out DIR [NAME ...] [--seeds 1,2,3,4,5] [--report]

Trains the recipe and each change of it, one after the other, each into a folder of its own; what is whole there is not
done again. Then prints a Markdown table and writes it to `ablation.md`, with every number in `ablation.json`: mAP in
the three settings, by direction, rank distance; beside each change its difference, the 95 % bootstrap interval over
documents and seeds, and p after Holm over the whole table. Corrections need no training: they are fitted on the
recipe's own models. Without names all changes are run, in the order in which they stand here.

A change of a test is a measurement, not a choice: nothing may be taken into the recipe because of this table.
"""

import argparse
import copy
import functools
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.cli.progress import make_progress
from polybatch.correction.correct import system_name
from polybatch.correction.table import CORRECTIONS
from polybatch.experiment.inputs import TABLE
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.run import run_recipe
from polybatch.files import write_text
from polybatch.progress import Progress
from polybatch.results.store import Store
from polybatch.statistics import FORMATS, Comparison, Method, compare
from polybatch.statistics.folders import MEASURES, read_values
from polybatch.training.settings import UNTUNED

Values = dict[str, Any]
Change = Callable[[Values], None]

BASE = "the recipe"
FOLDER = "base"


def put(**tables: Any) -> Change:
    """Other values of some keys: those of tables are put beside what the table has."""

    def change(values: Values) -> None:
        for name, new in tables.items():
            values[name] = values.get(name, {}) | new if isinstance(new, dict) else new

    return change


def without(prefix: str) -> Change:
    """The recipe without the sources whose kind starts so."""

    def change(values: Values) -> None:
        values["train"] = [one for one in values["train"] if not one["source"].startswith(prefix)]

    return change


def running_text(**keys: Any) -> Change:
    """Other keys of the sources of running text, where the recipe has several lines in a passage."""

    def change(values: Values) -> None:
        for one in values["train"]:
            if one.get("run", 1) > 1:
                one |= keys

    return change


CHANGES: dict[str, Change] = {
    "before training": put(systems=[UNTUNED]),
    "within languages alone (X-X-mono)": put(systems=["x-x-mono"]),
    "without n-grams": put(encoder={"ngrams": 0}),
    "without lexical components": put(encoder={"lexical": 0}),
    "batches of 512": put(training={"batch_size": 512}),
    "a line's passage from itself on alone": running_text(pairings=["with-sentence"]),
    "temperature .05": put(loss={"temperature": 0.05}),
    "without SIB-200": without("sib-200"),
    "hybrid, adaptive alpha": put(systems=["hybrid"], batches={"alpha": "adaptive"}),
    "hybrid, alpha .5": put(systems=["hybrid"], batches={"alpha": 0.5}),
    "runs of 3 lines": running_text(run=3),
    "one-sided loss": put(loss={"symmetric": False}),
    "mixed composition": put(batches={"composition": "mixed"}),
    "LaKDA": put(loss={"name": "lakda"}),
    "concept erasure": put(loss={"name": "erasure"}),
    "hybrid, alpha .25": put(systems=["hybrid"], batches={"alpha": 0.25}),
    "dimension 256": put(encoder={"dimension": 256}),
    "dimension 1,024": put(encoder={"dimension": 1024}),
    "lexical share .6": put(encoder={"lexical_share": 0.6}),
    "lexical share 1.4": put(encoder={"lexical_share": 1.4}),
    "token dropout .3": put(training={"token_dropout": 0.3}),
    "a line's passage from the next line on alone": running_text(pairings=["what-follows"]),
}
"""One change each, the most telling first: a table that is cut short has those."""


def changed(values: Values, name: str, change: Change | None, *, steps: int | None, seeds: Sequence[int]) -> Recipe:
    new = copy.deepcopy(values)
    systems = [one for one in new["systems"] if one != UNTUNED]
    if len(systems) != 1:
        raise SystemExit(f"systems = {new['systems']}: one beside {UNTUNED} works, to hold changes against")
    corrections = list(CORRECTIONS) if change is None else []
    new |= {"seeds": list(seeds), "name": folder_of(name), "systems": systems, "corrections": corrections}
    if change is not None:
        change(new)
    if steps is not None:
        new["training"] = new.get("training", {}) | {"steps": steps}
    return Recipe.model_validate(new)


def folder_of(name: str) -> str:
    return FOLDER if name == BASE else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def run_all(recipes: Mapping[str, Recipe], *, data: Path, out: Path, progress: Progress) -> None:
    base = recipes[BASE]
    for name, recipe in recipes.items():
        shared = out / FOLDER / TABLE if name != BASE and recipe.train == base.train else None
        command = f"benchmarks/ablation.py, {name}"
        progress.say(f"== {name}")
        run_recipe(recipe, data=data, out=out / folder_of(name), table=shared, progress=progress, command=command)


def is_finished(folder: Path) -> bool:
    return folder.is_dir() and bool(Store(folder).stored_manifest.get("finished"))


def values_of(recipes: Mapping[str, Recipe], out: Path, directions: Sequence[str]) -> pa.Table:
    """Every query's values, systems named by their change; each direction stands as a collection of its own."""
    tables = []
    for name, recipe in recipes.items():
        table = read_values([Store(out / folder_of(name))], measures=MEASURES)
        (system,) = recipe.systems
        names = {system: name} | {system_name(system, by): f"with {by}" for by in recipe.corrections}
        table = replaced(table, "system", names)
        tables.append(table)
        for direction in directions:
            query, passage = direction.split("-")
            wanted = {"query_language": query, "passage_language": passage, "measure": "mAP"}
            masks = [pc.equal(plain(table, key), value) for key, value in wanted.items()]
            own = table.filter(functools.reduce(pc.and_, masks))
            names = {one: f"{one}, {query} to {passage}" for one in plain(own, "collection").unique().to_pylist()}
            tables.append(replaced(own, "collection", names))
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()


def plain(table: pa.Table, column: str) -> pa.Array:
    return table.column(column).cast(pa.string()).combine_chunks()


def replaced(table: pa.Table, column: str, names: Mapping[str, str]) -> pa.Table:
    """The table with other labels in a column."""
    coded = plain(table, column).dictionary_encode()
    labels = pa.array([names[one] for one in coded.dictionary.to_pylist()], pa.string())
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, pa.DictionaryArray.from_arrays(coded.indices, labels))


def seconds_of(recipe: Recipe, folder: Path) -> str:
    seconds, (system,) = Store(folder).stored_manifest["seconds"], recipe.systems
    return f"{np.mean([seconds[f'{system}-seed{seed}'] for seed in recipe.seeds]):.0f}"


def shown(value: float, *, signed: bool = False, ranks: bool = False) -> str:
    text = f"{value:{'+' if signed else ''}.{1 if ranks else 3}f}"
    return text if ranks else text.replace("0.", ".", 1)


def cell(one: Comparison) -> str:
    """Value, difference, interval, p after Holm; bold where the difference is significant."""
    ranks = one.margin is None
    value = shown(one.value, ranks=ranks)
    ends = " to ".join(shown(end, signed=True, ranks=ranks) for end in (one.low, one.high))
    p = f"{one.p_holm:.2g}".replace("0.", ".", 1)
    text = f"{value} ({shown(one.difference, signed=True, ranks=ranks)}; {ends}; {p})"
    return f"**{text}**" if one.is_significant else text


def table_of(compared: Sequence[Comparison], seconds: Mapping[str, str]) -> str:
    heads: dict[tuple[str, str, str], str] = {}
    cells: dict[str, dict[tuple[str, str, str], str]] = {BASE: {}}
    for one in compared:
        key = (one.quantity.collection, one.quantity.setting, one.quantity.measure)
        direction = one.quantity.collection.partition(", ")[2]
        heads[key] = direction or {
            "monolingual": "Mo mAP",
            "cross-lingual": "Cr mAP",
            "multilingual": "rank distance" if one.margin is None else "Mul mAP",
        }.get(one.quantity.setting, " ".join(key))
        cells[BASE][key] = shown(one.baseline_value, ranks=one.margin is None)
        cells.setdefault(one.system, {})[key] = cell(one)
    lines = [f"| change | {' | '.join(heads.values())} | s a training |", f"|---|{'--:|' * (len(heads) + 1)}"]
    for name, row in cells.items():
        lines.append(f"| {' | '.join([name, *(row.get(key, '') for key in heads), seconds.get(name, '')])} |")
    first = compared[0]
    lines += [
        "",
        f"In each cell: value (difference from {BASE}; 95 % bootstrap interval over documents and seeds; p after Holm "
        f"over the {first.family} comparisons of the table). Bold: p at most .05, the interval leaves out zero, and "
        f"the difference is at least twice its deviation over seeds. "
        f"{first.clusters} clusters, {len(first.seeds)} seeds. "
        "Seconds are of one training with its judging.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(CHANGES)}")
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--steps", type=int, help="instead of the recipe's, to try the script out")
    parser.add_argument("--directions", default="en-sw,en-ne", help="shown apart; of the languages of the recipe")
    parser.add_argument("--report", action="store_true", help="train nothing: the table of what is finished")
    chosen = parser.parse_intermixed_args()
    if chosen.data is None or not set(chosen.names) <= set(CHANGES):
        parser.error(f"--data DIR, and names out of: {'; '.join(CHANGES)}")
    values = tomllib.loads(chosen.recipe.read_text(encoding="utf-8"))
    seeds, names = [int(one) for one in chosen.seeds.split(",")], chosen.names or list(CHANGES)
    changes: dict[str, Change | None] = {BASE: None} | {name: CHANGES[name] for name in names}
    recipes = {name: changed(values, name, one, steps=chosen.steps, seeds=seeds) for name, one in changes.items()}
    progress = make_progress()
    if not chosen.report:
        run_all(recipes, data=chosen.data, out=chosen.out, progress=progress)
    for name in [name for name in recipes if not is_finished(chosen.out / folder_of(name))]:
        progress.say(f"not finished, left out: {name}")
        del recipes[name]
    found = values_of(recipes, chosen.out, chosen.directions.split(","))
    method = Method()
    compared = compare(found, baseline=BASE, measures=MEASURES, method=method, progress=progress)
    seconds = {name: seconds_of(recipe, chosen.out / folder_of(name)) for name, recipe in recipes.items()}
    text = table_of(compared, seconds)
    write_text(chosen.out / "ablation.md", text + "\n")
    write_text(chosen.out / "ablation.json", FORMATS["json"](compared, method) + "\n")
    print(text)


if __name__ == "__main__":
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    main()
