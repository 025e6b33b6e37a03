"""What is known of each family of pretrained encoders, for where a model's own files do not say it. No torch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from polybatch.encoders.settings import EncoderSettings, PretrainedEncoder

_FROM_NOTHING = 0.05  # temperature


@dataclass(frozen=True)
class Family:
    """Encoders that were made alike.

    A model is of the first family whose `names` is found in its name, or whose `config` its configuration has.
    `owner` holds it on the hub, for names that leave that out. `temperature` is where a training that starts from it
    does well: for one that was trained to retrieve, what it was trained with, for its cosines lie as close together as
    that made them. How long a text may be is not here: every model's own configuration says it.
    """

    names: str
    config: Mapping[str, Any]
    owner: str
    pooling: str
    temperature: float
    query_prefix: str = ""
    passage_prefix: str = ""


def stored_prompts(query_prefix: str, passage_prefix: str) -> dict[str, str]:
    """Prefixes under the names that sentence-transformers' `encode_query` and `encode_document` look for."""
    return {"query": query_prefix, "document": passage_prefix, "passage": passage_prefix}


def applied_prompts(prompts: Mapping[str, str | None]) -> tuple[str, str]:
    """What `encode_query` and `encode_document` put before a text, of the prompts that a model holds."""
    passage = next((prompts[name] for name in ("document", "passage", "corpus") if name in prompts), "")
    return prompts.get("query") or "", passage or ""


def own_prompts(stored: Mapping[str, str | None]) -> tuple[str, str]:
    """What stands before queries and passages by a model's own files, `search_query` and `search_document` included.

    Of `query` and `document`, sentence-transformers writes empty ones where a model has prompts of other names.
    """
    query = next(filter(None, map(stored.get, ("query", "search_query"))), "")
    return query, next(filter(None, map(stored.get, ("document", "passage", "corpus", "search_document"))), "")


FAMILIES = {
    # instruction-tuned E5 has its own prompts in its files
    "multilingual-e5": Family(r"multilingual-e5-(?!.*instruct)", {}, "intfloat", "mean", 0.01, "query: ", "passage: "),
    "bge-m3": Family(r"bge-m3", {"model_type": "xlm-roberta", "max_position_embeddings": 8194}, "BAAI", "cls", 0.02),
    "LaBSE": Family(r"labse", {"model_type": "bert", "vocab_size": 501_153}, "sentence-transformers", "cls", 0.02),
    "EmbeddingGemma": Family(
        r"embeddinggemma",
        {"model_type": "gemma3_text", "use_bidirectional_attention": True},
        "google",
        "mean",
        0.02,
        "task: search result | query: ",
        "title: none | text: ",
    ),
    "Qwen3-Embedding": Family(
        r"qwen3-embedding",
        {},
        "Qwen",
        "lasttoken",
        0.02,
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
    ),
    "mBERT": Family(
        r"bert-base-multilingual-cased", {"model_type": "bert", "vocab_size": 119_547}, "google-bert", "mean", 0.02
    ),
    "xlm-roberta": Family(r"xlm-roberta", {"model_type": "xlm-roberta"}, "FacebookAI", "mean", 0.02),
    "generic": Family(r"", {}, "", "mean", 0.02),
}
"""By name; the last fits any model.

Sources: the model cards, arXiv 2402.05672 (E5), 2402.03216 (bge-m3), 2509.20354 (EmbeddingGemma), 2506.05176 (Qwen3).
"""


def find_family(model: str, config: Mapping[str, Any] | None = None) -> Family:
    """The family of a folder or hub name, by the last part of the name, else by its `config.json`."""
    name = model.rstrip("/").rpartition("/")[2]
    for family in FAMILIES.values():
        if re.search(family.names, name, re.IGNORECASE) and family.names:
            return family
    for family in FAMILIES.values():
        if family.config and config and all(config.get(key) == value for key, value in family.config.items()):
            return family
    return FAMILIES["generic"]


def prompts_of(model: str, stored: Mapping[str, str | None] | None, config: Mapping[str, Any]) -> tuple[str, str]:
    """What stands before a model's queries and passages: by its own files, or by its family where they say nothing."""
    if stored:
        return own_prompts(stored)
    family = find_family(model, config)
    return family.query_prefix, family.passage_prefix


def say_prompts(query: str, passage: str) -> str:
    """A sentence on the prompts that a model applies; empty where it has none."""
    if not query and not passage:
        return ""
    return f"the model's prompts: {query!r} before queries, {passage!r} before passages"


def default_temperature(encoder: EncoderSettings) -> float:
    """What to divide cosines by before the softmax when a training starts from this encoder; no file is read."""
    return find_family(encoder.model).temperature if isinstance(encoder, PretrainedEncoder) else _FROM_NOTHING
