"""Frozen lower layers of a transformer: they run once per text, and what they give is kept. Not here: which freeze."""

import copy
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.errors import Fault, ModelError
from polybatch.sampling.plan import Batch
from polybatch.sampling.shape import CorpusShape

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor, nn

    from polybatch.sampling.trainer import BatchSource

MOST_KEPT = 8 * 2**30  # bytes
TOKENS_AT_ONCE = 1024  # that go through the frozen layers together, padding included
MULTIPLE = 8  # of tokens, that texts are padded to there
STATES, MASK, IDS = "lower_states", "attention_mask", "input_ids"
LIKENESS = 1e-4  # largest difference of a state in two halves from the same in one piece, beside its size


@dataclass(frozen=True)
class Halves:
    """A transformer cut in two between layers: `lower` turns token ids into states, `upper` these into the last ones.

    A state has `width` numbers. Both share their weights with the whole one. `lower` never drops anything out, whatever
    mode the whole one is in.
    """

    lower: "nn.Module"
    upper: "nn.Module"
    width: int


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


def check_layers(model: "SentenceTransformer", train_layers: int) -> int:
    """How many lower layers are frozen where the last `train_layers` learn.

    Raises ModelError where the model has not as many, and for a transformer that is not of BERT's form: embeddings,
    then layers one after another.
    """
    body = _body(model)
    layers = getattr(getattr(body, "encoder", None), "layer", None)
    if layers is None or not hasattr(body, "embeddings"):
        works = "models of BERT's form: BERT, RoBERTa, XLM-R, LaBSE, E5, bge-m3; for others LoRA"
        raise ModelError([Fault("tuning.train_layers", f"a {type(body).__name__}", works)])
    if train_layers > len(layers):
        found = f"{train_layers} of a model with {len(layers)} layers"
        raise ModelError([Fault("tuning.train_layers", found, f"1 to {len(layers)}")])
    return len(layers) - train_layers


def freeze_lower(model: "SentenceTransformer", frozen: int) -> None:
    """Let the embeddings and the first `frozen` layers of a transformer learn nothing."""
    body = _body(model)
    body.embeddings.requires_grad_(False)
    for layer in body.encoder.layer[:frozen]:
        layer.requires_grad_(False)


@contextmanager
def cut_in_two(model: "SentenceTransformer", frozen: int, *, device: str) -> Iterator[Halves]:
    """Within the block, features with `lower_states` go through the upper layers alone; others through all.

    Raises ModelError for a model that computes another thing in two halves than in one piece.
    """
    body = _body(model)
    encoder = body.encoder
    lower_layers, upper_layers = encoder.layer[:frozen], encoder.layer[frozen:]
    lower = _with(body, encoder=_with(encoder, layer=lower_layers), pooler=None)
    shared = {id(one): one for one in chain(body.parameters(), body.buffers())}
    halves = Halves(
        # a copy of the modules around the same weights, for they are to stay in evaluation mode when the others train
        copy.deepcopy(lower, shared).eval(),
        _with(body, embeddings=_given(), encoder=_with(encoder, layer=upper_layers)),
        body.config.hidden_size,
    )
    _compare(body, halves)
    halves.lower.to(device)
    whole: Callable[..., Any] = body.forward

    def forward(input_ids: Any = None, lower_states: Any = None, **others: Any) -> Any:
        if lower_states is None:
            return whole(input_ids=input_ids, **others)
        return halves.upper(inputs_embeds=lower_states.to(body.dtype), **others)

    body.forward = forward
    try:
        yield halves
    finally:
        del body.forward


def _body(model: "SentenceTransformer") -> Any:
    return getattr(model[0], "model", None)


def _with(module: Any, **children: Any) -> Any:
    """A module with some of its children replaced, all else shared."""
    part = copy.copy(module)
    part._modules = {**module._modules, **children}
    return part


def _given() -> "nn.Module":
    """Embeddings that are handed in."""
    from torch import nn

    class Given(nn.Module):
        def forward(self, *_: Any, inputs_embeds: Any, **__: Any) -> Any:
            return inputs_embeds

    return Given()


def _compare(body: Any, halves: Halves) -> None:
    """Raises ModelError unless both halves give what the whole gives, for some ids of two lengths."""
    import torch

    ids = torch.arange(5, 5 + 24, device=body.device).reshape(2, 12) % body.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    was_training = body.training
    body.eval()
    with torch.no_grad():
        whole = body(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()]
        states = halves.lower(input_ids=ids, attention_mask=mask).last_hidden_state
        parts = halves.upper(inputs_embeds=states, attention_mask=mask).last_hidden_state[mask.bool()]
    body.train(was_training)
    if not torch.allclose(whole, parts, atol=LIKENESS, rtol=LIKENESS):
        found = f"a {type(body).__name__}, whose layers do not only follow one another"
        raise ModelError([Fault("tuning.train_layers", found, "leave it out; LoRA learns in chosen layers")])


def _width(text: np.ndarray) -> int:
    return max(1, -(-len(text) // MULTIPLE) * MULTIPLE)
