"""Our normalisation as a normalizer of the `tokenizers` library, saved with a tokenizer. Not here: its rules."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import regex

from polybatch.files import write_json
from polybatch.text.normalisation import INVISIBLE, JOINING, STRAIGHT, Normalisation

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

JOINERS = r"[\x{200c}\x{200d}]"


def normalising(tokenizer: "Tokenizer", options: Normalisation) -> "Tokenizer":
    """A copy of a tokenizer that writes every text as `options` have it first, in any program that loads it."""
    from tokenizers import Tokenizer

    copy = Tokenizer.from_str(tokenizer.to_str())
    _add_normalizer(copy, options)
    return copy


def normalise_in(model: "SentenceTransformer", options: Normalisation) -> None:
    """Let a pretrained model's tokenizer write every text as `options` have it first, and its saved one too.

    It becomes a plain fast tokenizer: classes such as `BertTokenizer` make their normalizer anew when they are loaded.
    A tokenizer that is not a fast one stays as it is.
    """
    from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

    body: Any = model[0]
    tokenizer = getattr(body, "processor", None)
    if not isinstance(tokenizer, PreTrainedTokenizerBase) or not tokenizer.is_fast or not _parts(options):
        return
    with TemporaryDirectory(prefix="polybatch-") as folder:
        tokenizer.save_pretrained(folder)
        path = Path(folder, "tokenizer_config.json")
        settings = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, settings | {"tokenizer_class": PreTrainedTokenizerFast.__name__})
        plain: Any = PreTrainedTokenizerFast.from_pretrained(folder)
    plain.name_or_path = tokenizer.name_or_path
    _add_normalizer(plain.backend_tokenizer, options)
    body.processor = plain


def _add_normalizer(tokenizer: "Tokenizer", options: Normalisation) -> None:
    from tokenizers import normalizers

    if parts := _parts(options):
        own = [] if tokenizer.normalizer is None else [tokenizer.normalizer]
        tokenizer.normalizer = normalizers.Sequence([*parts, *own])


def make_normalizer(options: Normalisation) -> "Normalizer":
    """What writes a text as `normalise` does. Its text is valid Unicode: no halves of surrogate pairs.

    The characters of each rule are written out, so that another program's tables of Unicode do not count, but for the
    form: that is the library's own NFC or NFKC.
    """
    from tokenizers import normalizers

    return normalizers.Sequence(_parts(options))


def _parts(options: Normalisation) -> list["Normalizer"]:
    from tokenizers import Regex, normalizers

    def made(rules: Iterable[tuple[str, str]]) -> "list[Normalizer]":
        return [normalizers.Replace(Regex(pattern), replacement) for pattern, replacement in rules]

    parts: list[Normalizer] = [*made(_replaced(options)), *made(_dropped_joiners(options))]
    if options.form != "none":
        form = normalizers.NFC() if options.form == "NFC" else normalizers.NFKC()
        # what is dropped may have stood between a letter and its accent, which then leave a joiner no place
        parts = [form, *parts, form, *made(_dropped_joiners(options)), form] if parts else [form]
    if options.spaces == "single":
        parts += [*made([(f"{_class(filter(str.isspace, _every()))}+", " ")]), normalizers.Strip()]
    return parts


def _replaced(options: Normalisation) -> list[tuple[str, str]]:
    """Patterns of Oniguruma, and what stands in the place of what they find, in this order."""
    found: list[tuple[str, str]] = []
    if options.quotes == "straight":
        found += [(_class(quotes), straight) for straight, quotes in STRAIGHT.items()]
    if options.digits == "ascii":
        found += [(_class(characters), str(digit)) for digit, characters in enumerate(_digits())]
    if options.invisible == "drop":
        found.append((_class(re.findall(f"[{INVISIBLE}]", _every())), ""))
    return found


def _dropped_joiners(options: Normalisation) -> list[tuple[str, str]]:
    if options.joiners == "script":
        return [(f"(?<={JOINERS}){JOINERS}+", ""), (_misplaced(), "")]
    return [(JOINERS, "")] if options.joiners == "drop" else []


@cache
def _misplaced() -> str:
    """A joiner that is neither between two characters of a name in JOINING, nor a half form's after a virama."""
    joining = [_class(regex.findall(pattern, _every())) for pattern in JOINING.values()]
    viramas = _class(one for one in _every() if unicodedata.combining(one) == 9)
    kept = [*(f"(?<={one}{JOINERS})(?={one})" for one in joining), rf"(?<={viramas}\x{{200d}})"]
    return f"{JOINERS}(?!{'|'.join(kept)})"  # the joiner first: most texts have none, and are scanned quickly


def _digits() -> list[str]:
    """The decimal digits of all scripts but ASCII's, by their value."""
    digits = [""] * 10
    for character in _every()[0x80:]:
        if (value := unicodedata.decimal(character, None)) is not None:
            digits[int(value)] += character
    return digits


@cache
def _every() -> str:
    """All characters but halves of pairs."""
    return "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)


def _class(characters: Iterable[str]) -> str:
    """A class of characters, as ranges of their numbers."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in ranges) + "]"
