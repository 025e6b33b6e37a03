"""BM25 as a scorer that can be judged, with statistics language by language. Not here: what a word is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from polybatch.progress import Progress
from polybatch.records import Collection
from polybatch.text.words import tokens

if TYPE_CHECKING:
    from bm25s import BM25

K1, B = 0.9, 0.4  # Anserini's, which published baselines of BEIR and MIRACL have

Tokenize = Callable[[str], list[str]]


class Bm25:
    """BM25 (Robertson and others 1994; Lucene's form, all scores 0 or more) by the library bm25s, over words.

    `languages` says which language a passage text is in. How rare a word is and how long passages are is counted among
    the passages of one language, as a search engine with an index for each would, so that monolingual scores are those
    of a monolingual collection; counted over the union, every word seems rare, and common words weigh too much. A
    passage has one score in all settings, and the union merges the languages by score. Texts that `languages` does not
    name count together, as one more language. A text that several languages share counts in one, that which is named.

    A query scores 0 against what it shares no word with; there, passages tie.
    """

    def __init__(
        self, languages: Mapping[str, str] | None = None, *, k1: float = K1, b: float = B, tokenize: Tokenize = tokens
    ) -> None:
        self.languages = languages or {}
        self.k1, self.b, self.tokenize = k1, b, tokenize

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        """Index passages; what comes back gives BM25 scores of queries, float32, shape (queries, passages)."""
        homes: dict[str, list[int]] = {}
        for place, text in enumerate(passages):
            homes.setdefault(self.languages.get(text, ""), []).append(place)
        indexes: list[tuple[np.ndarray, BM25]] = []
        with progress.task("indexing passages", len(passages)) as advance:
            for _, places in sorted(homes.items()):
                words = [self.tokenize(passages[place]) for place in places]
                if any(words):  # the library cannot index none at all
                    indexes.append((np.array(places), self._index(words)))
                advance(len(places))

        def score(queries: Sequence[str]) -> np.ndarray:
            scores = np.zeros((len(queries), len(passages)), dtype=np.float32)
            for row, query in enumerate(queries):
                words = self.tokenize(query)
                for places, index in indexes if words else ():
                    scores[row, places] = index.get_scores(words)
            return scores

        return score

    def _index(self, passages: list[list[str]]) -> "BM25":
        from bm25s import BM25

        index = BM25(k1=self.k1, b=self.b, method="lucene")
        index.index(passages, show_progress=False)
        return index


def languages_of(collections: Iterable[Collection]) -> dict[str, str]:
    """The language of every passage text of some collections; of a text in several, the last that has it."""
    return {passage.text: code for one in collections for code in one.languages for passage in one.passages[code]}
