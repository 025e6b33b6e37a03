"""A transformer cut in two between frozen layers and those that learn. Not here: what is kept of the frozen ones."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from polybatch.errors import Fault, ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import nn


LIKENESS = 1e-4  # largest difference of a state in two halves from the same in one piece, beside its size


@dataclass(frozen=True)
class Halves:
    """A transformer cut in two between layers: `lower` turns token ids into states, `upper` these into the last ones.

    A state has `width` numbers. Both share their weights with the whole one. `lower` never drops anything out, whatever
    mode the whole one is in.
    """

    lower: "nn.Module"
    upper: "nn.Module"
    width: int


def check_layers(model: "SentenceTransformer", train_layers: int) -> int:
    """How many lower layers are frozen where the last `train_layers` learn.

    Raises ModelError where the model has not as many, and for a transformer that is not of BERT's form: embeddings,
    then layers one after another.
    """
    body = _body(model)
    layers = getattr(getattr(body, "encoder", None), "layer", None)
    if layers is None or not hasattr(body, "embeddings"):
        works = "models of BERT's form: BERT, RoBERTa, XLM-R, LaBSE, E5, bge-m3; for others LoRA"
        raise ModelError([Fault("tuning.train_layers", f"a {type(body).__name__}", works)])
    if train_layers > len(layers):
        found = f"{train_layers} of a model with {len(layers)} layers"
        raise ModelError([Fault("tuning.train_layers", found, f"1 to {len(layers)}")])
    return len(layers) - train_layers


def freeze_lower(model: "SentenceTransformer", frozen: int) -> None:
    """Let the embeddings and the first `frozen` layers of a transformer learn nothing."""
    body = _body(model)
    body.embeddings.requires_grad_(False)
    for layer in body.encoder.layer[:frozen]:
        layer.requires_grad_(False)


@contextmanager
def cut_in_two(model: "SentenceTransformer", frozen: int, *, device: str) -> Iterator[Halves]:
    """Within the block, features with `lower_states` go through the upper layers alone; others through all.

    Raises ModelError for a model that computes another thing in two halves than in one piece.
    """
    body = _body(model)
    encoder = body.encoder
    lower_layers, upper_layers = encoder.layer[:frozen], encoder.layer[frozen:]
    lower = _with(body, encoder=_with(encoder, layer=lower_layers), pooler=None)
    shared = {id(one): one for one in chain(body.parameters(), body.buffers())}
    halves = Halves(
        # a copy of the modules around the same weights, for they are to stay in evaluation mode when the others train
        copy.deepcopy(lower, shared).eval(),
        _with(body, embeddings=_given(), encoder=_with(encoder, layer=upper_layers)),
        body.config.hidden_size,
    )
    _compare(body, halves)
    halves.lower.to(device)
    whole: Callable[..., Any] = body.forward

    def forward(input_ids: Any = None, lower_states: Any = None, **others: Any) -> Any:
        if lower_states is None:
            return whole(input_ids=input_ids, **others)
        return halves.upper(inputs_embeds=lower_states.to(body.dtype), **others)

    body.forward = forward
    try:
        yield halves
    finally:
        del body.forward


def _body(model: "SentenceTransformer") -> Any:
    return getattr(model[0], "model", None)


def _with(module: Any, **children: Any) -> Any:
    """A module with some of its children replaced, all else shared."""
    part = copy.copy(module)
    part._modules = {**module._modules, **children}
    return part


def _given() -> "nn.Module":
    """Embeddings that are handed in."""
    from torch import nn

    class Given(nn.Module):
        def forward(self, *_: Any, inputs_embeds: Any, **__: Any) -> Any:
            return inputs_embeds

    return Given()


def _compare(body: Any, halves: Halves) -> None:
    """Raises ModelError unless both halves give what the whole gives, for some ids of two lengths."""
    import torch

    ids = torch.arange(5, 5 + 24, device=body.device).reshape(2, 12) % body.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    was_training = body.training
    body.eval()
    with torch.no_grad():
        whole = body(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()]
        states = halves.lower(input_ids=ids, attention_mask=mask).last_hidden_state
        parts = halves.upper(inputs_embeds=states, attention_mask=mask).last_hidden_state[mask.bool()]
    body.train(was_training)
    if not torch.allclose(whole, parts, atol=LIKENESS, rtol=LIKENESS):
        found = f"a {type(body).__name__}, whose layers do not only follow one another"
        raise ModelError([Fault("tuning.train_layers", found, "leave it out; LoRA learns in chosen layers")])
