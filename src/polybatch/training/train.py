"""Train one system of a recipe to a model's folder, resumable. Not here: the run over systems and seeds."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.encoders.building import build_encoder
from polybatch.encoders.loading import RECORD
from polybatch.encoders.opening import quiet_loading
from polybatch.files import read_json, written_aside
from polybatch.progress import Progress
from polybatch.provenance import content_hash, versions
from polybatch.training.card import model_card
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.fitting import Fitted, fit
from polybatch.training.material import Material, tokenized
from polybatch.training.selection import make_selecting
from polybatch.training.settings import UNTUNED, TrainingRecipe
from polybatch.training.teaching import start_of, teacher_of
from polybatch.training.tuning import apply_tuning, finish_tuning

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ADAPTER = "adapter"
LOSSES = "losses.csv"
"""The file in a model's folder with the loss of every step."""


def working_folder(out: Path) -> Path:
    """Where a training keeps its checkpoints until the model is whole, and is removed: hidden, beside the model's."""
    return out.with_name(f".{out.name}.training")


def train_system(
    recipe: TrainingRecipe, system: str, *, seed: int, material: Material, out: Path, progress: Progress
) -> None:
    """Train one system of a recipe and write it to `out`, a folder that `SentenceTransformer(out)` loads.

    `untuned` is the encoder before its first step. The folder is written whole or not at all; a training that was
    stopped goes on from its last checkpoint. With several processes all train, and the first one writes.
    """
    model = build_encoder(
        recipe.encoder,
        texts=material.texts,
        seed=seed,
        tokenizer=material.tokenizer,
        normalisation=recipe.normalisation,
        start=start_of(recipe, material, progress),
    )
    record: dict[str, Any] = {"strategy": system, "seed": seed, "recipe": recipe.model_dump(mode="json"), "mix": {}}
    fitted: Fitted | None = None
    if system != UNTUNED:
        fitted, cut = _train(recipe, system, model, seed=seed, material=material, out=out, progress=progress)
        record |= {
            "mix": fitted.mix,
            "hardware": fitted.hardware.as_record() | {"processes": material.processes.count},
            "cut": cut,
            "selection": fitted.selection,
        }
    record |= {"datasets": material.datasets, "versions": versions()}
    if material.processes.first:
        with written_aside(out) as new:
            with quiet_loading():
                model.save(str(new), create_model_card=False)
            if (adapter := working_folder(out) / ADAPTER).is_dir():
                shutil.move(adapter, new / ADAPTER)
            (new / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            (new / "README.md").write_text(model_card(record), encoding="utf-8")
            if fitted:
                lines = [f"{step},{loss!r}\n" for step, loss in enumerate(fitted.losses, start=1)]
                (new / LOSSES).write_text("step,loss\n" + "".join(lines), encoding="utf-8")
        shutil.rmtree(working_folder(out), ignore_errors=True)
    material.processes.wait()


def read_record(model: str | Path) -> dict[str, Any]:
    """What polybatch wrote beside a model it trained; empty for any other model."""
    path = Path(model) / RECORD
    try:
        record = read_json(path)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _train(
    recipe: TrainingRecipe,
    system: str,
    model: "SentenceTransformer",
    *,
    seed: int,
    material: Material,
    out: Path,
    progress: Progress,
) -> tuple[Fitted, Any]:
    """Train the model in place; what the training was, and how many texts were cut."""
    base = apply_tuning(model, recipe.tuning, seed=seed)
    tokens = tokenized(recipe, model, material, material.table, "tokens", progress)
    parts = [
        recipe.training_json(),
        material.fingerprint,
        system,
        str(seed),
        str(sorted(versions().items())),
    ]
    checkpoints = Checkpoints(working_folder(out), content_hash(parts))
    fitted = fit(
        model,
        recipe,
        tokens,
        material.table,
        strategy=system,
        seed=seed,
        checkpoints=checkpoints,
        progress=progress,
        title=f"training {system}, seed {seed}",
        processes=material.processes,
        tracking=material.tracking,
        selecting=make_selecting(recipe, model, material, folder=checkpoints.folder, progress=progress),
        teacher=teacher_of(recipe, model, material, progress),
        states=material.states,
    )
    finish_tuning(
        model, recipe.tuning, base, adapter=working_folder(out) / ADAPTER if material.processes.first else None
    )
    return fitted, tokens.cut
