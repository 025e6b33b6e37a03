"""What a pretrained encoder gives a training: vectors to start from and vectors to imitate. Not here: the losses."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from polybatch.encoders.settings import StaticEncoder
from polybatch.judging.cache import CachedEncoder
from polybatch.progress import Progress
from polybatch.training.losses.table import LOSSES
from polybatch.training.losses.teacher import TeacherVectors, teacher_scores, teacher_vectors
from polybatch.training.material import Material
from polybatch.training.settings import TrainingRecipe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Made = TypeVar("Made")
VECTORS = "vectors"
"""Where they are kept in the folder of a recipe's material, unless it names another."""
SHARD = 4_096  # texts; a transformer encodes them in minutes, which is what is lost when it is stopped


def start_of(recipe: TrainingRecipe, material: Material, progress: Progress) -> np.ndarray | None:
    """The vectors that the subwords of a static encoder start from; None for an encoder that starts from nothing."""
    settings = recipe.encoder
    if not isinstance(settings, StaticEncoder) or not settings.start:
        return None
    from polybatch.encoders.distilled import SubwordEncoder, initial_vectors, words_of

    assert material.tokenizer is not None
    words = words_of(material.tokenizer)
    encoder = _kept(SubwordEncoder(settings.start), material)
    vectors = _first_by_the_first(material, lambda: encoder.encode_passages(words, progress))
    return initial_vectors(words, vectors, settings)


def teacher_of(
    recipe: TrainingRecipe, model: "SentenceTransformer", material: Material, progress: Progress
) -> TeacherVectors | None:
    """The vectors of the teacher of a distillation; None for a loss without a teacher."""
    loss = recipe.loss
    if not loss.teacher:
        return None
    from polybatch.encoders.loading import load_encoder

    teacher = _kept(load_encoder(loss.teacher, dtype="auto"), material)
    options: dict[str, Any] = {"language": loss.teacher_language, "progress": progress}
    make: Callable[[], TeacherVectors]
    if "teacher_reads" in LOSSES[loss.name].options:  # scores to imitate, not places
        make = partial(teacher_scores, material.table, teacher, reads=loss.teacher_reads, **options)
    else:
        dimensions = model.get_sentence_embedding_dimension()
        assert dimensions is not None
        make = partial(teacher_vectors, material.table, teacher, dimensions=dimensions, **options)
    return _first_by_the_first(material, make)


def _kept(encoder: Any, material: Material) -> CachedEncoder:
    """An encoder whose vectors are kept on disk by what it and the texts hold, for every training that comes after."""
    return CachedEncoder(encoder, material.vectors or Path(material.folder) / VECTORS, shard=SHARD)


def _first_by_the_first(material: Material, make: Callable[[], Made]) -> Made:
    """What every process makes, the first one ahead of the others, so that they find on disk what it encoded."""
    if material.processes.first:
        made = make()
    material.processes.wait()
    return made if material.processes.first else make()
