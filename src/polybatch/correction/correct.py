"""Correct a model on development texts: encode them, fit, put the correction at its end, save. One folder out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.correction.development import DevelopmentTexts
from polybatch.correction.fitting import fit_correction
from polybatch.correction.record import Correction
from polybatch.correction.table import PIVOT
from polybatch.errors import DataError, Fault, ModelError
from polybatch.files import written_aside
from polybatch.progress import Progress

if TYPE_CHECKING:
    from polybatch.encoders.loading import SentenceEncoder


def system_name(system: str, by: str) -> str:
    """What a corrected system is called: `hybrid+lsar`."""
    return f"{system}+{by}"


def encode_development(
    encoder: "SentenceEncoder", texts: DevelopmentTexts, progress: Progress
) -> dict[str, np.ndarray]:
    """Vectors of development texts by language, as of passages: float32, shape (texts, dimensions)."""
    return {code: encoder.encode_passages(some, progress) for code, some in texts.texts.items()}


def correct_model(
    encoder: "SentenceEncoder",
    by: str,
    texts: DevelopmentTexts,
    *,
    out: Path,
    progress: Progress,
    vectors: Mapping[str, np.ndarray] | None = None,
    rank: int | None = None,
    pivot: str = PIVOT,
    strength: float | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Correction:
    """Fit one of CORRECTIONS and save the corrected model to the folder `out`, whole or not at all.

    `vectors` are those of `encode_development`, where several corrections share them. `beside`: more files of the
    folder, JSON values by name. The rest is as in `fit_correction` and `corrected_model`, whose errors this raises;
    and ModelError where `out` holds something that is no model.
    """
    from polybatch.correction.model import corrected_model
    from polybatch.encoders.opening import quiet_loading

    if out.exists() and not (out / "modules.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise ModelError([Fault(str(out), "is not empty and holds no model", "name another folder")])
    vectors = encode_development(encoder, texts, progress) if vectors is None else vectors
    correction = fit_correction(by, vectors, texts.items, rank=rank, pivot=pivot, strength=strength)
    model = corrected_model(encoder.model, correction)
    with written_aside(out) as new, quiet_loading():
        model.save(str(new), create_model_card=False)
        correction.write(new)
        for name, value in (beside or {}).items():
            (new / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return correction


def parse_files(text: str) -> dict[str, Path]:
    """Files by language out of `en=a.en,sw=a.sw`. Raises DataError for anything else."""
    found = [part.partition("=") for part in text.split(",")]
    files = {code.strip(): Path(path.strip()) for code, _, path in found if code.strip() and path.strip()}
    if len(files) < len(found) or len(files) < 2:
        raise DataError([Fault("--on-files", repr(text), "a file each in two languages or more: en=dev.en,sw=dev.sw")])
    return files
