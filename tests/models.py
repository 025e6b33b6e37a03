"""A real transformer of two small layers, with its own tokenizer, for tests: no weights are at hand there."""

from collections.abc import Sequence
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from polybatch.encoders.static import train_tokenizer


def make_transformer(folder: Path, texts: Sequence[str], *, prompts: dict[str, str] | None = None) -> Path:
    """A folder that `SentenceTransformer` loads: random weights, the same each time, without dropout."""
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=train_tokenizer(texts, vocabulary=400), unk_token="<unk>", pad_token="<unk>"
    )
    tokenizer.save_pretrained(folder / "base")
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    torch.manual_seed(1)
    BertModel(config).save_pretrained(folder / "base")
    body = Transformer(str(folder / "base"))
    SentenceTransformer(modules=[body, Pooling(32)], prompts=prompts).save(str(folder / "model"))
    return folder / "model"
