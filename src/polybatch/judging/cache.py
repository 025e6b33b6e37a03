"""Vectors kept on disk by content: what encoded which text. Plain .npy files, nothing that can run code when read."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from polybatch.encoders.fingerprint import fingerprint
from polybatch.errors import Fault, ModelError
from polybatch.files import written_aside
from polybatch.judging.scorers import Encoder
from polybatch.judging.vectors import as_array
from polybatch.progress import Progress

SHARD = 65_536  # texts whose vectors are written at once, so that an interrupted encoding goes on from there
TEXTS, VECTORS = "texts.npy", "vectors.npy"

Encode = Callable[[Sequence[str], Progress], np.ndarray]


class CachedEncoder:
    """An encoder that encodes a text once, over runs and collections; the same vectors come back to the last bit.

    Under `folder`, each encoder has a folder named by the hash of its content, so that two checkpoints never share, and
    a renamed one finds its own. Therein, queries and passages apart, are shards: hashes of texts, shape (texts, 16),
    and their vectors, float32, of `shard` texts at most. A shard is written aside and renamed: what is there is whole.
    """

    def __init__(self, encoder: Encoder, folder: Path, *, shard: int = SHARD) -> None:
        self.encoder, self.shard = encoder, shard
        self.folder = folder / fingerprint(encoder)

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of queries, from disk as far as they are there."""
        return self._encode("queries", self.encoder.encode_queries, texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of passages, from disk as far as they are there."""
        return self._encode("passages", self.encoder.encode_passages, texts, progress)

    def _encode(
        self,
        what: str,
        encode: Callable[[Sequence[str], Progress], np.ndarray],
        texts: Sequence[str],
        progress: Progress,
    ) -> np.ndarray:
        keys = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
        text_of = dict(zip(keys, texts, strict=True))
        missing = list(text_of.keys() - self._stored(what).keys())
        missing.sort(key=lambda key: (-len(text_of[key]), key))  # like lengths together, and always in one order
        for start in range(0, len(missing), self.shard):
            shard = missing[start : start + self.shard]
            self._write(what, shard, as_array(encode([text_of[key] for key in shard], progress)))
        return self._read(self._stored(what), keys)

    def _stored(self, what: str) -> dict[bytes, tuple[Path, int]]:
        """Where the vector of each text is: its shard, and its row there."""
        return {
            key.tobytes(): (shard, row)
            for shard in sorted(self.folder.glob(f"{what}-*"))
            for row, key in enumerate(_load(shard / TEXTS))
        }

    def _write(self, what: str, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        if vectors.ndim != 2 or len(vectors) != len(keys):
            found = f"the encoder gave {what} of shape {vectors.shape}"
            raise ModelError([Fault("encoder", found, f"({len(keys)}, dimensions) works")])
        if not np.isfinite(vectors).all():
            raise ModelError([Fault("encoder", f"gave {what} with NaN or infinite values", "finite vectors are kept")])
        joined = b"".join(keys)
        with written_aside(self.folder / f"{what}-{blake2b(joined, digest_size=8).hexdigest()}") as new:
            new.mkdir()
            np.save(new / TEXTS, np.frombuffer(joined, dtype=np.uint8).reshape(-1, 16), allow_pickle=False)
            np.save(new / VECTORS, vectors.astype(np.float32), allow_pickle=False)

    def _read(self, stored: dict[bytes, tuple[Path, int]], keys: Sequence[bytes]) -> np.ndarray:
        rows: dict[Path, list[tuple[int, int]]] = {}
        for place, key in enumerate(keys):
            shard, row = stored[key]
            rows.setdefault(shard, []).append((place, row))
        vectors: np.ndarray | None = None
        for shard, pairs in rows.items():
            found = _load(shard / VECTORS)
            if vectors is None:
                vectors = np.empty((len(keys), found.shape[1]), dtype=np.float32)
            places, picked = np.array(pairs).T
            vectors[places] = found[picked]
        return vectors if vectors is not None else np.empty((0, 0), dtype=np.float32)


def _load(path: Path) -> np.ndarray:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        works = "delete its folder, and its texts are encoded again"
        raise ModelError([Fault(str(path), f"cannot be read ({error})", works)]) from None
