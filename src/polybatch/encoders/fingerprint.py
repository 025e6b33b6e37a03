"""A hash of everything that an encoder's vectors depend on: weights, tokenizer, prompts, settings. Never its name."""

import json
from collections.abc import Iterator
from enum import Enum
from hashlib import blake2b
from typing import Any

from polybatch.encoders.lookup import LookupEncoder
from polybatch.errors import Fault, ModelError

NO_CONTENT = {"_name_or_path", "transformers_version"}  # where a model came from, and what wrote it
APART = {"training", "config", "tokenizer", "processor", "name_or_path"}  # told in their own way, or not at all


def fingerprint(encoder: Any) -> str:
    """32 hexadecimal digits, the same for the same content under any name or folder.

    An encoder with a method `fingerprint` says itself. Else its `model`, or itself, must be a torch module: that of a
    static encoder is told as `LookupEncoder` tells it, any other by its modules. The batch size and the device do not
    go in, though they may move a vector's last bits. Raises ModelError for what has neither.
    """
    if hasattr(encoder, "fingerprint"):
        return str(encoder.fingerprint())
    model = getattr(encoder, "model", encoder)
    static = LookupEncoder.of(model, getattr(encoder, "normalisation", None)) if hasattr(model, "children") else None
    return static.fingerprint() if static else fingerprint_of_modules(encoder)


def fingerprint_of_modules(encoder: Any) -> str:
    """By its weights and buffers, its plain settings and configurations, its tokenizers and its prompts.

    Indices of before know static encoders by it, too.
    """
    model = getattr(encoder, "model", encoder)
    if not hasattr(model, "state_dict"):
        works = "a torch module as `model`, or a method `fingerprint`, works"
        raise ModelError([Fault("cache", f"cannot tell the content of a {type(model).__name__}", works)])
    state = blake2b(digest_size=16)
    for name, tensor in model.state_dict().items():
        state.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        state.update(_bytes(tensor))
    for part in _settings(model):
        state.update(f"{len(part)} {part}".encode())
    return state.hexdigest()


def _bytes(tensor: Any) -> Any:
    import torch

    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return memoryview(flat.view(torch.uint8).numpy()) if flat.numel() else b""


def _settings(model: Any) -> Iterator[str]:
    """What is not a weight, module by module, as text: plain attributes, configurations, tokenizers."""
    yield _text(getattr(model, "max_seq_length", None))
    for name, module in model.named_modules():
        plain = {key: value for key, value in vars(module).items() if not key.startswith("_") and key not in APART}
        yield f"{name} {type(module).__module__}.{type(module).__qualname__} {_text(plain)}"
        if hasattr(getattr(module, "config", None), "to_dict"):
            yield _text({key: value for key, value in module.config.to_dict().items() if key not in NO_CONTENT})
        for key in ("tokenizer", "processor"):
            if found := vars(module).get(key):
                yield _tokenizer(found)


def _tokenizer(tokenizer: Any) -> str:
    """A tokenizer's vocabulary and rules, without the padding and truncation that a call leaves behind."""
    fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
    sides = [getattr(tokenizer, name, None) for name in ("model_max_length", "padding_side", "truncation_side")]
    if hasattr(fast, "to_str"):
        rules = {key: value for key, value in json.loads(fast.to_str()).items() if key not in ("padding", "truncation")}
        return _text([rules, sides])
    return _text([sorted(tokenizer.get_vocab().items()) if hasattr(tokenizer, "get_vocab") else repr(tokenizer), sides])


def _text(value: Any) -> str:
    """Text of plain values in one order; of any other object, its type."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_text(value[key])}' for key in sorted(value, key=str))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    plain = value is None or isinstance(value, (str, int, float, Enum))
    return repr(value) if plain else type(value).__qualname__
