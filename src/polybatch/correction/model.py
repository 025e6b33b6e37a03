"""A model with a correction at its end, as a sentence-transformers model that can be used and saved. No fitting."""

from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.correction.record import Correction
from polybatch.errors import Fault, ModelError
from polybatch.text.identification import identifiable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def corrected_model(model: "SentenceTransformer", correction: Correction) -> "SentenceTransformer":
    """A model whose vectors are corrected; it shares its weights with the one given.

    A correction that is not by language becomes modules of sentence-transformers itself (vectors of length 1, a linear
    layer, vectors of length 1), and any program loads the saved model. One by language becomes modules of polybatch:
    the first tells the language of a text, the last corrects. sentence-transformers loads such a model where polybatch
    is installed, with `trust_remote_code=True`, as it asks for modules that are not its own; `load_encoder` needs no
    such word.

    Raises ModelError for other dimensions, a model that is corrected by language already, and languages that cannot be
    identified.
    """
    from sentence_transformers import SentenceTransformer

    from polybatch.correction.module import Identification

    where = f"correction {correction.name}"
    faults = []
    if (dimensions := model.get_embedding_dimension()) != correction.dimensions:
        found = f"the model has {dimensions} dimensions"
        faults.append(Fault(where, found, f"one with {correction.dimensions}, as it was fitted on"))
    if isinstance(model[0], Identification):
        faults.append(Fault(where, "the model is corrected by language already", "correct the one before"))
    unknown = sorted(set(correction.languages) - identifiable()) if correction.by_language else []
    if unknown:
        found = f"{', '.join(unknown)} cannot be identified in a text"
        faults.append(Fault(where, found, "lsar needs no identification"))
    if faults:
        raise ModelError(faults)
    modules = [*model]
    modules = _shared(modules, correction) if not correction.by_language else _by_language(modules, correction)
    return SentenceTransformer(
        modules=modules,
        device=str(model.device),
        prompts={name: prompt or "" for name, prompt in (model.prompts or {}).items()},
        default_prompt_name=model.default_prompt_name,
        similarity_fn_name=model.similarity_fn_name,
    )


def _shared(modules: list[Any], correction: Correction) -> list[Any]:
    import torch
    from sentence_transformers.base.modules import Dense, Normalize

    basis = correction.bases[0].astype(np.float64)
    kept = np.eye(correction.dimensions) - basis.T @ basis
    weight, bias = (torch.from_numpy(one.astype(np.float32)) for one in (kept, -correction.offsets[0] @ kept))
    size, identity = correction.dimensions, torch.nn.Identity()
    dense = Dense(size, size, activation_function=identity, init_weight=weight, init_bias=bias)
    dense.requires_grad_(False)
    return [*modules, Normalize(), dense, Normalize()]


def _by_language(modules: list[Any], correction: Correction) -> list[Any]:
    from polybatch.correction.module import Corrected, Identification

    return [Identification(modules[0], correction.languages), *modules[1:], Corrected(correction)]
