"""Sequence-to-sequence models of transformers as translators: the one door to torch and transformers here."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from polybatch.data.translation.codes import FAMILIES, Family, Named, languages_of
from polybatch.encoders.hub import ask_hub
from polybatch.errors import Fault, ModelError
from polybatch.languages import language_code

LONGEST = 512  # tokens of a line, for models that name no limit of their own
WORKS = f"a model of {', '.join(family.name for family in FAMILIES)}, by folder or hub name"
TOO_LONG, CUT_OFF, EMPTY = "longer than the model reads", "the translation does not end", "an empty translation"


class ModelTranslator:
    """NLLB, M2M-100, mBART-50, MADLAD-400 and OPUS-MT, by beam search; other models with their tokens work alike.

    Lines are batched by their number of tokens. Nothing is cut: a line of more tokens than the model reads is refused,
    and so is a translation that has not ended after thrice the tokens of its line and twenty more.
    """

    def __init__(self, model: Any, tokenizer: Any, name: str, *, batch_size: int = 16, beams: int = 4) -> None:
        self.model, self.tokenizer, self.name = model, tokenizer, name
        self.batch_size, self.beams = batch_size, beams
        found = languages_of(_vocabulary(tokenizer))
        self.family: Family | None = found[0] if found else None
        self.languages: Mapping[str, Named] = found[1] if found else {}
        self._pair = tuple(language_code(str(getattr(tokenizer, side, ""))) for side in ("source_lang", "target_lang"))
        limits = (getattr(model.config, "max_position_embeddings", None), tokenizer.model_max_length)
        self.longest = min([one for one in limits if one and one < 100_000], default=LONGEST)

    @cached_property
    def identity(self) -> str:
        """A hash of weights and vocabulary, and how the search goes; not the name."""
        import torch

        state = blake2b(digest_size=16)
        for name, values in sorted(self.model.state_dict().items()):
            state.update(name.encode())
            state.update(values.cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        for token, number in sorted(self.tokenizer.get_vocab().items()):
            state.update(f"{token}\t{number}\n".encode(errors="surrogatepass"))
        return f"model {state.hexdigest()}, {self.beams} beams"

    def check(self, source: str, target: str) -> None:
        """Raise ModelError for a language that the model has no token for, or, without any tokens, is not made for."""
        if self.family is None or (self.family.place == "prefix" and self._pair[1] == target):
            faults = self._pair_faults(source, target)
        else:
            known = f"known: {', '.join(self.languages)}"
            needed = [source, target] if self.family.place == "first" else [target]
            faults = [Fault(self.name, f"no language {code!r}", known) for code in needed if code not in self.languages]
        if faults:
            raise ModelError(faults)

    def _pair_faults(self, source: str, target: str) -> list[Fault]:
        if self._pair in ((source, target), (None, target)):
            return []
        pair = " to ".join(str(code) for code in self._pair) if all(self._pair) else "no languages that it says"
        return [Fault(self.name, f"a model from {pair}, not from {source} to {target}", WORKS)]

    def translate(self, lines: Sequence[str], source: str, target: str) -> list[tuple[str, str]]:
        """A translation and a fault for each line, one of them empty. Raises ModelError as `check` does."""
        self.check(source, target)
        forced: dict[str, int] = {}
        texts = list(lines)
        if self.family and target in self.languages:
            token = self.languages[target].token
            if self.family.place == "first":
                self.tokenizer.src_lang = self.languages[source].code
                forced = {"forced_bos_token_id": _number(self.tokenizer, token)}
            else:
                texts = [f"{token} {line}" for line in lines]
        encoded = self.tokenizer(texts, truncation=False)["input_ids"] if texts else []
        found = [("", TOO_LONG)] * len(texts)
        short = sorted(
            (place for place, ids in enumerate(encoded) if len(ids) <= self.longest), key=lambda one: -len(encoded[one])
        )
        for start in range(0, len(short), self.batch_size):
            places = short[start : start + self.batch_size]
            for place, translation in zip(places, self._batch([encoded[one] for one in places], forced), strict=True):
                found[place] = translation
        return found

    def _batch(self, ids: Sequence[Sequence[int]], forced: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        import torch

        padded = self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt").to(self.model.device)
        most = min(self.longest, 3 * len(ids[0]) + 20)
        with torch.inference_mode():
            output = self.model.generate(
                input_ids=padded["input_ids"],
                attention_mask=padded["attention_mask"],
                num_beams=self.beams,
                do_sample=False,
                max_new_tokens=most,
                max_length=None,
                **forced,
            )
        ends = _ends(self.model)
        for row in output[:, 1:].tolist():  # the first token is the decoder's start, in some families an end itself
            end = next((place for place, token in enumerate(row) if token in ends), most)
            if end >= most - 1:  # some models force an end on the last token that they may give
                yield "", CUT_OFF
                continue
            said = row[len(forced) : end]  # not all tokenizers take the token of a language for a special one
            text = " ".join(self.tokenizer.decode(said, skip_special_tokens=True).split())
            yield text, "" if text else EMPTY


def load_translator(name: str, *, batch_size: int = 16, beams: int = 4, device: str = "cpu") -> ModelTranslator:
    """The translator of a folder or hub name, in float32 on a processor, in bfloat16 elsewhere.

    Code that a model brings along is never run. Raises ModelError in one line where it cannot be loaded.
    """
    if Path(name).exists() and not (Path(name) / "config.json").is_file():
        raise ModelError([Fault(name, "holds no config.json", WORKS)])
    from huggingface_hub import try_to_load_from_cache

    here = Path(name).exists() or isinstance(try_to_load_from_cache(name, "config.json"), str)
    if not here and (reason := ask_hub(name)):
        raise ModelError([Fault(name, f"not on this machine, and cannot be fetched ({reason})", WORKS)])
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sacremoses, which OPUS-MT's tokenizer can do without
            tokenizer: Any = AutoTokenizer.from_pretrained(name)
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(name, dtype=dtype)
    except Exception as error:
        # whatever a foreign model's files make its loader raise, a user needs one line of it
        logging.getLogger(__name__).debug("loading %s", name, exc_info=True)
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError([Fault(name, f"cannot be loaded as a translation model ({reason})", WORKS)]) from error
    return ModelTranslator(model.to(device).eval(), tokenizer, name, batch_size=batch_size, beams=beams)


def _vocabulary(tokenizer: Any) -> set[str]:
    """All tokens; M2M-100's tokenizer keeps those of its languages apart."""
    return {*tokenizer.get_vocab(), *tokenizer.all_special_tokens, *getattr(tokenizer, "lang_token_to_id", ())}


def _number(tokenizer: Any, token: str) -> int:
    return int(getattr(tokenizer, "lang_token_to_id", {}).get(token, tokenizer.convert_tokens_to_ids(token)))


def _ends(model: Any) -> set[int]:
    found = model.generation_config.eos_token_id
    return set(found) if isinstance(found, list) else {found}
