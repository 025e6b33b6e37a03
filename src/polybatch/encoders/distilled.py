"""Where the vectors of a static encoder's subwords start: a pretrained encoder's, by model2vec. Not here: training."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

import numpy as np

from polybatch.encoders.fingerprint import fingerprint_of_modules
from polybatch.encoders.opening import open_model
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import UNKNOWN
from polybatch.errors import Fault, ModelError, RecipeError
from polybatch.extras import required
from polybatch.progress import Progress

if TYPE_CHECKING:
    from tokenizers import Tokenizer

AT_ONCE = 2_048  # subwords between two steps of a progress bar
SIF = 1e-4  # model2vec's: a word of probability p is weighed by SIF / (SIF + p)
POOLING = {"mean": "mean", "cls": "first", "lasttoken": "last"}
"""What model2vec calls the poolings that it knows."""


class SubwordEncoder:
    """A pretrained encoder that reads subwords alone, each as a text of its own without a prompt, as model2vec does.

    `model2vec.distill.distill` itself does not fit: it keeps the tokenizer of the pretrained encoder, encodes all of
    its 250,000 subwords, and takes a vocabulary of whole words only, while a static encoder of ours has subwords of its
    own corpus. What it is made of does: `create_embeddings` here, `apply_pca` and `compute_weights` below. They keep
    a model's pooling, not a dense layer after it. Raises ModelError for a model that has no transformer or is pooled
    otherwise, FaultyInputError where model2vec is not installed.
    """

    def __init__(self, name: str) -> None:
        required("model2vec", "distill")
        required("skeletoken", "distill")
        self.model = open_model(name, device="cpu")
        pooling = next((one.pooling_mode for one in self.model if hasattr(one, "pooling_mode")), None)
        self.pooling = POOLING.get(str(pooling))
        if self.pooling is None or not hasattr(self.model[0], "model"):
            found = f"{type(self.model[0]).__name__} with pooling {pooling}"
            raise ModelError([Fault(f"encoder.start: {name}", found, f"a transformer pooled by {', '.join(POOLING)}")])

    def fingerprint(self) -> str:
        """That of the model, apart from its vectors of whole texts."""
        return f"{fingerprint_of_modules(self.model)}-subwords"

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """The same as passages."""
        return self.encode_passages(texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        from model2vec.distill.inference import create_embeddings

        body, tokenizer = self.model[0].model, self.model.tokenizer
        parts = []
        with progress.task("encoding subwords", len(texts)) as advance:
            for start in range(0, len(texts), AT_ONCE):
                ids = tokenizer(list(texts[start : start + AT_ONCE]))["input_ids"]
                with redirect_stderr(io.StringIO()):  # a bar of its own
                    parts.append(create_embeddings(body, ids, "cpu", tokenizer.pad_token_id, self.pooling))
                advance(len(ids))
        return np.concatenate(parts).astype(np.float32) if parts else np.empty((0, 0), dtype=np.float32)


def words_of(tokenizer: "Tokenizer") -> list[str]:
    """The text of each subword, in order; empty for one that stands for no letter."""
    pieces = (str(tokenizer.id_to_token(number)) for number in range(tokenizer.get_vocab_size()))
    return ["" if piece == UNKNOWN else piece.replace("▁", " ").strip() for piece in pieces]


def initial_vectors(words: Sequence[str], vectors: np.ndarray, settings: StaticEncoder) -> np.ndarray:
    """Vectors to start from, float32, shape (words, components), of those that a pretrained encoder has of `words`.

    Turned onto their principal components about their mean, each component divided by its standard deviation to the
    power of `start_whitening` (1 makes all equal, 0 leaves them), then scaled so that the mean square of all is 1, as
    if they were drawn. With `start_weights = "rank"` each is weighed by how rare a word of its rank is (model2vec's
    `compute_weights`). Empty words get zeros. Raises RecipeError for fewer words than components.
    """
    from model2vec.distill.inference import apply_pca, compute_weights

    there = np.array([bool(word) for word in words])
    components = min(settings.start_components or vectors.shape[1], vectors.shape[1], settings.dimension)
    if there.sum() <= components:
        found = f"{there.sum()} subwords and {components} components"
        raise RecipeError([Fault("encoder.start_components", found, "fewer components, or a larger vocabulary")])
    turned = apply_pca(vectors[there].astype(np.float64), components)
    spread = turned.std(axis=0)
    turned /= np.where(spread > 0, spread, 1) ** settings.start_whitening
    if settings.start_weights == "rank":
        turned *= compute_weights(len(words), SIF)[there, None]
    start = np.zeros((len(words), components), dtype=np.float32)
    start[there] = turned / np.sqrt((turned**2).mean())
    return start
