"""Any sentence-transformers model as an encoder that can be judged."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polybatch.errors import Fault, ModelError
from polybatch.progress import Progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK = 4096  # texts between two steps of a progress bar


class SentenceEncoder:
    """Encodes with a SentenceTransformer, its own query and document prompts applied where it has them."""

    def __init__(self, model: "SentenceTransformer", *, batch_size: int = 64) -> None:
        self.model, self.batch_size = model, batch_size

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, queries=True)

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, queries=False)

    def _encode(self, texts: Sequence[str], progress: Progress, *, queries: bool) -> np.ndarray:
        encode = self.model.encode_query if queries else self.model.encode_document
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
        return vectors if vectors is not None else np.empty((0, 0), dtype=np.float32)


def load_encoder(name: str, *, batch_size: int = 64) -> SentenceEncoder:
    """The encoder of a sentence-transformers folder or hub name; raises ModelError in one line where there is none.

    Code that a model brings along is never run.
    """
    folder = Path(name)
    if folder.exists() and not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        found = "a folder that holds no model" if folder.is_dir() else "a file"
        raise ModelError([Fault(name, found, "a sentence-transformers folder holds modules.json")])
    if batch_size < 1:
        raise ModelError([Fault("batch size", str(batch_size), "1 or more works")])
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceEncoder(SentenceTransformer(name), batch_size=batch_size)
    except Exception as error:
        # whatever a foreign model's files make its loader raise, a user needs one line of it
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        works = "a sentence-transformers folder, or a hub name that is cached here or can be downloaded"
        raise ModelError([Fault(name, f"cannot be loaded as a model ({reason})", works)]) from error
