"""What losses must know of a batch beside its texts: translations of queries, a teacher's vectors, languages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.errors import Fault, RecipeError
from polybatch.hashing import key_of
from polybatch.sampling.plan import Batch
from polybatch.table.columns import side_name
from polybatch.table.shape import NEGATIVES, QUERY, CorpusShape
from polybatch.training.losses.loss import LANGUAGES, TEACHER, TRANSLATIONS
from polybatch.training.losses.settings import LossSettings
from polybatch.training.losses.teacher import TeacherVectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from polybatch.sampling.trainer import BatchSource

TRANSLATION = "translation"
"""The column of translations, after all others."""


def loss_inputs(
    source: "BatchSource",
    settings: LossSettings,
    *,
    model: "SentenceTransformer",
    prompts: Mapping[str, str] | str | None = None,
    teacher: TeacherVectors | None = None,
) -> "BatchSource":
    """The source of a training's batches, with what the loss needs beside the texts; `source` itself if it needs none.

    `source` gives texts, or texts already tokenized. Texts are tokenized here, by `model`, with `prompts` as the
    training arguments have them: those of `query` go before translations too. `teacher`: for distillation, the vectors
    that `teacher_vectors` gives. Raises RecipeError where rows lack a second language of their query.
    """
    if settings.needs is None:
        return source
    if settings.needs == TRANSLATIONS and (faults := _untranslated(source.shape)):
        raise RecipeError(faults)
    if settings.needs == TEACHER and (teacher is None or len(teacher.queries) != source.shape.rows):
        given = "no vectors" if teacher is None else f"vectors of {len(teacher.queries)} rows"
        wanted = f"those of all {source.shape.rows} rows: teacher_vectors gives them"
        raise RecipeError([Fault("teacher", given, wanted)])
    if isinstance(prompts, Mapping) and "query" in prompts:
        prompts = {**prompts, TRANSLATION: prompts["query"]}
    return LossInputs(source, settings.needs, model, prompts, teacher)


@dataclass(frozen=True)
class LossInputs:
    """Batches of another source as features of the model, and beside them what a loss needs.

    `translations`: a last column, the query of each row in another language, drawn uniformly among those that the row
    has, by the numbers of batch and row; and `translation_language`, the languages drawn. `teacher`: the tensors
    `query_teacher` and `passage_teacher`, shape (rows, dimensions). `languages`: the tensors `query_language`,
    `passage_language`, `negative_1_language` and so on, shape (rows,), numbers among the plan's languages.
    sentence-transformers hands all that begins with a column's name to the loss among the features of that column;
    the losses take it off before the model sees it.
    """

    source: "BatchSource"
    needs: str
    model: "SentenceTransformer"
    prompts: Mapping[str, str] | str | None
    teacher: TeacherVectors | None

    @property
    def shape(self) -> CorpusShape:
        """What a plan needs to know."""
        return self.source.shape

    def fetch(self, batch: Batch) -> dict[str, Any]:
        """The features of a batch, in the order of its columns."""
        import torch

        features = self._features(batch)
        if self.needs == TRANSLATIONS:
            languages = translations(self.shape, batch)
            translated = replace(batch, queries=languages, negatives=batch.negatives[:, :0])
            features |= {
                key.replace("query", TRANSLATION, 1): value
                for key, value in self._features(translated, only="query").items()
                if key.startswith("query_")
            }
            features[f"{TRANSLATION}_language"] = torch.from_numpy(languages.astype(np.int64))
        if self.needs == TEACHER and self.teacher is not None:
            for name, vectors in (("query", self.teacher.queries), ("passage", self.teacher.passages)):
                features[f"{name}_teacher"] = torch.from_numpy(np.asarray(vectors[batch.rows]))
        if self.needs == LANGUAGES:
            for side, languages in enumerate((batch.queries, batch.passages, *batch.negatives.T)):
                features[f"{side_name(side)}_language"] = torch.from_numpy(languages.astype(np.int64))
        return features

    def _features(self, batch: Batch, *, only: str = "") -> dict[str, Any]:
        from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator

        rows = self.source.fetch(batch)
        if isinstance(rows, dict):
            return rows
        collate = SentenceTransformerDataCollator(self.model.preprocess, prompts=self.prompts)  # type: ignore[arg-type]
        return dict(collate([{only: row[only]} for row in rows] if only else rows))


def translations(shape: CorpusShape, batch: Batch) -> np.ndarray:
    """For each row of a batch, another language that it has its query in: int16, numbers among the languages."""
    has = np.zeros((len(batch), len(shape.languages)), dtype=bool)
    dataset = np.searchsorted(shape.firsts, batch.rows, side="right") - 1
    for number in np.unique(dataset).tolist():
        inside = np.flatnonzero(dataset == number)
        corpus = shape.datasets[number]
        pattern = 0 if corpus.pattern_of is None else corpus.pattern_of[batch.rows[inside] - shape.firsts[number]]
        has[inside] = corpus.patterns[pattern, QUERY]
    has[np.arange(len(batch)), batch.queries] = False
    chance = (key_of(NEGATIVES, batch.number, batch.rows) >> np.uint64(33)).astype(np.int64)
    # the k-th of the languages that a row has, k drawn uniformly
    chosen = chance % has.sum(axis=1)
    languages: np.ndarray = (np.cumsum(has, axis=1) > chosen[:, None]).argmax(axis=1).astype(np.int16)
    return languages


def _untranslated(shape: CorpusShape) -> list[Fault]:
    """A fault for every dataset with rows that have their query in one language only."""
    faults = []
    for dataset in shape.datasets:
        alone = int(dataset.pattern_rows[dataset.patterns[:, QUERY].sum(axis=1) < 2].sum())
        if alone:
            untranslated = f"{alone} of {dataset.rows} rows have their query in one language only"
            instead = "a loss that needs no translations, or without the dataset"
            faults.append(Fault(f"dataset {dataset.name}", untranslated, instead))
    return faults
