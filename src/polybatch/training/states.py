"""What frozen layers give for each text, kept on disk, and batches with it. Not here: how a model is cut in two."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.sampling.plan import Batch
from polybatch.table.shape import CorpusShape
from polybatch.training.frozen import Halves

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.sampling.trainer import BatchSource

MOST_KEPT = 8 * 2**30  # bytes
TOKENS_AT_ONCE = 1024  # that go through the frozen layers together, padding included
MULTIPLE = 8  # of tokens, that texts are padded to there
STATES, MASK, IDS = "lower_states", "attention_mask", "input_ids"


class StateStore:
    """Bytes by key, in a file without a name in a folder: it goes with the process, however that ends.

    `most` bytes are kept, and no more than half of what the disk had free; what comes later is not kept. The file is
    read and written, not mapped: what is kept then does not count as this process's memory.
    """

    def __init__(self, folder: Path, *, most: int = MOST_KEPT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.most = min(most, shutil.disk_usage(folder).free // 2)
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  # open as long as the store is
        self._places: dict[bytes, tuple[int, int]] = {}
        self.size = 0

    def described(self) -> str:
        """Where it is and how large it may get, in words."""
        return f"what they give is kept on the disk of {self.folder}, {self.most / 2**30:.1f} GiB at most"

    def get(self, key: bytes) -> bytes | None:
        """What was put there, None where nothing was kept."""
        place = self._places.get(key)
        if place is None:
            return None
        self._file.seek(place[0])
        return self._file.read(place[1])

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value, if there is room for it."""
        if self.size + len(value) > self.most or key in self._places:
            return
        self._file.seek(self.size)
        try:
            self._file.write(value)
        except OSError:  # another program filled the disk
            self.most = self.size
            return
        self._places[key] = (self.size, len(value))
        self.size += len(value)


@dataclass(frozen=True)
class LowerStates:
    """Batches of another source, and with each column the states that frozen layers give for its token ids.

    They stand beside the ids as `lower_states`, shape (rows, longest, width), zeros where there is padding: float32 if
    the training is, else float16, which keeps more of a state than bfloat16 does. A text goes through the layers once,
    with others of like length, and its states are kept in `store`.
    """

    source: "BatchSource"
    halves: Halves
    store: StateStore
    half_precision: bool
    device: str = "cpu"

    @property
    def shape(self) -> CorpusShape:
        """What a plan needs to know."""
        return self.source.shape

    def fetch(self, batch: Batch) -> dict[str, Any]:
        """The features of a batch."""
        features = self.source.fetch(batch)
        assert isinstance(features, dict)
        columns = [key.removesuffix(MASK) for key in features if key.endswith(f"_{MASK}")]
        states = {
            f"{column}{STATES}": self._states(features[f"{column}{IDS}"], features[f"{column}{MASK}"])
            for column in columns
        }
        return features | states

    def _states(self, ids: "Tensor", mask: "Tensor") -> "Tensor":
        import torch

        texts = [row[:length] for row, length in zip(ids.numpy(), mask.sum(dim=1).tolist(), strict=True)]
        keys = [blake2b(text.tobytes(), digest_size=16).digest() for text in texts]
        kept = {key: self.store.get(key) for key in dict.fromkeys(keys)}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if kept[key] is None}
        for part in self._parts(missing):
            for key, states in zip(part, self._run([missing[key] for key in part]), strict=True):
                kept[key] = states.tobytes()
                self.store.put(key, states.tobytes())
        kind = np.float16 if self.half_precision else np.float32
        padded = np.zeros((*mask.shape, self.halves.width), dtype=kind)
        for row, key in enumerate(keys):
            padded[row, : len(texts[row])] = np.frombuffer(kept[key] or b"", kind).reshape(-1, self.halves.width)
        return torch.from_numpy(padded)

    def _parts(self, texts: Mapping[bytes, np.ndarray]) -> Iterator[list[bytes]]:
        """The keys of texts in parts of one width, which go through the layers together.

        What a text gives does not depend on what goes with it, to the bit: a training that goes on, and has to make
        anew what was kept, ends as it would have. Products of 16 bits are such; of 32 bits, those of one text alone.
        """
        in_order = sorted(texts, key=lambda key: len(texts[key]))
        for width, same in groupby(in_order, lambda key: _width(texts[key])):
            keys = list(same)
            size = max(1, TOKENS_AT_ONCE // width) if self.half_precision else 1
            yield from (keys[first : first + size] for first in range(0, len(keys), size))

    def _run(self, texts: list[np.ndarray]) -> list[np.ndarray]:
        """The states that the lower half gives for texts of one width, each of shape (tokens, width)."""
        import torch

        ids = torch.zeros((len(texts), _width(texts[0])), dtype=torch.int64, device=self.device)
        mask = torch.zeros_like(ids)
        for row, text in enumerate(texts):
            ids[row, : len(text)], mask[row, : len(text)] = torch.from_numpy(text), 1
        with torch.no_grad(), torch.autocast(self.device, torch.bfloat16, enabled=self.half_precision):
            states = self.halves.lower(input_ids=ids, attention_mask=mask).last_hidden_state
        kind = torch.float16 if self.half_precision else torch.float32
        return [states[row, : len(text)].to("cpu", kind).numpy() for row, text in enumerate(texts)]


def _width(text: np.ndarray) -> int:
    return max(1, -(-len(text) // MULTIPLE) * MULTIPLE)
