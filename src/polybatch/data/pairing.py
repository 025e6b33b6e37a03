"""Pairs out of running text: headline, sentence or summary to a passage of its document. No files are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from polybatch.errors import DataError, Fault
from polybatch.records import Item
from polybatch.text.passages import count_words, cut_passages, join_sentences, packed

Run = Mapping[str, Sequence[str]]
"""Sentences that follow one another, in each language."""


@dataclass(frozen=True)
class Document:
    """One story in one or more languages, its sentences in order; blank ones are passed over.

    `aligned` says that sentence n of one language is sentence n of every other; without it the languages tell the same
    story, each in its own sentences. Raises DataError where an aligned one has not as many sentences in every language.
    """

    id: str
    sentences: Mapping[str, Sequence[str]]
    headlines: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    aligned: bool = False

    def __post_init__(self) -> None:
        counts = {code: len(one) for code, one in self.sentences.items()}
        if self.aligned and len(set(counts.values())) > 1:
            found = ", ".join(f"{count} sentences in {code}" for code, count in counts.items())
            raise DataError([Fault(f"document {self.id}", found, "as many in each, or a document that is not aligned")])


@dataclass(frozen=True)
class Pairing:
    """How pairs are made: `tokens` of a passage at most, counted by `count` (words by default; see `cut_passages`).

    `following`: how many sentences follow a query, at most; `with_sentence`: whether the query's own sentence begins
    its passage; `seed`: of which sentence of a passage is held out.
    """

    tokens: int = 180
    count: Callable[[str], int] | None = None
    following: int = 2
    with_sentence: bool = False
    seed: int = 0

    def length(self, text: str, language: str) -> int:
        """How many tokens a text has."""
        return self.count(text) if self.count else count_words(text, language)


def headline_to_passage(document: Document, pairing: Pairing) -> Iterator[Item]:
    """The headline to each passage of its document, in every language: all of them tell what it says.

    Passages are cut at the same sentences in all languages where these are aligned; else passage n of one language
    stands beside passage n of the others, of the same story but not of the same sentences.
    """
    if document.aligned:
        passages = [_joined(run) for run in _runs(document, pairing)]
    else:
        cut = {
            code: cut_passages(join_sentences(one), language=code, tokens=pairing.tokens, count=pairing.count)
            for code, one in document.sentences.items()
        }
        most = max(map(len, cut.values()), default=0)
        passages = [{code: one[at] for code, one in cut.items() if at < len(one)} for at in range(most)]
    for number, passage in enumerate(passages):
        yield from _item(document, f"headline.{number}", document.headlines, passage)


def sentence_to_next(document: Document, pairing: Pairing) -> Iterator[Item]:
    """Each sentence to those that follow it; the last one has none to follow."""
    for name, one in _by_alignment(document):
        for at in range(_length(one.sentences) - 1):
            start = at if pairing.with_sentence else at + 1
            sentence = {code: texts[at] for code, texts in one.sentences.items()}
            passage = _joined(_slice(one.sentences, start, at + 1 + pairing.following))
            if any(map(str.strip, _joined(_slice(one.sentences, at + 1, at + 1 + pairing.following)).values())):
                yield from _item(document, f"next{name}.{at}", sentence, passage)


def held_out_sentence(document: Document, pairing: Pairing) -> Iterator[Item]:
    """One sentence of each passage, taken out of it, to the rest of it; a passage of one sentence gives none.

    Which sentence is a hash of the seed, the document and the passage, the same in all languages.
    """
    for name, one in _by_alignment(document):
        for number, run in enumerate(_runs(one, pairing)):
            if _length(run) < 2:
                continue
            key = f"{pairing.seed} {number} {name} {document.id}".encode("utf-8", "surrogatepass")
            at = int.from_bytes(blake2b(key, digest_size=8).digest(), "little") % _length(run)
            sentence = {code: texts[at] for code, texts in run.items()}
            rest = {code: [*texts[:at], *texts[at + 1 :]] for code, texts in run.items()}
            yield from _item(document, f"held-out{name}.{number}", sentence, _joined(rest))


def summary_to_article(document: Document, pairing: Pairing) -> Iterator[Item]:
    """The summary to the whole article, whatever its length: an encoder reads as much of it as it can."""
    yield from _item(document, "summary", document.summaries, _joined(document.sentences))


PAIRINGS: dict[str, Callable[[Document, Pairing], Iterator[Item]]] = {
    "headline": headline_to_passage,
    "next": sentence_to_next,
    "held-out": held_out_sentence,
    "summary": summary_to_article,
}
"""The ways of making pairs, by name."""


def pairs(documents: Iterable[Document], kinds: Sequence[str], pairing: Pairing | None = None) -> Iterator[Item]:
    """Items of every document, one document after the other, in each way of PAIRINGS that `kinds` names.

    No pair crosses the border of a document. A document is a passage group: whatever answers one of its queries, in
    any language and of any kind, is never the negative of another. Where sentences are not aligned, pairs of sentences
    are of one language each; headlines and summaries are of all, since they hold for the story. Texts that are blank
    are left out, and items without a query or a passage are not made. Raises DataError for an unknown kind.
    """
    known = f"known: {', '.join(PAIRINGS)}"
    faults = [Fault("pairs", f"no such kind: {kind!r}", known) for kind in kinds if kind not in PAIRINGS]
    if faults:
        raise DataError(faults)
    for document in documents:
        for kind in kinds:
            yield from PAIRINGS[kind](document, pairing or Pairing())


def _item(document: Document, what: str, queries: Mapping[str, str], passages: Mapping[str, str]) -> Iterator[Item]:
    queries, passages = (
        {code: one.strip() for code, one in side.items() if one.strip()} for side in (queries, passages)
    )
    if queries and passages:
        yield Item(f"{document.id}:{what}", document.id, queries, passages)


def _by_alignment(document: Document) -> Iterator[tuple[str, Document]]:
    """The document, without sentences that are blank in all languages; one a language where they are not aligned."""
    if document.aligned:
        full = [any(map(str.strip, one)) for one in zip(*document.sentences.values(), strict=True)]
        kept = {
            code: [text for text, any_text in zip(one, full, strict=True) if any_text]
            for code, one in document.sentences.items()
        }
        yield "", Document(document.id, kept, aligned=True)
    else:
        for code, one in document.sentences.items():
            yield f".{code}", Document(document.id, {code: [text for text in one if text.strip()]}, aligned=True)


def _runs(document: Document, pairing: Pairing) -> list[Run]:
    """An aligned document in runs that are passages: of whole sentences, and too long in no language if one can."""
    lengths = {code: [pairing.length(one, code) for one in texts] for code, texts in document.sentences.items()}

    def too_long(start: int, end: int) -> bool:
        return any(sum(one[start:end]) > pairing.tokens for one in lengths.values())

    spans = packed([(at, at + 1) for at in range(_length(document.sentences))], too_long)
    return [_slice(document.sentences, start, end) for start, end in spans]


def _length(run: Run) -> int:
    return len(next(iter(run.values()), ()))


def _slice(run: Run, start: int, end: int) -> Run:
    return {code: texts[start:end] for code, texts in run.items()}


def _joined(run: Run) -> dict[str, str]:
    return {code: join_sentences(one.strip() for one in texts if one.strip()) for code, texts in run.items()}
