"""The whole run of a recipe: every system and seed trained and judged, resumable. Not here: the report."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from polybatch.errors import Fault, RecipeError
from polybatch.evaluation.evaluate import describe_collection, describe_mix, evaluate
from polybatch.evaluation.results import (
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
from polybatch.files import written_aside
from polybatch.progress import Progress
from polybatch.provenance import content_hash, machine, manifest_head
from polybatch.training.inputs import Inputs, load_inputs
from polybatch.training.recipe import Recipe
from polybatch.training.train import RECORD, read_record, train_system

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENIZER = "tokenizer.json"
MODEL = "model"


def run_recipe(recipe: Recipe, *, data: Path | None, out: Path, progress: Progress, command: str) -> None:
    """Train and judge every system with every seed, and write the run to `out`.

    Each system and seed has a folder under `out/systems` with its model, ranks and results; what is whole there is not
    done again, so a run that was stopped goes on with the system it was at, and gives the same numbers. At the end
    `ranks.parquet`, `top.parquet` and `results.json` of all stand in `out`. `manifest.json` is written first,
    `finished` set last.

    Raises RecipeError where `out` holds a run of another recipe, other data or other versions.
    """
    inputs = load_inputs(recipe, data=data)
    _say_what_is_never_drawn(inputs, progress)
    manifest = _manifest(recipe, inputs, command)
    seconds = _begin(out, manifest)
    clock = time.monotonic()
    cells = [(system, seed) for seed in recipe.seeds for system in recipe.systems]
    workshop = _Workshop(recipe, inputs, out, progress, seconds)
    with progress.task(f"run {recipe.name}", len(cells)) as advance:
        for system, seed in cells:
            workshop.make(system, seed)
            write_manifest(out, manifest | {"seconds": seconds})
            advance(1)

    folders = [workshop.folder(system, seed) for system in recipe.systems for seed in recipe.seeds]
    seconds["total"] = round(seconds.get("total", 0) + time.monotonic() - clock, 1)
    records = [read_record(folder / MODEL) for folder in folders]
    manifest["mix"] = [
        {"system": one["strategy"], "seed": one["seed"], **describe_mix(one["mix"])} for one in records if one["mix"]
    ]
    write_ranks(out, pa.concat_tables([read_ranks(folder) for folder in folders]).unify_dictionaries())
    write_top(out, pa.concat_tables([read_top(folder) for folder in folders]).unify_dictionaries())
    write_results(out, [result for folder in folders for result in read_results(folder)])
    write_manifest(out, manifest | {"finished": True, "seconds": seconds, "machine": machine()})


def train_one(recipe: Recipe, system: str, *, seed: int, data: Path | None, out: Path, progress: Progress) -> None:
    """Train one system of a recipe to the folder `out`, the same model that a run of the recipe trains."""
    inputs = load_inputs(recipe, data=data, systems=[system], test=False)
    _say_what_is_never_drawn(inputs, progress)
    tokenizer = _train_tokenizer(recipe, inputs, progress)
    tokens = _tokens(inputs, tokenizer, progress)
    train_system(recipe, system, seed=seed, tokenizer=tokenizer, tokens=tokens, out=out, progress=progress)


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
    _tokenizer: "Tokenizer | None" = None
    _tokens: Any = None

    def folder(self, system: str, seed: int) -> Path:
        return self.out / "systems" / f"{system}-seed{seed}"

    def make(self, system: str, seed: int) -> None:
        from polybatch.encoders.loading import load_encoder

        folder = self.folder(system, seed)
        if (folder / RESULTS).is_file():
            self.progress.say(f"{system}, seed {seed}: done before")
            return
        clock = time.monotonic()
        if not (folder / MODEL / RECORD).is_file():
            if self._tokenizer is None:
                self._tokenizer = self._make_tokenizer()
                self._tokens = _tokens(self.inputs, self._tokenizer, self.progress)
                clock = time.monotonic()
            train_system(
                self.recipe,
                system,
                seed=seed,
                tokenizer=self._tokenizer,
                tokens=self._tokens,
                out=folder / MODEL,
                progress=self.progress,
            )
        encoder = load_encoder(str(folder / MODEL), batch_size=1024)
        collections = self.inputs.collections
        names: dict[str, Any] = {"system": system, "strategy": system, "seed": seed}
        evaluate(encoder, collections, **names, out=folder, progress=self.progress)
        self.seconds[f"{system}-seed{seed}"] = round(time.monotonic() - clock, 1)
        self.progress.say(f"{system}, seed {seed}: {self.seconds[f'{system}-seed{seed}']:.0f} s")

    def _make_tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        path = self.out / TOKENIZER
        if not path.is_file():
            clock = time.monotonic()
            tokenizer = _train_tokenizer(self.recipe, self.inputs, self.progress)
            with written_aside(path) as new:
                tokenizer.save(str(new))
            self.seconds["tokenizer"] = round(time.monotonic() - clock, 1)
        return Tokenizer.from_file(str(path))


def _train_tokenizer(recipe: Recipe, inputs: Inputs, progress: Progress) -> "Tokenizer":
    from polybatch.encoders.static import train_tokenizer

    with progress.task("training the tokenizer", 1) as advance:
        tokenizer = train_tokenizer(inputs.texts, vocabulary=recipe.encoder.vocabulary)
        advance(1)
    return tokenizer


def _tokens(inputs: Inputs, tokenizer: "Tokenizer", progress: Progress) -> Any:
    from polybatch.training.tokens import TokenTable

    return TokenTable(inputs.table, tokenizer, progress)


def _manifest(recipe: Recipe, inputs: Inputs, command: str) -> dict[str, Any]:
    head = manifest_head("run", command)
    went_in = [recipe.model_dump_json(), inputs.fingerprint(), str(sorted(head["versions"].items()))]
    return head | {
        "finished": False,
        "fingerprint": content_hash(went_in),
        "recipe": {"name": recipe.name, "title": recipe.title, "text": recipe.text},
        "systems": [{"system": one, "strategy": one} for one in recipe.systems],
        "seeds": recipe.seeds,
        "training": [
            {
                "name": corpus.name,
                "licence": corpus.licence,
                "items": len(corpus.items),
                "groups": len({item.group for item in corpus.items}),
                "languages": list(corpus.languages),
            }
            for corpus in inputs.corpora
        ],
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
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RecipeError([Fault(str(out), "is not empty and holds no run", "name another --out")])
    write_manifest(out, manifest)
    return {}
