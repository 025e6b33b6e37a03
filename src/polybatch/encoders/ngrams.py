"""Words by their parts: hashed character n-grams of words written in Latin letters, beside a tokenizer's subwords."""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ABOUT = "ngrams.json"
"""The file of a model that says how its n-grams and its lexical part are made."""

WORDS_REMEMBERED = 1 << 18
LEAST_LETTERS = 3  # of a word in Latin letters: shorter ones are told by their subwords

ALIKE = (
    *(("chh", "c"), ("ch", "c"), ("ph", "f"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("bh", "b")),
    *(("jh", "j"), ("sh", "s"), ("ck", "k"), ("q", "k"), ("c", "k"), ("v", "b"), ("w", "b"), ("z", "j"), ("x", "ks")),
    *(("ee", "i"), ("oo", "u"), ("y", "i")),
)
"""What is written differently in Latin letters for like sounds, replaced in this order: Vikram and bikram are one."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_\u200c\u200d]+")
_REPEATED = regex.compile(r"(.)\1+")


class Encoded(NamedTuple):
    """What `NgramTokenizer` gives for a text, with the names that an encoding of `tokenizers` has."""

    ids: list[int]
    overflowing: tuple[()] = ()


class NgramTokenizer:
    """A text as the ids of its subwords, then of the n-grams of its words, which come after all subwords' ids.

    It stands where a static encoder wants a `tokenizers.Tokenizer`: what is used of one there is here. `buckets` is how
    many ids n-grams share: each is hashed to one. With a length of 0 there are none. `normalised`: words are those of
    the text as the subwords' normalizer writes it; else as it comes, as in models saved before.
    """

    def __init__(self, subwords: "Tokenizer", *, length: int, buckets: int, normalised: bool = False) -> None:
        self.subwords, self.length, self.buckets = subwords, length, buckets
        self.normalised = normalised and subwords.normalizer is not None
        self.first = subwords.get_vocab_size()
        self._cut = subwords
        if self.normalised:  # once for subwords and n-grams
            self._cut = subwords.from_str(subwords.to_str())
            self._cut.normalizer = None

    def encode_batch(self, texts: Sequence[str], *, add_special_tokens: bool = False) -> list[Encoded]:
        """Ids of each text; a text without subwords has no words either, and an empty list."""
        if self.normalised:
            texts = [self.subwords.normalizer.normalize_str(text) for text in texts]
        found = self._cut.encode_batch_fast(list(texts), add_special_tokens=add_special_tokens)
        return [Encoded(one.ids + self._ngrams(text)) for one, text in zip(found, texts, strict=True)]

    encode_batch_fast = encode_batch

    def get_vocab_size(self) -> int:
        """Ids of subwords and n-grams together."""
        return int(self.first + self.buckets)

    def no_padding(self) -> None:
        """As it is: texts are never padded."""

    def to_str(self) -> str:
        """The subwords' tokenizer as JSON, with what is added to it."""
        state: str = self.subwords.to_str()
        normalised = ', "normalised": true' * self.normalised
        return state[:-1] + f', "ngrams": {{"length": {self.length}, "buckets": {self.buckets}{normalised}}}}}'

    def save(self, path: str) -> None:
        """The subwords' tokenizer alone; length and buckets are the module's to keep."""
        self.subwords.save(path)

    def _ngrams(self, text: str) -> list[int]:
        first, length, buckets = self.first, self.length, self.buckets
        if not length:
            return []
        words = _WORD.findall(text)
        return [first + one for word in words for one in hashed_ngrams(word, length, buckets)]


@lru_cache(maxsize=WORDS_REMEMBERED)
def hashed_ngrams(word: str, length: int, buckets: int) -> tuple[int, ...]:
    """The n-grams of a word as `latin_word` writes it, between marks of its ends, each a number below `buckets`.

    Shorter than n with its marks, a word is one n-gram; shorter than LEAST_LETTERS, it has none. The hash is CRC-32,
    the same everywhere.
    """
    letters = latin_word(word)
    if len(letters) < LEAST_LETTERS:
        return ()
    marked = f"<{letters}>"
    starts = range(max(1, len(marked) - length + 1))
    return tuple(zlib.crc32(marked[start : start + length].encode()) % buckets for start in starts)


def latin_word(word: str) -> str:
    """A word of any script in lower-case Latin letters, by anyascii, its sounds spelt alike (ALIKE), none repeated.

    Devanagari loses its inherent vowels by it, and Arabic its short ones, as no letter stands for them.
    """
    from anyascii import anyascii

    letters: str = anyascii(word).lower()
    for spelling, alike in ALIKE:
        letters = letters.replace(spelling, alike)
    once: str = _REPEATED.sub(r"\1", letters)
    return once
