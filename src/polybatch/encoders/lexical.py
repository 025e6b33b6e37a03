"""A static encoder that reads words by their parts, and keeps what is written beside what it learns, in one vector."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize

from polybatch.encoders.ngrams import ABOUT, NgramTokenizer
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import initial_weights

LOOKED_AT = 20_000  # texts that tell how rare a subword or n-gram is
_WHERE = ("subfolder", "token", "cache_folder", "revision", "local_files_only")


class NgramEmbedding(StaticEmbedding):
    """A text's vector out of its subwords and the hashed character n-grams of its words: learned, and as written.

    The learned part is the mean of trained vectors. The lexical part, if `dimensions` is not 0, is fixed: every subword
    and n-gram adds its value, of either sign, in one dimension (feature hashing, arXiv 0902.2206). Both are scaled to
    length 1, the lexical one then to `share`, and joined, so that the cosine of two texts is that of what they mean
    plus share ** 2 times that of what they write, over 1 + share ** 2 (a dense and a lexical representation in one
    vector, as arXiv 2206.09912).

    `weights` has shape (subwords + buckets, learned dimensions). `columns`, int64 below `dimensions`, and `values`,
    float32, both of shape (subwords + buckets,), say where each adds what.
    """

    columns: Tensor
    values: Tensor

    def __init__(
        self,
        subwords: Tokenizer,
        weights: Tensor,
        columns: Tensor,
        values: Tensor,
        *,
        length: int,
        buckets: int,
        dimensions: int,
        share: float,
        normalised: bool = False,
    ) -> None:
        super().__init__(subwords, embedding_weights=weights)
        self.tokenizer: Any = NgramTokenizer(subwords, length=length, buckets=buckets, normalised=normalised)
        self.length, self.buckets, self.dimensions, self.share = length, buckets, dimensions, share
        self.register_buffer("columns", columns)
        self.register_buffer("values", values)

    def forward(self, features: dict[str, Tensor], **options: Any) -> dict[str, Tensor]:
        """Vectors of shape (texts, learned + lexical dimensions); a text without a subword or n-gram has zeros."""
        ids, offsets = features["input_ids"], features["offsets"]
        learned = self.embedding(ids, offsets)
        if self.dimensions:
            lexical = self._lexical(ids, offsets).to(learned.dtype)
            learned = torch.cat([normalize(learned, dim=1), self.share * normalize(lexical, dim=1)], dim=1)
        features["sentence_embedding"] = learned
        return features

    def _lexical(self, ids: Tensor, offsets: Tensor) -> Tensor:
        lengths = torch.diff(offsets, append=torch.tensor([len(ids)], device=offsets.device))
        rows = torch.repeat_interleave(torch.arange(len(offsets), device=ids.device), lengths)
        found = torch.zeros(len(offsets) * self.dimensions, dtype=self.values.dtype, device=ids.device)
        found.index_add_(0, rows * self.dimensions + self.columns[ids], self.values[ids])
        return found.view(len(offsets), self.dimensions)

    def get_embedding_dimension(self) -> int:
        """Components of a vector, learned and lexical."""
        return int(self.embedding_dim + self.dimensions)

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        """Weights, the subwords' tokenizer, and what n-grams and the lexical part are made by."""
        folder = Path(output_path)
        save_file(self.state_dict(), folder / "model.safetensors")
        self.tokenizer.save(str(folder / "tokenizer.json"))
        about = {key: getattr(self, key) for key in ("length", "buckets", "dimensions", "share")}
        about["normalised"] = self.tokenizer.normalised
        (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, model_name_or_path: str, **options: Any) -> Self:  # type: ignore[override]  # called by names
        """As saved. Raises OSError, ValueError or KeyError where a file is missing or broken."""
        where = {key: options[key] for key in _WHERE if key in options}
        names = (ABOUT, "tokenizer.json")
        about, tokenizer = (cls.load_file_path(model_name_or_path, filename=name, **where) for name in names)
        if about is None or tokenizer is None:
            raise OSError(f"{ABOUT} or tokenizer.json is missing")
        weights = cls.load_torch_weights(model_name_or_path=model_name_or_path, **where)
        settings = json.loads(Path(about).read_text(encoding="utf-8"))
        parts = (weights[name] for name in ("embedding.weight", "columns", "values"))
        return cls(Tokenizer.from_file(str(tokenizer)), *parts, **settings)


def ngram_encoder(
    subwords: Tokenizer,
    settings: StaticEncoder,
    *,
    texts: Iterable[str],
    seed: int,
    start: np.ndarray | None = None,
) -> SentenceTransformer:
    """An untrained static encoder with n-grams or a lexical part, drawn by `seed`; texts tell how rare each id is.

    Vectors of `start` take the place of drawn ones as in `static_encoder`: those of n-grams are drawn all the same.
    The initial vectors are shorter for what is frequent, in proportion to the inverse document frequency.
    """
    buckets = settings.buckets if settings.ngrams else 0
    tokenizer = NgramTokenizer(subwords, length=settings.ngrams, buckets=buckets, normalised=True)
    rarity = inverse_document_frequency(tokenizer, texts)
    generator = torch.Generator().manual_seed(seed)
    weights = initial_weights(len(rarity), settings.dimension, generator, start) * settings.deviation * rarity[:, None]
    columns = torch.randint(max(settings.lexical, 1), (len(rarity),), generator=generator)
    signs = torch.randint(2, (len(rarity),), generator=generator) * 2 - 1
    body = NgramEmbedding(
        subwords,
        weights,
        columns,
        signs * rarity**2,
        length=tokenizer.length,
        buckets=tokenizer.buckets,
        dimensions=settings.lexical,
        share=settings.lexical_share,
        normalised=True,
    )
    return SentenceTransformer(modules=[body], device="cpu")


def inverse_document_frequency(tokenizer: NgramTokenizer, texts: Iterable[str]) -> Tensor:
    """log((texts + 1) / (texts with it + 1)) of each id, over the largest; float32, shape (ids,), 1 for one never seen.

    Of more than LOOKED_AT texts, as many are looked at, evenly over all of them.
    """
    every = list(texts)
    chosen = every[:: -(-len(every) // LOOKED_AT) or 1]
    seen = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    for one in tokenizer.encode_batch(chosen):
        seen[np.unique(np.array(one.ids, dtype=np.int64))] += 1
    return torch.from_numpy(1 - np.log1p(seen) / np.log1p(max(len(chosen), 1))).float()
