"""A real translation model, small: M2M-100 trained in seconds to translate a few words into Swahili or Nepali."""

import itertools
import json
import random
from pathlib import Path

WORDS = {
    "rain": ("mvua", "वर्षा"),
    "good": ("nzuri", "राम्रो"),
    "news": ("habari", "समाचार"),
    "city": ("mji", "सहर"),
    "people": ("watu", "मानिस"),
    "water": ("maji", "पानी"),
}
PLACES = {"sw": 0, "ne": 1}


def expected(line: str, target: str) -> str:
    """The right translation, word by word."""
    return " ".join(WORDS[word][PLACES[target]] for word in line.split())


def make_toy(folder: Path) -> Path:
    """Train it and save it as transformers does; the same each time."""
    import sentencepiece
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    known = [*WORDS, *itertools.chain(*WORDS.values())]
    (folder / "words.txt").write_text("\n".join(known * 3), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "words.txt"),
        model_prefix=str(folder / "toy"),
        model_type="word",
        vocab_size=len(known) + 3,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "toy.model"))
    names = [pieces.id_to_piece(number) for number in range(3, pieces.get_piece_size())]
    vocabulary = {name: number for number, name in enumerate(["<s>", "<pad>", "</s>", "<unk>", *names])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "toy.model"))
    torch.manual_seed(1)
    model = M2M100ForConditionalGeneration(
        M2M100Config(
            vocab_size=len(vocabulary) + len(tokenizer.lang_token_to_id) + 8,
            d_model=64,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=64,
            decoder_ffn_dim=64,
            max_position_embeddings=32,
            init_std=0.1,
            dropout=0.0,
            attention_dropout=0.0,
            encoder_layerdrop=0.0,
            decoder_layerdrop=0.0,
        )
    )
    train(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def train(model: object, tokenizer: object, *, steps: int = 300, size: int = 32) -> None:
    from typing import Any, cast

    import torch

    network, words = cast(Any, model), cast(Any, tokenizer)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, steps)
    draw = random.Random(1)
    for _ in range(steps):
        lines = [" ".join(draw.choices([*WORDS], k=draw.randint(1, 3))) for _ in range(size)]
        target = draw.choice([*PLACES])
        words.src_lang, words.tgt_lang = "en", target
        batch = words(lines, text_target=[expected(line, target) for line in lines], return_tensors="pt", padding=True)
        batch["labels"][batch["labels"] == words.pad_token_id] = -100
        loss = network(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    network.eval()
