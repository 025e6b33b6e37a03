"""The whole run of a recipe: every system and seed trained and judged, resumable. Not here: the report."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from polybatch.correction.correct import system_name
from polybatch.correction.encoder import CorrectedEncoder
from polybatch.correction.record import Correction
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
from polybatch.judging.baselines.table import BASELINES
from polybatch.judging.cache import CachedEncoder
from polybatch.judging.evaluate import describe_collection, describe_mix, evaluate
from polybatch.judging.keeping import write_cases
from polybatch.judging.scorers import Encoder
from polybatch.progress import Progress, Silent
from polybatch.provenance import content_hash, machine, manifest_head
from polybatch.results.store import MANIFEST, MODEL, RESULTS, SYSTEMS, Store
from polybatch.training.card import CARD, model_card, score_model
from polybatch.training.fitting import Tracking
from polybatch.training.material import Material
from polybatch.training.processes import Processes
from polybatch.training.states import StateStore
from polybatch.training.teaching import VECTORS
from polybatch.training.train import read_record, train_system, working_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from polybatch.encoders.loading import SentenceEncoder

TOKENIZER = "tokenizer.json"
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
    vectors: Path | None = None,
) -> None:
    """Train and evaluate every system with every seed, a baseline once, and write the run to `out`.

    Each system and seed has a folder under `out/systems` with its model, ranks and results; what is whole there is not
    done again, so a run that was stopped goes on with the system it was at, at its last checkpoint, and gives the same
    numbers. Every correction of the recipe makes of each system one more, `hybrid+lsar`, with a folder of its own. At
    the end `ranks.parquet`, `top.parquet` and `results.json` of all stand in `out`, and of what earlier runs of the
    recipe with other systems or seeds have left there. `manifest.json` is written first, `finished` set last. With
    several processes all train, and the first one builds, corrects, evaluates and writes.

    `table` is a folder that `polybatch data build` wrote; without it the rows are built in `out`. `track` names where
    losses are reported to, `vectors` where a teacher's vectors are kept over runs. Raises RecipeError where `out` holds
    a run of another recipe, other data or other versions.
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
    store = Store(out)
    seconds = _begin(store, manifest) if processes.first else {}
    processes.wait()
    clock = time.monotonic()
    workshop = _Workshop(recipe, inputs, out, progress, seconds, processes, track, vectors)
    baselines = [name for name in recipe.systems if name in BASELINES]
    with progress.task(f"run {recipe.name}", len(baselines) + len(recipe.seeds) * len(recipe.encoders)) as advance:
        for name in baselines:
            if processes.first:
                workshop.judge_baseline(name)
            advance(1)
        for seed in recipe.seeds:
            started = time.monotonic()
            for system in recipe.encoders:
                workshop.make(system, seed)
                workshop.correct(system, seed)
                if processes.first:
                    store.write_manifest(manifest | {"seconds": seconds})
                advance(1)
            count, took = len(recipe.encoders), time.monotonic() - started
            progress.say(f"seed {seed}: {count} system{'s' * (count != 1)} ready after {took:.0f} s")
    if not processes.first:
        return

    seconds["total"] = round(seconds.get("total", 0) + time.monotonic() - clock, 1)
    there = [workshop.folder(one["system"], seed) for one in manifest["systems"] for seed in (None, *manifest["seeds"])]
    folders = [folder for folder in there if (folder / RESULTS).is_file()]
    records = [read_record(folder / MODEL) for folder in folders if "+" not in folder.name]
    manifest["mix"] = [
        {"system": one["strategy"], "seed": one["seed"], **describe_mix(one["mix"])}
        for one in records
        if one.get("mix")
    ]
    parts = [Store(folder) for folder in folders]
    ranks = pa.concat_tables([part.ranks for part in parts]).unify_dictionaries()
    top = pa.concat_tables([part.top for part in parts]).unify_dictionaries()
    store.write_ranks(ranks)
    store.write_top(top)
    write_cases(store, inputs.collections, ranks=ranks, top=top)
    store.write_results([result for part in parts for result in part.results])
    store.write_manifest(manifest | {"finished": True, "seconds": seconds, "machine": machine()})
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
    vectors: Path | None = None,
) -> None:
    """Train one system of a recipe to the folder `out`, the same model that a run of the recipe trains."""
    if system in BASELINES:
        raise RecipeError([Fault(f"strategy {system!r}", "is not trained", f"polybatch evaluate {system}")])
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
    material = _material(recipe, inputs, folder, tokenizer, processes, tracking, vectors)
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
    vectors: Path | None,
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
        vectors,
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
    vectors: Path | None
    _material: Material | None = None

    def folder(self, system: str, seed: int | None) -> Path:
        return self.out / SYSTEMS / (system if seed is None else f"{system}-seed{seed}")

    def judge_baseline(self, name: str) -> None:
        """Evaluate a baseline, which has no model and no seed, unless that was done before."""
        folder, clock = self.folder(name, None), time.monotonic()
        if (folder / RESULTS).is_file():
            return
        collections, progress = self.inputs.collections, self.progress
        scorer = BASELINES[name](collections)
        evaluate(scorer, collections, system=name, strategy=None, seed=None, out=folder, progress=progress)
        self.seconds[name] = round(time.monotonic() - clock, 1)

    def make(self, system: str, seed: int) -> None:
        folder, name = self.folder(system, seed), f"{system}-seed{seed}"
        if self.processes.from_first((folder / RESULTS).is_file()):
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
            if wanted:
                # each text is encoded once for all corrections of a system
                kept = self.vectors or self.out / TOKENS / VECTORS
                shared = CachedEncoder(self._encoder(self.folder(system, seed)), kept)
                for by, name in wanted.items():
                    corrected = CorrectedEncoder(shared, Correction.read(models[by]))
                    self._judge(name, system, seed, time.monotonic(), corrected)
        self.processes.wait()

    def _encoder(self, folder: Path) -> "SentenceEncoder":
        from polybatch.encoders.loading import load_encoder

        return load_encoder(str(folder / MODEL), batch_size=1024 if self.recipe.encoder.kind == "static" else 64)

    def _judge(self, system: str, strategy: str, seed: int, clock: float, encoder: Encoder | None = None) -> None:
        """Evaluate a system that was begun at `clock`, and record how long it took; its model, unless one is given."""
        folder, name = self.folder(system, seed), f"{system}-seed{seed}"
        encoder = encoder or self._encoder(folder)
        collections = self.inputs.collections
        names: dict[str, Any] = {"system": system, "strategy": strategy, "seed": seed}
        evaluate(encoder, collections, **names, out=folder, progress=self.progress)
        write_text(folder / MODEL / CARD, model_card(read_record(folder / MODEL), score_model(folder)))
        self.seconds[name] = round(time.monotonic() - clock, 1)

    def _shared(self) -> Material:
        if self._material is None:
            clock, path = time.monotonic(), self.out / TOKENIZER
            is_new = not path.is_file()
            tokenizer = tokenizer_of(self.recipe, self.inputs, path, self.processes, self.progress)
            if is_new and tokenizer is not None:
                self.seconds["tokenizer"] = round(time.monotonic() - clock, 1)
            folder = self.out / TOKENS
            arguments = (self.recipe, self.inputs, folder, tokenizer, self.processes, Tracking(), self.vectors)
            self._material = _material(*arguments)
        return self._material


def _manifest(recipe: Recipe, inputs: Inputs, command: str) -> dict[str, Any]:
    head = manifest_head("run", command)
    went_in = {
        "recipe": recipe.training_json(),
        "data": inputs.fingerprint(),
        "versions": str(sorted(head["versions"].items())),
    }
    return head | {
        "finished": False,
        "fingerprint": content_hash(went_in.values()),
        "fingerprints": {name: content_hash([part]) for name, part in went_in.items()},
        "recipe": {"name": recipe.name, "title": recipe.title, "text": recipe.text},
        "systems": [{"system": name, "strategy": None if of in BASELINES else of} for name, of in run_systems(recipe)],
        "seeds": recipe.seeds,
        "training": inputs.datasets,
        "contamination": {"rows": inputs.contaminated, "left_out": recipe.drop_contaminated},
        "collections": [describe_collection(one) for one in inputs.collections],
    }


def _begin(store: Store, manifest: dict[str, Any]) -> dict[str, float]:
    """Open the out folder for this run, or for its going on; the seconds that were spent before.

    Systems and seeds that the folder has beside this run's stay in the manifest.
    """
    if store.has(MANIFEST):
        before, stored = store.manifest, store.stored_manifest
        if before.fingerprint != manifest["fingerprint"]:
            works = "name another --out, or delete the folder"
            raise RecipeError([Fault(str(store.folder), _unlike(stored, manifest), works)])
        manifest["created"] = before.created or manifest["created"]
        manifest["systems"] = _with_earlier(stored.get("systems", []), manifest["systems"])
        manifest["seeds"] = sorted({*before.seeds, *manifest["seeds"]})
        return dict(before.seconds)
    store.write_manifest(manifest)
    return {}


def _with_earlier(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The systems of a folder and of a run in it, each once, in the order of the longer list, the other's after it."""
    first, second = (before, now) if len(before) > len(now) else (now, before)
    return list({one["system"]: one for one in (*first, *second)}.values())


def _unlike(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """In what a folder's run differs from the one that is asked for."""
    if (was := before.get("fingerprints")) is None:
        return "holds a run of another recipe, of other data or of other versions"
    versions = before.get("versions", {})
    changed = ", ".join(
        f"{name} {versions.get(name)}" for name, one in now["versions"].items() if versions.get(name) != one
    )
    told = {"recipe": "of another recipe", "data": "of other data", "versions": f"made with other versions ({changed})"}
    differs = [words for name, words in told.items() if was.get(name) != now["fingerprints"][name]]
    return f"holds a run {' and '.join(differs)}"


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
