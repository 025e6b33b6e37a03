"""The whole run of a recipe: every system and seed trained and judged, resumable. Not here: the report."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from polybatch.correction.correct import system_name
from polybatch.encoders.loading import RECORD
from polybatch.encoders.settings import PretrainedEncoder
from polybatch.errors import Fault, RecipeError
from polybatch.experiment.corrections import fit_corrections, run_systems
from polybatch.experiment.inputs import (
    CONTAMINATION,
    DEVELOPMENT,
    SELECTION_CONTAMINATION,
    TABLE,
    VALIDATION,
    VALIDATION_CONTAMINATION,
    Inputs,
    load_inputs,
)
from polybatch.experiment.recipe import Recipe
from polybatch.files import write_text, written_aside
from polybatch.judging.evaluate import describe_collection, describe_mix, evaluate
from polybatch.judging.keeping import write_cases
from polybatch.progress import Progress, Silent
from polybatch.provenance import content_hash, machine, manifest_head
from polybatch.results.store import (
    MANIFEST,
    RESULTS,
    read_manifest,
    read_ranks,
    read_results,
    read_top,
    write_manifest,
    write_ranks,
    write_results,
    write_top,
)
from polybatch.training.card import CARD, model_card, score_model
from polybatch.training.fitting import Tracking
from polybatch.training.material import Material
from polybatch.training.processes import Processes
from polybatch.training.states import StateStore
from polybatch.training.train import read_record, train_system, working_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENIZER = "tokenizer.json"
MODEL = "model"
TOKENS = "tokens"


def run_recipe(
    recipe: Recipe,
    *,
    data: Path | None,
    out: Path,
    progress: Progress,
    command: str,
    table: Path | None = None,
    processes: Processes | None = None,
    track: Sequence[str] = (),
) -> None:
    """Train and judge every system with every seed, and write the run to `out`.

    Each system and seed has a folder under `out/systems` with its model, ranks and results; what is whole there is not
    done again, so a run that was stopped goes on with the system it was at, at its last checkpoint, and gives the same
    numbers. Every correction of the recipe makes of each system one more, `hybrid+lsar`, with a folder of its own. At
    the end `ranks.parquet`, `top.parquet` and `results.json` of all stand in `out`. `manifest.json` is written first,
    `finished` set last. With several processes all train, and the first one builds, corrects, judges and writes.

    `table` is a folder that `polybatch data build` wrote; without it the rows are built in `out`. `track` names where
    losses are reported to. Raises RecipeError where `out` holds a run of another recipe, other data or other versions.
    """
    processes = processes or Processes()
    options: dict[str, Any] = {"data": data, "folder": out, "command": command, "table": table}
    if processes.first:
        _check_folder(out)
        inputs = load_inputs(recipe, **options, progress=progress)
    processes.wait()
    if not processes.first:
        inputs = load_inputs(recipe, **options, progress=Silent())
    _say_what_is_never_drawn(inputs, progress)
    manifest = _manifest(recipe, inputs, command)
    seconds = _begin(out, manifest) if processes.first else {}
    processes.wait()
    clock = time.monotonic()
    cells = list(product(recipe.seeds, recipe.systems))
    workshop = _Workshop(recipe, inputs, out, progress, seconds, processes, track)
    with progress.task(f"run {recipe.name}", len(cells)) as advance:
        for seed, system in cells:
            workshop.make(system, seed)
            workshop.correct(system, seed)
            if processes.first:
                write_manifest(out, manifest | {"seconds": seconds})
            advance(1)
    if not processes.first:
        return

    folders = [workshop.folder(name, seed) for name, _ in run_systems(recipe) for seed in recipe.seeds]
    seconds["total"] = round(seconds.get("total", 0) + time.monotonic() - clock, 1)
    trained = [workshop.folder(system, seed) for system in recipe.systems for seed in recipe.seeds]
    records = [read_record(folder / MODEL) for folder in trained]
    manifest["mix"] = [
        {"system": one["strategy"], "seed": one["seed"], **describe_mix(one["mix"])} for one in records if one["mix"]
    ]
    ranks = pa.concat_tables([read_ranks(folder) for folder in folders]).unify_dictionaries()
    top = pa.concat_tables([read_top(folder) for folder in folders]).unify_dictionaries()
    write_ranks(out, ranks)
    write_top(out, top)
    write_cases(out, inputs.collections, ranks=ranks, top=top)
    write_results(out, [result for folder in folders for result in read_results(folder)])
    write_manifest(out, manifest | {"finished": True, "seconds": seconds, "machine": machine()})
    shutil.rmtree(out / TOKENS, ignore_errors=True)


def train_one(
    recipe: Recipe,
    system: str,
    *,
    seed: int,
    data: Path | None,
    out: Path,
    progress: Progress,
    command: str,
    table: Path | None = None,
    processes: Processes | None = None,
    track: Sequence[str] = (),
) -> None:
    """Train one system of a recipe to the folder `out`, the same model that a run of the recipe trains."""
    processes = processes or Processes()
    folder = working_folder(out)
    options: dict[str, Any] = {"data": data, "folder": folder, "command": command, "table": table}
    options |= {"systems": [system], "test": False}
    if processes.first:
        inputs = load_inputs(recipe, **options, progress=progress)
    processes.wait()
    if not processes.first:
        inputs = load_inputs(recipe, **options, progress=Silent())
    _say_what_is_never_drawn(inputs, progress)
    tokenizer = tokenizer_of(recipe, inputs, folder / TOKENIZER, processes, progress)
    tracking = Tracking(track, out.with_name(f"{out.name}.tracking") if track else None)
    material = _material(recipe, inputs, folder, tokenizer, processes, tracking)
    train_system(recipe, system, seed=seed, material=material, out=out, progress=progress)


def tokenizer_of(
    recipe: Recipe, inputs: Inputs, path: Path, processes: Processes, progress: Progress
) -> "Tokenizer | None":
    """The tokenizer trained on a recipe's texts, kept at `path`; None for an encoder that brings its own."""
    if isinstance(recipe.encoder, PretrainedEncoder):
        return None
    from tokenizers import Tokenizer

    if processes.first and not path.is_file():
        from polybatch.encoders.static import train_tokenizer

        with progress.task("training the tokenizer", 1) as advance:
            tokenizer = train_tokenizer(inputs.built.texts(), vocabulary=recipe.encoder.vocabulary)
            advance(1)
        with written_aside(path) as new:
            tokenizer.save(str(new))
    processes.wait()
    found: Tokenizer = Tokenizer.from_file(str(path))
    return found


def _material(
    recipe: Recipe,
    inputs: Inputs,
    folder: Path,
    tokenizer: "Tokenizer | None",
    processes: Processes,
    tracking: Tracking,
) -> Material:
    return Material(
        inputs.table,
        inputs.fingerprint(),
        inputs.datasets,
        inputs.built.texts,
        folder,
        tokenizer,
        inputs.validation_table,
        inputs.development,
        processes,
        tracking,
        StateStore(folder) if recipe.tuning.train_layers else None,
    )


def _say_what_is_never_drawn(inputs: Inputs, progress: Progress) -> None:
    if never := inputs.table.shape.missing:
        progress.say(f"never drawn, since no row has both texts: {', '.join(map(str, never))}")


@dataclass
class _Workshop:
    """What the systems of a run share, made when first needed: a resumed run that lacks nothing makes nothing."""

    recipe: Recipe
    inputs: Inputs
    out: Path
    progress: Progress
    seconds: dict[str, float]
    processes: Processes
    track: Sequence[str]
    _material: Material | None = None

    def folder(self, system: str, seed: int) -> Path:
        return self.out / "systems" / f"{system}-seed{seed}"

    def make(self, system: str, seed: int) -> None:
        folder, name = self.folder(system, seed), f"{system}-seed{seed}"
        if self.processes.from_first((folder / RESULTS).is_file()):
            self.progress.say(f"{system}, seed {seed}: done before")
            return
        clock = time.monotonic()
        if not self.processes.from_first((folder / MODEL / RECORD).is_file()):
            material = self._shared()
            clock = time.monotonic()
            material = replace(material, tracking=Tracking(self.track, self.out / "tracking" / name))
            train_system(self.recipe, system, seed=seed, material=material, out=folder / MODEL, progress=self.progress)
        if self.processes.first:
            self._judge(system, system, seed, clock)
        self.processes.wait()

    def correct(self, system: str, seed: int) -> None:
        """Fit what corrections of a system are not fitted yet, and judge those that are not judged; by the first."""
        if self.processes.first:
            wanted = {by: system_name(system, by) for by in self.recipe.corrections}
            wanted = {by: name for by, name in wanted.items() if not (self.folder(name, seed) / RESULTS).is_file()}
            models = {by: self.folder(name, seed) / MODEL for by, name in wanted.items()}
            lacking = {by: path for by, path in models.items() if not (path / RECORD).is_file()}
            if lacking and self.inputs.fitting_texts:
                base, texts = self.folder(system, seed) / MODEL, self.inputs.fitting_texts
                fit_corrections(self.recipe, base, texts, lacking, self.progress)
            for name in wanted.values():
                self._judge(name, system, seed, time.monotonic())
        self.processes.wait()

    def _judge(self, system: str, strategy: str, seed: int, clock: float) -> None:
        """Judge a system that was begun at `clock`, and say how long it took."""
        from polybatch.encoders.loading import load_encoder

        folder, name = self.folder(system, seed), f"{system}-seed{seed}"
        encoder = load_encoder(str(folder / MODEL), batch_size=1024 if self.recipe.encoder.kind == "static" else 64)
        collections = self.inputs.collections
        names: dict[str, Any] = {"system": system, "strategy": strategy, "seed": seed}
        evaluate(encoder, collections, **names, out=folder, progress=self.progress)
        write_text(folder / MODEL / CARD, model_card(read_record(folder / MODEL), score_model(folder)))
        self.seconds[name] = round(time.monotonic() - clock, 1)
        self.progress.say(f"{system}, seed {seed}: {self.seconds[name]:.0f} s")

    def _shared(self) -> Material:
        if self._material is None:
            clock, path = time.monotonic(), self.out / TOKENIZER
            is_new = not path.is_file()
            tokenizer = tokenizer_of(self.recipe, self.inputs, path, self.processes, self.progress)
            if is_new and tokenizer is not None:
                self.seconds["tokenizer"] = round(time.monotonic() - clock, 1)
            folder = self.out / TOKENS
            self._material = _material(self.recipe, self.inputs, folder, tokenizer, self.processes, Tracking())
        return self._material


def _manifest(recipe: Recipe, inputs: Inputs, command: str) -> dict[str, Any]:
    head = manifest_head("run", command)
    went_in = [
        recipe.training_json(),
        inputs.fingerprint(),
        str(sorted(head["versions"].items())),
    ]
    return head | {
        "finished": False,
        "fingerprint": content_hash(went_in),
        "recipe": {"name": recipe.name, "title": recipe.title, "text": recipe.text},
        "systems": [{"system": name, "strategy": of} for name, of in run_systems(recipe)],
        "seeds": recipe.seeds,
        "training": inputs.datasets,
        "contamination": {"rows": inputs.contaminated, "left_out": recipe.drop_contaminated},
        "collections": [describe_collection(one) for one in inputs.collections],
    }


def _begin(out: Path, manifest: dict[str, Any]) -> dict[str, float]:
    """Open the out folder for this run, or for its going on; the seconds that were spent before."""
    if (out / MANIFEST).is_file():
        before = read_manifest(out)
        if before.get("fingerprint") != manifest["fingerprint"]:
            found = "holds a run of another recipe, of other data or of other versions"
            raise RecipeError([Fault(str(out), found, "name another --out, or delete the folder")])
        manifest["created"] = before.get("created", manifest["created"])
        return dict(before.get("seconds", {}))
    write_manifest(out, manifest)
    return {}


def _check_folder(out: Path) -> None:
    """Raises RecipeError for an out folder that holds what no run puts there; the first stage of one is its table."""
    tables = (TABLE, VALIDATION, DEVELOPMENT)
    own = {
        CONTAMINATION,
        SELECTION_CONTAMINATION,
        VALIDATION_CONTAMINATION,
        *tables,
        *(f".{one}.building" for one in tables),
    }
    if (out / MANIFEST).is_file() or not out.exists():
        return
    if not out.is_dir() or any(path.name not in own for path in out.iterdir()):
        raise RecipeError([Fault(str(out), "is not empty and holds no run", "name another --out")])
