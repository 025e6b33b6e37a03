"""A correction as modules of a sentence-transformers model: which language a text is in, and what is taken off."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.base.modules.module import Module
from sentence_transformers.util import fullname, import_module_class
from torch import Tensor
from torch.nn.functional import normalize

from polybatch.correction.record import ABOUT, ARRAYS, Correction, language_numbers
from polybatch.encoders.own import own_module
from polybatch.text.identification import identify

LANGUAGE = "language"  # the feature that goes from the first module to the last: the number of each text's language
FIRST = "identification.json"
_WHERE = ("subfolder", "token", "cache_folder", "revision", "local_files_only")


class Identification(InputModule):
    """A model's own first module, which tells the language of every text besides.

    The language is that which `encode(texts, language="sw")` names, else the likeliest of `languages`, those of the
    correction: a text in any other is taken for one of them. A text without a letter has none.
    """

    forward_kwargs = {LANGUAGE}  # noqa: RUF012  # as sentence-transformers declares it

    def __init__(self, inner: Any, languages: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.inner, self.languages = inner, tuple(languages)

    def __getattr__(self, name: str) -> Any:
        """What is asked of a first module, such as its tokenizer, is the inner one's."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("inner"), name)

    @property
    def modalities(self) -> Any:
        """What the inner module reads."""
        return self.inner.modalities

    @property
    def max_seq_length(self) -> Any:
        """The longest text that the inner module reads; it can be set."""
        return self.inner.max_seq_length

    @max_seq_length.setter
    def max_seq_length(self, tokens: int) -> None:
        self.inner.max_seq_length = tokens

    def preprocess(self, inputs: Any, prompt: str | None = None, **options: Any) -> dict[str, Any]:
        """The inner module's features of texts, and the numbers of their languages."""
        named = options.pop(LANGUAGE, None)
        features: dict[str, Any] = self.inner.preprocess(inputs, prompt=prompt, **options)
        codes = [named] * len(inputs)
        if named is None:
            texts = [text if isinstance(text, str) else "" for text in inputs]
            codes = [found.language for found in identify(texts, self.languages)]
        features[LANGUAGE] = torch.from_numpy(language_numbers(codes, self.languages))
        return features

    def forward(self, features: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The inner module's, which never sees the languages."""
        numbers = features.pop(LANGUAGE)
        options = {key: value for key, value in options.items() if key in getattr(self.inner, "forward_kwargs", ())}
        found: dict[str, Any] = self.inner(features, **options)
        return found | {LANGUAGE: numbers}

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        """The inner module's files, which class reads them, and the languages."""
        self.inner.save(output_path, *args, **options)
        about = json.dumps({"inner": fullname(self.inner), "languages": self.languages}, indent=1) + "\n"
        (Path(output_path) / FIRST).write_text(about, encoding="utf-8")

    @classmethod
    def load(cls, model_name_or_path: str, **options: Any) -> Self:  # type: ignore[override]  # called by names
        """As saved; a foreign inner module is loaded under sentence-transformers' own rules for foreign code."""
        where = {key: options[key] for key in _WHERE if key in options}
        about = cls.load_config(model_name_or_path, config_filename=FIRST, **where)
        trust = options.get("trust_remote_code", False)
        inner: Any = own_module(about["inner"]) or import_module_class(
            about["inner"], model_name_or_path=model_name_or_path, trust_remote_code=trust
        )
        return cls(inner.load(model_name_or_path, **options), about["languages"])


class Corrected(Module):
    """The last module: vectors are scaled to length 1, corrected by their language, and scaled to length 1 again.

    To shift, texts are passages if `encode_document` encodes them; it leaves others where they are.
    """

    forward_kwargs = {"task"}  # noqa: RUF012  # as sentence-transformers declares it

    offsets: Tensor
    bases: Tensor

    def __init__(self, correction: Correction) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._correction = correction
        self.name, self.passages_only = correction.name, correction.passages_only
        # a last row of zeros is the unknown language's, whose number is -1
        self.register_buffer("offsets", _with_zeros(correction.offsets))
        self.register_buffer("bases", _with_zeros(correction.bases))

    def forward(self, features: dict[str, Any], task: str | None = None, **options: Any) -> dict[str, Any]:
        """Vectors corrected."""
        numbers = features.pop(LANGUAGE)
        vectors = normalize(features["sentence_embedding"], dim=1)
        if task == "document" or not self.passages_only:
            for number in numbers.unique().tolist():
                offset, basis = self.offsets[number].to(vectors.dtype), self.bases[number].to(vectors.dtype)
                moved = vectors - offset
                moved = moved - (moved @ basis.T) @ basis
                vectors = torch.where((numbers == number)[:, None], moved, vectors)
            vectors = normalize(vectors, dim=1)
        return features | {"sentence_embedding": vectors}

    def get_embedding_dimension(self) -> int:
        """Components of a vector."""
        return self._correction.dimensions

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        """The correction, as two files."""
        self._correction.write(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, **options: Any) -> Self:  # type: ignore[override]  # called by names
        """As saved. Raises ModelError where a file is missing or broken."""
        where = {key: options[key] for key in _WHERE if key in options}
        paths = [cls.load_file_path(model_name_or_path, filename=one, **where) for one in (ABOUT, ARRAYS)]
        folder = Path(model_name_or_path) / options.get("subfolder", "") if paths[0] is None else Path(paths[0]).parent
        return cls(Correction.read(folder))


def _with_zeros(array: Any) -> Tensor:
    found = torch.from_numpy(array)
    return torch.cat([found, torch.zeros_like(found[:1])])
