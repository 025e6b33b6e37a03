"""A saved static encoder as a tokenizer and a NumPy table of vectors: search without torch. Not here: training.

It reads the folders of `StaticEmbedding`, sentence-transformers' and model2vec's, and of our `NgramEmbedding`.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from polybatch.encoders.families import applied_prompts, prompts_of
from polybatch.encoders.hub import find_model, model_file, read_json
from polybatch.encoders.loading import SentenceEncoder, load_encoder, prepared, stored_normalisation
from polybatch.encoders.ngrams import ABOUT, NgramTokenizer
from polybatch.progress import Progress
from polybatch.text.normalisation import Normalisation

STATIC, NGRAM, UNIT = "StaticEmbedding", "NgramEmbedding", "Normalize"
KNOWN = ((STATIC,), (STATIC, UNIT), (NGRAM,), (NGRAM, UNIT))
"""The modules of a model that is read here, by the names of their classes."""

OURS = ("sentence_transformers.", "polybatch.")
AT_ONCE = 1_024  # texts tokenized together
LEAST = np.float32(1e-12)  # what torch's `normalize` divides by, at least


class Lexical(NamedTuple):
    """The part that is not learned: the column and the value of each id, how many columns, their length together."""

    columns: np.ndarray
    values: np.ndarray
    dimensions: int
    share: float


class LookupEncoder:
    """Encodes as the model does in torch, within the rounding of float32, and has the same fingerprint.

    A text is the mean of its ids' rows of `table`, shape (ids, dimensions), float32 or float16. `prompts` stand before
    queries and passages. With `unit`, vectors are scaled to length 1.
    """

    def __init__(
        self,
        tokenizer: Any,
        table: np.ndarray,
        *,
        prompts: tuple[str, str] = ("", ""),
        lexical: Lexical | None = None,
        unit: bool = False,
        normalisation: Normalisation | None = None,
    ) -> None:
        self.tokenizer, self.table, self.prompts, self.lexical, self.unit = tokenizer, table, prompts, lexical, unit
        self.normalisation = normalisation

    @classmethod
    def of(cls, model: Any, normalisation: Normalisation | None = None) -> Self | None:
        """That of a SentenceTransformer in memory, whose weights it shares; None for a model that is not read here."""
        names = _names(f"{type(one).__module__}.{type(one).__name__}" for one in model.children())
        if names not in KNOWN or getattr(model, "default_prompt_name", None) or getattr(model, "truncate_dim", None):
            return None
        body = next(model.children())
        weights = {name: tensor.detach().cpu() for name, tensor in body.state_dict().items()}
        if str(weights["embedding.weight"].dtype) not in ("torch.float32", "torch.float16"):
            return None
        table, lexical = weights["embedding.weight"].numpy(), None
        if names[0] == NGRAM and body.dimensions:
            lexical = Lexical(weights["columns"].numpy(), weights["values"].numpy(), body.dimensions, body.share)
        prompts = applied_prompts(model.prompts)
        return cls(
            body.tokenizer, table, prompts=prompts, lexical=lexical, unit=UNIT in names, normalisation=normalisation
        )

    @classmethod
    def read(cls, name: str) -> Self | None:
        """That of a folder or hub name; None for a model that is not read here, or whose files are not whole.

        Raises ModelError where there is no such model.
        """
        model = find_model(name)
        try:
            return cls._read(name, model)
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None  # whoever loads it with torch says why

    @classmethod
    def _read(cls, name: str, model: str) -> Self | None:
        listing = model_file(model, "modules.json")
        modules = json.loads(listing.read_text(encoding="utf-8")) if listing else []
        names = _names(str(module["type"]) for module in modules)
        settings = read_json(model, "config_sentence_transformers.json")
        if names not in KNOWN or settings.get("default_prompt_name") or settings.get("truncate_dim"):
            return None
        place = f"{modules[0]['path']}/" if modules[0]["path"] else ""
        tokenizer_file, weights_file = (
            model_file(model, place + file) for file in ("tokenizer.json", "model.safetensors")
        )
        if tokenizer_file is None or weights_file is None:
            return None
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        weights = load_file(weights_file)
        tokenizer: Any = Tokenizer.from_file(str(tokenizer_file))
        tokenizer.no_padding()
        lexical = None
        if names[0] == NGRAM:
            about = read_json(model, place + ABOUT)
            lengths = {key: about[key] for key in ("length", "buckets", "normalised") if key in about}
            tokenizer = NgramTokenizer(tokenizer, **lengths)
            if about["dimensions"]:
                lexical = Lexical(weights["columns"], weights["values"], about["dimensions"], about["share"])
        table = weights["embedding.weight"] if "embedding.weight" in weights else _folded(**weights)
        if table.dtype not in (np.float32, np.float16):
            return None
        prompts = prompts_of(model, settings.get("prompts"), read_json(model, "config.json"))
        normalisation = stored_normalisation(Path(name).expanduser())
        return cls(tokenizer, table, prompts=prompts, lexical=lexical, unit=UNIT in names, normalisation=normalisation)

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, "queries", self.prompts[0])

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self._encode(texts, progress, "passages", self.prompts[1])

    def fingerprint(self) -> str:
        """A hash of everything that the vectors depend on."""
        state = blake2b(digest_size=16)
        normalisation = None if self.normalisation is None else self.normalisation.to_record()
        lexical = None if self.lexical is None else self.lexical[2:]
        told = [self.tokenizer.to_str(), self.prompts, self.unit, normalisation, lexical]
        state.update(json.dumps(told, sort_keys=True).encode())
        for array in (self.table, *(self.lexical[:2] if self.lexical else ())):
            state.update(f"{array.dtype} {array.shape}".encode())
            state.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        return state.hexdigest()

    def _encode(self, texts: Sequence[str], progress: Progress, what: str, prompt: str) -> np.ndarray:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        dimensions = self.table.shape[1] + (self.lexical.dimensions if self.lexical else 0)
        vectors = np.empty((len(texts), dimensions), dtype=np.float32)
        with progress.task(f"encoding {what}", len(texts)) as advance:
            for start in range(0, len(texts), AT_ONCE):
                chunk = [prompt + prepared(text, self.normalisation) for text in texts[start : start + AT_ONCE]]
                encodings = self.tokenizer.encode_batch_fast(chunk, add_special_tokens=False)
                for row, encoding in enumerate(encodings, start):
                    vectors[row] = self._vector(np.array(encoding.ids, dtype=np.int64))
                advance(len(chunk))
        return vectors

    def _vector(self, ids: np.ndarray) -> np.ndarray:
        """The vector of a text; zeros for one without an id."""
        mean = self.table[ids].sum(axis=0, dtype=np.float32) / np.float32(max(len(ids), 1))
        vector = mean.astype(self.table.dtype).astype(np.float32)
        if self.lexical:
            columns, values, dimensions, share = self.lexical
            written = np.bincount(columns[ids], weights=values[ids], minlength=dimensions).astype(np.float32)
            vector = np.concatenate([_unit(vector), np.float32(share) * _unit(written)])
        return _unit(vector) if self.unit else vector


def open_encoder(name: str, *, batch_size: int = 64, device: str | None = None) -> SentenceEncoder | LookupEncoder:
    """The encoder of a folder or hub name, without torch where that can be; raises ModelError as `load_encoder` does.

    A static encoder is read on the processor whatever other devices there are, unless one is asked for.
    """
    if device in (None, "cpu") and batch_size >= 1 and (static := LookupEncoder.read(name)):
        return static
    return load_encoder(name, batch_size=batch_size, device=device)


def _names(types: Any) -> tuple[str, ...]:
    """The names of classes of modules; of one that is neither sentence-transformers' nor ours, none that is known."""
    return tuple(one.rpartition(".")[2] if one.startswith(OURS) else one for one in types)


def _unit(vector: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = vector / max(np.linalg.norm(vector), LEAST)
    return scaled


def _folded(embeddings: np.ndarray, mapping: Any = None, weights: Any = None, **_: Any) -> np.ndarray:
    """A row for each id, of model2vec's embeddings, which row each id has, and how much it weighs."""
    if mapping is not None:
        embeddings = embeddings[mapping.astype(np.int64)]
    if weights is None:
        return embeddings
    weighed: np.ndarray = (embeddings.astype(np.promote_types(embeddings.dtype, np.float32)) * weights[:, None]).astype(
        embeddings.dtype
    )
    return weighed
