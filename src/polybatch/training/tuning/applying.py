"""Do what the `[tuning]` table says, before and after training. Not here: where LoRA's matrices stand in a model."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.errors import Fault, ModelError
from polybatch.training.frozen import check_layers, freeze_lower
from polybatch.training.tuning.settings import Tuning
from polybatch.training.tuning.targets import lora_targets

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor


@dataclass(frozen=True)
class Applied:
    """What `finish_tuning` needs of `apply_tuning`: LoRA's handle on the model, or the weights before training."""

    adapter: Any = field(default=None, repr=False)
    before: "dict[str, Tensor]" = field(default_factory=dict, repr=False)


def apply_tuning(model: "SentenceTransformer", tuning: Tuning, *, seed: int = 0) -> Applied:
    """Make a model ready to be trained as `tuning` says, in place: what is not to learn is frozen.

    LoRA's matrices stand within the model's own modules, so its `state_dict` holds all that a checkpoint needs; one of
    each pair is drawn by `seed`, the other is zero: nothing is changed before the first step. Raises ModelError for
    modules and layers that the model does not have, and for a static encoder, where only full tuning makes sense.
    """
    import torch

    body: Any = getattr(model[0], "model", None)  # of a static encoder there is none
    if body is None and (tuning.method == "lora" or tuning.freeze_embeddings or tuning.train_layers):
        found = f'method = "{tuning.method}"' if tuning.method != "full" else "frozen weights"
        works = "leave [tuning] out, or use a transformer"
        raise ModelError([Fault("tuning", f"{found} with a static encoder, which is nothing but embeddings", works)])
    if tuning.method == "lora":
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Applied(adapter=_add_lora(model, body, tuning))
    if tuning.freeze_embeddings:
        body.get_input_embeddings().requires_grad_(False)
    if tuning.train_layers:
        freeze_lower(model, check_layers(model, tuning.train_layers))
    if tuning.average == 1:
        return Applied()
    learning = ((name, weight) for name, weight in model.named_parameters() if weight.requires_grad)
    return Applied(before={name: weight.detach().to("cpu", copy=True) for name, weight in learning})


def finish_tuning(
    model: "SentenceTransformer", tuning: Tuning, applied: Applied, *, adapter: Path | None = None
) -> "SentenceTransformer":
    """Make a trained model a plain one again, in place, and give it back.

    LoRA's matrices are added to the weights beside which they learned. With `average` w, each weight is w tuned +
    (1 - w) before (WiSE-FT, arXiv 2109.01903). With `keep_adapter`, LoRA's matrices as they were learned, before any
    averaging, are first written to the folder `adapter`, as PEFT reads them.
    """
    import torch

    if applied.adapter is not None:
        if tuning.keep_adapter and adapter is not None:
            applied.adapter.save_pretrained(str(adapter))
            (adapter / "README.md").unlink(missing_ok=True)  # PEFT's empty form of a model card
        for module in applied.adapter.modules():
            if tuning.average != 1 and hasattr(module, "scale_layer"):
                module.scale_layer(tuning.average)
        applied.adapter.merge_and_unload(safe_merge=True)
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name, before in applied.before.items():
            weights[name].copy_(torch.lerp(before.to(weights[name]), weights[name], tuning.average))
    return model.requires_grad_(True)


def _add_lora(model: "SentenceTransformer", body: Any, tuning: Tuning) -> Any:
    """Freeze the model and put LoRA's matrices into its transformer; PEFT's handle on them."""
    targets = lora_targets(body, tuning)
    try:
        from peft import LoraConfig, TaskType, get_peft_model
    except ImportError:
        raise ModelError([Fault("tuning", "LoRA needs PEFT", "`pip install 'polybatch[lora]'`")]) from None
    model.requires_grad_(False)
    config = LoraConfig(
        r=tuning.rank,
        lora_alpha=tuning.alpha,  # type: ignore[arg-type]
        lora_dropout=tuning.dropout,
        target_modules=targets,
        task_type=TaskType.FEATURE_EXTRACTION,
    )
    return get_peft_model(body, config)
