"""Which translations are good enough: length, language, likeness, the way back. Pure; models are handed in."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from polybatch.errors import DataError, Fault
from polybatch.text.identification import differs

if TYPE_CHECKING:
    import numpy as np

SHORTEST = 20  # characters of the longer text from which on lengths say something
WIDE = 3  # characters of an alphabet that a Chinese, Japanese or Korean one is worth
ORDER, BETA = 6, 2  # chrF2 of six characters, as in its paper


@dataclass(frozen=True)
class Likeness:
    """How like its text a translation must be: `least` is a cosine, -1 to 1, of what `encode` gives for the two.

    `encode` takes texts in any of the languages and gives float vectors, shape (texts, dimensions): a model that has
    learnt to put a sentence and its translation close together, such as LaBSE (Feng et al., ACL 2022).
    """

    encode: "Callable[[Sequence[str]], np.ndarray]"
    least: float = 0.7

    def __post_init__(self) -> None:
        if not -1 <= self.least <= 1:
            raise DataError([Fault("likeness", str(self.least), "a cosine from -1 to 1, such as 0.7")])

    def are_alike(self, texts: Sequence[str], translations: Sequence[str]) -> list[bool]:
        """Whether each translation is like its text; never where a vector is zero or no number."""
        import numpy as np

        if not texts:
            return []
        one, other = (np.asarray(self.encode(side), dtype=np.float64) for side in (texts, translations))
        with np.errstate(invalid="ignore"):
            cosines = (one * other).sum(axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
        alike: list[bool] = (cosines >= self.least).tolist()
        return alike


@dataclass(frozen=True)
class Filter:
    """What a translation must not be: `longest_ratio` times as long as its text, or as short; in another language.

    `round_trip` is the chrF that the text must have with its translation translated back, 0 to 1, and `likeness` what a
    model must say of the two; None does not ask.
    """

    longest_ratio: float = 3.0
    language: bool = True
    round_trip: float | None = None
    likeness: Likeness | None = None

    def __post_init__(self) -> None:
        faults = []
        if not self.longest_ratio > 1:
            faults.append(Fault("length ratio", str(self.longest_ratio), "more than 1, such as 3"))
        if self.round_trip is not None and not 0 <= self.round_trip <= 1:
            faults.append(Fault("round trip", str(self.round_trip), "a chrF from 0 to 1, such as 0.4"))
        if faults:
            raise DataError(faults)

    def fault(self, text: str, translation: str, target: str) -> str:
        """Why a translation is refused; nothing if it is not. Models are not asked here."""
        lengths = sorted([_length(text), _length(translation)])
        if lengths[1] >= SHORTEST and lengths[1] > self.longest_ratio * lengths[0]:
            return "of quite another length"
        if self.language and (found := differs(translation, target)):
            return f"looks like {found.language}, not {target}"
        return ""


def chrf(found: str, expected: str) -> float:
    """chrF2 of a text against another (Popović, WMT 2015), 0 to 1: F of character n-grams up to six, spaces left out.

    n-grams longer than both texts do not count; two texts without a character are the same.
    """
    found, expected = "".join(found.split()), "".join(expected.split())
    if found == expected:
        return 1.0
    precisions, recalls = [], []
    for size in range(1, ORDER + 1):
        mine, theirs = _ngrams(found, size), _ngrams(expected, size)
        if mine or theirs:
            shared = (mine & theirs).total()
            precisions.append(shared / max(1, mine.total()))
            recalls.append(shared / max(1, theirs.total()))
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    if not precision + recall:
        return 0.0
    return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def _ngrams(text: str, size: int) -> Counter[str]:
    return Counter(text[start : start + size] for start in range(len(text) - size + 1))


def _length(text: str) -> int:
    return sum(WIDE if east_asian_width(character) in "WF" else 1 for character in text)
