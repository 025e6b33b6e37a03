"""Open a pretrained model by folder or hub name, and make it fit to use: pooling, prompts, padding, lengths."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from polybatch.encoders.families import find_family, prompts_of, stored_prompts
from polybatch.encoders.hub import ask_hub, find_model, is_here, is_offline, model_file, not_here, read_json
from polybatch.encoders.lengths import position_limit
from polybatch.encoders.own import own_modules
from polybatch.encoders.settings import DTYPES, POOLINGS
from polybatch.errors import Fault, ModelError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer


def open_model(
    name: str, *, revision: str | None = None, device: str | None = None, dtype: str = "float32"
) -> "SentenceTransformer":
    """The model of a folder or hub name; raises ModelError in one line where there is none.

    What its files leave open is as its family has it: the pooling of a plain transformer, and prompts where none are
    stored. A tokenizer without a token for padding gets one, and no text is read further than the model's positions
    reach. `dtype` is one of DTYPES, or `auto` (see `pick_dtype`). Code that a model brings along is never run.
    """
    model_name = find_model(name, revision=revision)
    if not is_here(model_name, revision=revision) and (reason := ask_hub(model_name, revision=revision)):
        raise ModelError([_unfetched(name, model_name, revision, reason)])
    import torch
    from sentence_transformers import SentenceTransformer

    with torch.random.fork_rng(devices=[]), quiet_loading():
        torch.manual_seed(0)  # weights that the files lack, as a pooler's, are drawn alike each time
        try:
            own = own_modules(model_file(model_name, "modules.json", revision=revision))
            load = partial(SentenceTransformer._load_with_module_classes, model_name, own)
            model = (load if own else partial(SentenceTransformer, model_name))(
                revision=revision,
                device=device,
                local_files_only=is_offline(),
                model_kwargs={"dtype": pick_dtype(dtype, device)},
            )
        except Exception as error:
            # whatever a foreign model's files make its loader raise, a user needs one line of it
            raise ModelError([_unloadable(name, model_name, revision, error)]) from error
    config = read_json(model_name, "config.json", revision=revision)
    if not model_file(model_name, "modules.json", revision=revision):
        set_pooling(model, find_family(model_name, config).pooling, where=name)
    stored = read_json(model_name, "config_sentence_transformers.json", revision=revision).get("prompts")
    query, passage = prompts_of(model_name, stored, config)
    model.prompts.update({"query": query, "document": passage} if stored else stored_prompts(query, passage))
    _give_padding(model, where=name)
    limit = position_limit(model)
    if limit and (model.max_seq_length or limit) >= limit:
        model.max_seq_length = limit
    return model


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Within the block, transformers shows no progress bars of its own, neither where it loads nor where it saves."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def set_pooling(model: "SentenceTransformer", pooling: str, *, where: str) -> None:
    """Pool the vectors of tokens in one of POOLINGS; raises ModelError for another, and for a model without pooling."""
    from sentence_transformers.sentence_transformer.modules import Pooling

    if pooling not in POOLINGS:
        raise ModelError([Fault(where, f"no such pooling: {pooling!r}", f"known: {', '.join(POOLINGS)}")])
    for name, module in model.named_children():
        if isinstance(module, Pooling):
            setattr(model, name, Pooling(module.embedding_dimension, pooling))
            return
    modules = ", ".join(type(module).__name__ for module in model)
    raise ModelError([Fault(where, f"no pooling to set in a model of {modules}", "leave encoder.pooling out")])


def pick_dtype(name: str, device: str | None = None) -> "torch.dtype":
    """The type of weights by name; `auto` is bfloat16 where the processor computes in it, else float32.

    `device` is where the model will be, None for a GPU if there is one. Raises ModelError for an unknown name.
    """
    import torch

    if name == "auto":
        name = "bfloat16" if _computes_in_bfloat16(device) else "float32"
    if name not in DTYPES:
        raise ModelError([Fault("dtype", f"no such type: {name!r}", f"known: auto, {', '.join(DTYPES)}")])
    found: torch.dtype = getattr(torch, name)
    return found


def _computes_in_bfloat16(device: str | None) -> bool:
    import torch

    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda"):
        return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    abilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return device == "cpu" and any(abilities.get(one) for one in ("avx512_bf16", "amx_bf16", "arm_bf16"))


def _give_padding(model: "SentenceTransformer", *, where: str) -> None:
    """Let a tokenizer without a token for padding pad with another of its own; which does not matter, it is masked."""
    tokenizer = getattr(model[0], "tokenizer", None)
    if tokenizer is None or not hasattr(tokenizer, "pad_token") or tokenizer.pad_token is not None:
        return
    # positions of RoBERTa's kind are counted over what is not padding by the id that the configuration names
    padding = getattr(model[0].config, "pad_token_id", None)
    if isinstance(padding, int) and 0 <= padding < len(tokenizer):
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(padding)
        return
    for token in (tokenizer.eos_token, tokenizer.sep_token, tokenizer.unk_token):
        if token is not None:
            tokenizer.pad_token = token
            return
    works = "add a pad_token to its tokenizer_config.json"
    raise ModelError([Fault(where, "its tokenizer has no token to pad with, nor one that could stand for it", works)])


def _unloadable(name: str, model: str, revision: str | None, error: Exception) -> Fault:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    if is_here(model, revision=revision):
        works = "a sentence-transformers folder, or owner/name on the hub"
        return Fault(name, f"cannot be loaded as a model ({reason})", works)
    return _unfetched(name, model, revision, reason)


def _unfetched(name: str, model: str, revision: str | None, reason: str) -> Fault:
    fault = not_here(name, model, revision)
    return fault._replace(found=f"{fault.found}, and cannot be fetched ({reason})")
