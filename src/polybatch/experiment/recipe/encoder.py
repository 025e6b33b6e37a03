"""What a recipe asks of its encoder, checked before any work: by its keys, and by the model's files. Loads no model."""

from collections.abc import Callable
from typing import Any

from polybatch.encoders.hub import find_model, read_json
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder
from polybatch.errors import Fault, ModelError
from polybatch.experiment.recipe.lines import line_of
from polybatch.experiment.recipe.recipe import Recipe

LAYERS = ("num_hidden_layers", "n_layers", "num_layers", "n_layer")
"""What configurations of transformers call the number of their layers."""
PADDING = ("pad_token", "eos_token", "sep_token", "unk_token")
"""The tokens of a tokenizer that texts can be padded with."""


def key_faults(values: dict[str, Any], at: Callable[..., str]) -> list[Fault]:
    """Faults of `tuning.train_layers` beside other tables; `at` gives the line of a key."""
    encoder, tuning, training = (
        table if isinstance(table := values.get(name), dict) else {} for name in ("encoder", "tuning", "training")
    )
    if tuning.get("train_layers") is None:
        return []
    faults, where = [], at("tuning", "train_layers")
    kind = encoder.get("kind", "static")
    if kind != "pretrained":
        found = f'train_layers: of an encoder of kind "{kind}", whose layers know nothing yet'
        faults.append(Fault(where, found, 'kind = "pretrained", or no train_layers'))
    if training.get("token_dropout"):
        works = "token_dropout = 0, the default of pretrained encoders, or no train_layers"
        faults.append(Fault(where, "train_layers: with token_dropout no text is the same twice", works))
    if training.get("compile") is True:
        faults.append(Fault(where, "train_layers: not with training.compile", "one of the two"))
    return faults


def model_faults(recipe: Recipe) -> list[Fault]:
    """Faults of pretrained encoders that their files tell: no model, nothing to pad with, too few layers."""
    encoder, tuning = recipe.encoder, recipe.tuning
    faults = _absent(recipe, "loss", "teacher", recipe.loss.teacher)
    if isinstance(encoder, StaticEncoder):
        faults += _absent(recipe, "encoder", "start", encoder.start)
    if not isinstance(encoder, PretrainedEncoder):
        return faults
    if absent := _absent(recipe, "encoder", "model", encoder.model, revision=encoder.revision):
        return faults + absent
    model = find_model(encoder.model, revision=encoder.revision)
    config, tokens, more = (
        read_json(model, file, revision=encoder.revision)
        for file in ("config.json", "tokenizer_config.json", "special_tokens_map.json")
    )
    if tokens and not any((tokens | more).get(name) for name in PADDING) and config.get("pad_token_id") is None:
        works = "set pad_token in its tokenizer_config.json"
        where = _at(recipe, "encoder", "model")
        faults.append(Fault(f"{where}: {encoder.model}", "its tokenizer has no token to pad with", works))
    layers = next((config[key] for key in LAYERS if isinstance(config.get(key), int)), None)
    if tuning.train_layers is not None and layers is not None and tuning.train_layers > layers:
        found = f"train_layers: {tuning.train_layers} of a model with {layers} layers"
        faults.append(Fault(_at(recipe, "tuning", "train_layers"), found, f"1 to {layers}"))
    return faults


def _absent(recipe: Recipe, table: str, key: str, model: str, *, revision: str | None = None) -> list[Fault]:
    """What is wrong with the name of a model, nothing for none."""
    try:
        if model:
            find_model(model, revision=revision)
    except ModelError as error:
        where = _at(recipe, table, key)
        return [Fault(f"{where}: {fault.where}", fault.found, fault.works) for fault in error.faults]
    return []


def _at(recipe: Recipe, *place: str) -> str:
    return f"recipe {recipe.name}, line {line_of(recipe.text, place)}"
