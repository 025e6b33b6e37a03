"""Judge an encoder by word translation, beside pairs of words that are no translations. Not here: training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from polybatch.data.formats.lines import numbered_lines
from polybatch.errors import DataError, Fault
from polybatch.languages import check_language
from polybatch.progress import Progress
from polybatch.records import Direction

BLOCK = 1024  # source words compared with all target words at once
_LINES = "a header of two languages, as en<tab>sw, then a word, a tab and its translation on each line"


class WordEncoder(Protocol):
    """Words in, vectors out: an encoder as `load_encoder` gives it."""

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of words, shape (words, dimensions)."""
        ...


@dataclass(frozen=True)
class Lexicon:
    """Pairs of a word and a translation, of two languages; a word may have several translations, each a pair."""

    languages: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]

    def turned(self) -> "Lexicon":
        """The same pairs from the second language to the first."""
        return Lexicon(self.languages[::-1], tuple((target, source) for source, target in self.pairs))


@dataclass(frozen=True)
class WordTranslation:
    """How well an encoder finds translations of words, and how alike it finds words that are none.

    `accuracy` is the share of the `words` whose nearest of the `candidates` by cosine is one of their translations; a
    word that is no nearer than another does not count. `chance` is that of guessing. `cosine` is the mean over the
    pairs of the lexicon; `random_cosine` and `random_deviation` are mean and standard deviation over all other pairs
    of a source and a target word. A high `cosine` says nothing where `random_cosine` is as high.
    """

    words: int
    candidates: int
    accuracy: float
    chance: float
    cosine: float
    random_cosine: float
    random_deviation: float

    @property
    def separation(self) -> float:
        """How many deviations translations lie above random pairs, in cosine; 0 where random pairs do not differ."""
        return (self.cosine - self.random_cosine) / self.random_deviation if self.random_deviation else 0.0


def read_lexicon(path: Path) -> Lexicon:
    """A lexicon from a tab-separated UTF-8 file whose header names its two languages; raises DataError.

    Words are trimmed; a pair that comes twice counts once. Every fault is told at its line.
    """
    faults: list[Fault] = []
    pairs: dict[tuple[str, str], None] = {}
    languages: tuple[str, ...] = ()
    for where, line in numbered_lines(path, faults, works=_LINES):
        columns = tuple(column.strip() for column in line.split("\t"))
        if len(columns) != 2 or not all(columns):
            faults.append(Fault(where, f"not two words: {line.strip()[:80]!r}", _LINES))
        elif not languages:
            languages = columns
            for code in columns:
                faults.extend(check_language(code, where=where))
        else:
            pairs[columns[0], columns[1]] = None
    if not pairs and not faults:
        faults.append(Fault(str(path), "no pairs of words", _LINES))
    if faults:
        raise DataError(faults)
    return Lexicon((languages[0], languages[1]), tuple(pairs))


def both_ways(encoder: WordEncoder, lexicon: Lexicon, *, progress: Progress) -> list[tuple[Direction, WordTranslation]]:
    """Judge an encoder on a lexicon, from each of its languages to the other, as `word_translation` does."""
    ways = (lexicon, lexicon.turned())
    return [(Direction(*way.languages), word_translation(encoder, way.pairs, progress=progress)) for way in ways]


def to_text(found: Sequence[tuple[Direction, WordTranslation]]) -> str:
    """As Markdown: what was found in each direction, a row each, beside its controls."""
    lines = [
        "| from-to | words | candidates | accuracy | by chance | cosine | of random pairs | deviations above them |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for direction, one in found:
        random = f"{one.random_cosine:.3f} ± {one.random_deviation:.3f}"
        shares = f"{one.accuracy:.3f} | {one.chance:.4f} | {one.cosine:.3f} | {random} | {one.separation:.1f}"
        lines.append(f"| {direction} | {one.words:,} | {one.candidates:,} | {shares} |")
    return "\n".join(lines)


def word_translation(encoder: WordEncoder, pairs: Sequence[tuple[str, str]], *, progress: Progress) -> WordTranslation:
    """Judge an encoder on pairs of a word and a translation, from the first words to the second.

    All first words are looked up among all second words. Both are encoded as queries, so that they are written alike.
    Raises DataError for no pairs, and where every word is a translation of every other: there is nothing to compare.
    """
    sources, targets = (list(dict.fromkeys(pair[side] for pair in pairs)) for side in (0, 1))
    true = np.zeros((len(sources), len(targets)), dtype=bool)
    rows, columns = ({word: number for number, word in enumerate(words)} for words in (sources, targets))
    for source, target in pairs:
        true[rows[source], columns[target]] = True
    if true.all():
        raise DataError([Fault("lexicon", f"{len(sources)} words, all translations of one another", "more words")])
    left, right = (_unit_length(encoder.encode_queries(words, progress)) for words in (sources, targets))
    right_first = 0
    total = squares = true_total = 0.0
    for start in range(0, len(sources), BLOCK):
        cosines = left[start : start + BLOCK] @ right.T
        here = true[start : start + BLOCK]
        right_first += int((np.where(here, cosines, -2).max(axis=1) > np.where(here, -2, cosines).max(axis=1)).sum())
        total += float(cosines[~here].sum(dtype=np.float64))
        squares += float((cosines[~here].astype(np.float64) ** 2).sum())
        true_total += float(cosines[here].sum(dtype=np.float64))
    others = true.size - int(true.sum())
    mean = total / others
    return WordTranslation(
        words=len(sources),
        candidates=len(targets),
        accuracy=right_first / len(sources),
        chance=float(true.mean()),
        cosine=true_total / int(true.sum()),
        random_cosine=mean,
        random_deviation=max(squares / others - mean**2, 0.0) ** 0.5,
    )


def _unit_length(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
