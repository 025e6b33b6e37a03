"""How much of a text a model reads, and how many texts are longer. Its tokenizer cuts them, not this."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from polybatch.encoders.families import applied_prompts

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

AT_ONCE = 1024  # texts handed to a tokenizer


class Cut(NamedTuple):
    """How many of `texts` texts are longer than the `limit` tokens that are read; None for an encoder without limit."""

    texts: int
    cut: int
    limit: int | None

    def sentence(self, what: str) -> str:
        """What to tell of it, `what` being "queries" or "passages"; empty where nothing is cut."""
        if not self.cut:
            return ""
        share = f"{self.cut:,} of {self.texts:,} {what}"
        return f"{share} are longer than the {self.limit} tokens that the model reads of each; the rest is not seen"


def token_limit(model: "SentenceTransformer", *, queries: bool) -> int | None:
    """The tokens of a query or passage that a model reads, its prompt and marks among them; None without a limit."""
    own = getattr(model[0], "query_length" if queries else "document_length", None)
    return next((limit for limit in (own, model.max_seq_length) if isinstance(limit, int)), None)


def count_cut(model: "SentenceTransformer", texts: Iterable[str], *, queries: bool) -> Cut:
    """Count the texts that are longer, with the model's prompt, than it reads; they are tokenized, not encoded.

    A static encoder reads all of a text. Texts of a large corpus are best counted on a sample.
    """
    limit = token_limit(model, queries=queries)
    tokenizer = getattr(model[0], "tokenizer", None)
    prompt = applied_prompts(model.prompts)[0 if queries else 1]
    total = cut = 0
    remaining = iter(texts)
    while some := list(islice(remaining, AT_ONCE)):
        total += len(some)
        if limit is not None and tokenizer is not None:
            ids = tokenizer([prompt + text for text in some], truncation=False, padding=False, verbose=False)
            cut += sum(len(one) > limit for one in ids["input_ids"])
    return Cut(total, cut, limit)


def position_limit(model: "SentenceTransformer") -> int | None:
    """The tokens that a transformer has positions for; None for a model that is none."""
    config = getattr(model[0], "config", None)
    positions = getattr(config, "max_position_embeddings", None)
    if config is None or not isinstance(positions, int) or positions < 1:
        return None
    # models of RoBERTa's kind count positions from behind the padding's id
    embeddings = getattr(getattr(model[0].model, "embeddings", None), "position_embeddings", None)
    padding = getattr(embeddings, "padding_idx", None)
    return positions - (padding + 1 if isinstance(padding, int) else 0)
