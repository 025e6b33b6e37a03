"""Any sentence-transformers model as an encoder that can be judged and searched with. Not here: finding its files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.encoders.families import applied_prompts
from polybatch.encoders.lengths import Cut, count_cut
from polybatch.encoders.opening import open_model
from polybatch.errors import Fault, ModelError
from polybatch.progress import Progress
from polybatch.text.normalisation import Normalisation, normalise

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK = 4096  # texts between two steps of a progress bar

RECORD = "polybatch.json"
"""The file in a model's folder that says how it came to be."""


class SentenceEncoder:
    """Encodes with a SentenceTransformer, its own query and document prompts applied where it has them.

    Texts are first `prepared`.
    """

    def __init__(
        self, model: "SentenceTransformer", *, batch_size: int = 64, normalisation: Normalisation | None = None
    ) -> None:
        self.model, self.batch_size, self.normalisation = model, batch_size, normalisation
        if normalisation is not None:
            # vectors depend on it, so it stands where the model's other settings stand and a fingerprint reads them
            settings: Any = self.model
            settings.normalisation = normalisation.to_record()

    @property
    def prompts(self) -> tuple[str, str]:
        """What stands before queries and passages."""
        return applied_prompts(self.model.prompts)

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, queries=True)

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, queries=False)

    def count_cut(self, texts: Sequence[str], *, queries: bool) -> Cut:
        """How many of the texts are longer than what is read of them; they are tokenized, not encoded."""
        return count_cut(self.model, map(self._normalised, texts), queries=queries)

    def _normalised(self, text: str) -> str:
        return prepared(text, self.normalisation)

    def _encode(self, texts: Sequence[str], progress: Progress, *, queries: bool) -> np.ndarray:
        encode = self.model.encode_query if queries else self.model.encode_document
        texts = [self._normalised(text) for text in texts]
        # longest first, so that texts of like length share a batch and memory peaks at once, not at the end
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        vectors: np.ndarray | None = None
        with progress.task(f"encoding {'queries' if queries else 'passages'}", len(texts)) as advance:
            for start in range(0, len(texts), CHUNK):
                chosen = order[start : start + CHUNK]
                chunk = encode(
                    [texts[index] for index in chosen],
                    batch_size=self.batch_size,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
                if vectors is None:
                    vectors = np.empty((len(texts), chunk.shape[1]), dtype=np.float32)
                vectors[chosen] = chunk
                advance(len(chosen))
        if vectors is None:
            return np.empty((0, 0), dtype=np.float32)
        return self._unit_length(vectors) if self._is_rounded_unit_length() else vectors

    def _is_rounded_unit_length(self) -> bool:
        """Whether the model's last module cut vectors to length 1 in a type too coarse for it."""
        import torch
        from sentence_transformers.sentence_transformer.modules import Normalize

        return isinstance(self.model[-1], Normalize) and self.model.dtype not in (torch.float32, None)

    @staticmethod
    def _unit_length(vectors: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: np.ndarray = vectors / np.where(lengths > 0, lengths, 1)
        return unit


def prepared(text: str, normalisation: Normalisation | None) -> str:
    """A text for a model's tokenizer: normalised, unless that does it itself, without halves of surrogate pairs."""
    normalised = text if normalisation is None else normalise(text, normalisation)
    return normalised.encode(errors="ignore").decode()  # tokenizers refuse them


def load_encoder(
    name: str,
    *,
    batch_size: int = 64,
    revision: str | None = None,
    device: str | None = None,
    dtype: str = "float32",
) -> SentenceEncoder:
    """The encoder of a folder or hub name; raises ModelError in one line where there is none.

    `device` is `cpu`, `cuda` or the like, None for a GPU if there is one. `dtype` is what the weights of a transformer
    are held in: one of DTYPES, or `auto` for bfloat16 where the processor computes in it. Vectors come as float32.
    A model that polybatch trained reads texts as they were normalised in training: its tokenizer does that. Models of
    before, whose tokenizer does not, have it done here.
    """
    if batch_size < 1:
        raise ModelError([Fault("batch size", str(batch_size), "1 or more works")])
    normalisation = stored_normalisation(Path(name).expanduser())
    model = open_model(name, revision=revision, device=device, dtype=dtype)
    return SentenceEncoder(model, batch_size=batch_size, normalisation=normalisation)


def stored_normalisation(folder: Path) -> Normalisation | None:
    """How texts are to be normalised for a model of polybatch's whose tokenizer does not do it; else None."""
    path = folder / RECORD
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    stored = record.get("normalisation") if isinstance(record, dict) else None
    if stored is None:
        return None
    try:
        return Normalisation.from_record(stored)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        works = "the table `normalisation` as polybatch wrote it, or without that key"
        raise ModelError([Fault(str(path), f"normalisation cannot be read ({reason})", works)]) from None
