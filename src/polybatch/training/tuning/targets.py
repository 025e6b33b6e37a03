"""Where in a transformer LoRA's matrices stand: modules by family, layers by number. Pure look-up, nothing changed."""

from typing import Any

from polybatch.errors import Fault, ModelError
from polybatch.training.tuning.settings import Tuning

ATTENTION = {
    "BERT, XLM-R, LaBSE, E5, bge-m3": ("query", "key", "value"),
    "ModernBERT": ("Wqkv",),
    "Llama, Mistral, Qwen, Gemma": ("q_proj", "k_proj", "v_proj"),
    "DistilBERT": ("q_lin", "k_lin", "v_lin"),
    "Nomic, GTE": ("qkv_proj",),
    "T5, MPNet": ("q", "k", "v"),
}
"""What the modules are called that make queries, keys and values in attention; the first family found is taken."""


def lora_targets(body: Any, tuning: Tuning) -> list[str]:
    """The full names of the linear modules of a transformer beside which LoRA learns, in the model's order.

    Raises ModelError for a name of `targets` that no linear module has, for a layer that is not there, and for a model
    of no known family without `targets`.
    """
    from torch import nn

    linear = [name for name, module in body.named_modules() if isinstance(module, nn.Linear)]
    known = {_last(name): None for name in linear if _layer(name) is not None}
    wanted = tuning.targets or next((names for names in ATTENTION.values() if known.keys() >= set(names)), None)
    if wanted is None:
        fault = Fault("tuning.targets", f"a {type(body).__name__} of no known family", f"known: {', '.join(known)}")
        raise ModelError([fault])
    faults = []
    if missing := [name for name in wanted if name not in known]:
        faults.append(
            Fault("tuning.targets", f"no linear module {', '.join(missing)} in a layer", f"known: {', '.join(known)}")
        )
    last_layer = max((layer for name in linear if (layer := _layer(name)) is not None), default=-1)
    first, last = tuning.layers or (0, last_layer)
    if last > last_layer:
        faults.append(Fault("tuning.layers", f"{[first, last]}", f"the model has layers 0 to {last_layer}"))
    if faults:
        raise ModelError(faults)
    return [name for name in linear if _last(name) in wanted and first <= (_layer(name) or 0) <= last]


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _layer(name: str) -> int | None:
    """The number of the layer that a module stands in, None for one outside of all: `encoder.layer.3.output.dense`."""
    return next((int(part) for part in name.split(".") if part.isdecimal()), None)
