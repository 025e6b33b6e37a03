"""The static encoder: a subword tokenizer trained on the training text alone, and one trained vector per subword."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from polybatch.errors import Fault, RecipeError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import Generator, Tensor

UNKNOWN = "<unk>"
LONGEST_LINE = 16_384  # bytes: sentencepiece leaves out longer lines


def train_tokenizer(texts: Iterable[str], *, vocabulary: int) -> "Tokenizer":
    """A Unigram tokenizer over lower-cased NFKC text, trained by sentencepiece; the same for the same texts.

    NFKC keeps the zero-width joiners that Devanagari needs. The vocabulary may come out smaller than asked for where
    the text does not hold that many useful pieces. Raises RecipeError for one too small to hold every character.
    """
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram

    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    model = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=(normalizer.normalize_str(text) for text in texts),
            model_writer=model,
            model_type="unigram",
            vocab_size=vocabulary,
            hard_vocab_limit=False,
            character_coverage=0.9999,
            normalization_rule_name="identity",  # done above, so that the saved tokenizer does the same
            max_sentence_length=LONGEST_LINE,
            num_threads=1,  # with more, pieces of equal score may come in another order
            unk_piece=UNKNOWN,
            bos_id=-1,
            eos_id=-1,
            minloglevel=2,
        )
    except RuntimeError as error:
        fault = Fault("encoder.vocabulary", f"{vocabulary} pieces: {error}", "a larger vocabulary or more text works")
        raise RecipeError([fault]) from None
    pieces = SentencePieceProcessor(model_proto=model.getvalue())
    scores = [(pieces.id_to_piece(piece), pieces.get_score(piece)) for piece in range(pieces.get_piece_size())]
    tokenizer = Tokenizer(Unigram(scores, unk_id=pieces.unk_id(), byte_fallback=False))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


def static_encoder(
    tokenizer: "Tokenizer", *, dimension: int, deviation: float, seed: int, start: np.ndarray | None = None
) -> "SentenceTransformer":
    """An untrained static encoder: the mean of its subwords' vectors, drawn from a normal distribution by `seed`.

    Vectors of `start`, shape (subwords, components), take the place of the first components of those that are drawn.
    `deviation` does not change an untrained encoder's ranking, but how fast Adam turns its vectors: a step is as long
    for short vectors as for long ones.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    generator = torch.Generator().manual_seed(seed)
    weights = initial_weights(tokenizer.get_vocab_size(), dimension, generator, start) * deviation
    return SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu")


def initial_weights(ids: int, dimension: int, generator: "Generator", start: np.ndarray | None) -> "Tensor":
    """Drawn from the standard normal distribution, shape (ids, dimension); `start` lies over the first of both."""
    import torch

    weights = torch.randn(ids, dimension, generator=generator)
    if start is not None:
        weights[: start.shape[0], : start.shape[1]] = torch.from_numpy(start)
    return weights
