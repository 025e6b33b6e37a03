"""A small transformer with its own tokenizer, from nothing: untrained, drawn by a seed. Not here: training it."""

from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from polybatch.encoders.opening import quiet_loading
from polybatch.encoders.settings import TransformerEncoder
from polybatch.encoders.static import UNKNOWN

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

PADDING, FIRST, LAST = "<pad>", "<s>", "</s>"
"""The tokens that fill up a batch, and that stand before and behind every text."""


def transformer_encoder(tokenizer: "Tokenizer", settings: TransformerEncoder, *, seed: int) -> "SentenceTransformer":
    """An untrained transformer over the subwords of `tokenizer`, its weights drawn by `seed`; on the CPU.

    ModernBERT's architecture with attention over the whole text in every layer: each layer adds to what was there
    before it has normalised it, and what it adds is small at first, so that training begins near a mean of subword
    vectors and bears the learning rates that training from nothing needs. Plain configuration and weights: no code of
    ours is needed to load it.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import ModernBertConfig, ModernBertModel

    marked = marked_tokenizer(tokenizer, max_tokens=settings.max_tokens)
    config = ModernBertConfig(
        vocab_size=len(marked),
        hidden_size=settings.hidden_size,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=settings.intermediate,
        max_position_embeddings=settings.max_tokens,
        layer_types=["full_attention"] * settings.layers,
        embedding_dropout=settings.dropout,
        attention_dropout=settings.dropout,
        mlp_dropout=settings.dropout,
        pad_token_id=marked.pad_token_id,
        bos_token_id=marked.cls_token_id,
        cls_token_id=marked.cls_token_id,
        eos_token_id=marked.sep_token_id,
        sep_token_id=marked.sep_token_id,
    )
    with torch.random.fork_rng(devices=[]), TemporaryDirectory(prefix="polybatch-") as folder, quiet_loading():
        torch.manual_seed(seed)
        ModernBertModel(config).save_pretrained(folder)
        marked.save_pretrained(folder)
        body = Transformer(folder)
    pooling = Pooling(settings.hidden_size, settings.pooling)
    return SentenceTransformer(modules=[body, pooling], device="cpu")


def marked_tokenizer(tokenizer: "Tokenizer", *, max_tokens: int) -> "PreTrainedTokenizerFast":
    """The same subwords under the same ids, followed by marks for padding, the start and the end of a text."""
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.add_special_tokens([PADDING, FIRST, LAST])
    marks = [(mark, copy.token_to_id(mark)) for mark in (FIRST, LAST)]
    copy.post_processor = TemplateProcessing(single=f"{FIRST} $A {LAST}", special_tokens=marks)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=copy,
        model_max_length=max_tokens,
        unk_token=UNKNOWN,
        pad_token=PADDING,
        cls_token=FIRST,
        sep_token=LAST,
    )
