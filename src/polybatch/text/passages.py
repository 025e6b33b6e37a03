"""Cut running text into sentences and passages, in any language, by ICU's rules. Not here: what is paired."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from unicodedata import east_asian_width

Span = tuple[int, int]
"""The place of its first character, and that after its last."""

_HALVES = re.compile("[\ud800-\udfff]")


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, without the white space between them; a line end ends one.

    ICU's rules for the language, with its list of abbreviations that end no sentence (`Mr.`). Thai has no marks of a
    sentence: a line of it is one. Raises nothing for an unknown language, which has the rules of all.
    """
    return _stripped(text, _sentence_spans(text, language))


def cut_passages(
    text: str, *, language: str, tokens: int = 180, count: Callable[[str], int] | None = None
) -> list[str]:
    """Passages of as many whole sentences as `tokens` allow, in order; nothing but white space between them is lost.

    A sentence that is too long alone is cut between words, and a word that is too long alone is a passage. `count`
    says how many tokens a text has, and a longer text never has fewer; without it, they are words as ICU sees them.
    """
    if tokens < 1:
        raise ValueError(f"{tokens} tokens; a passage has 1 or more")

    length = _length(text, language, count)

    def too_long(start: int, end: int) -> bool:
        return length(start, end) > tokens

    spans: list[Span] = []
    for start, end in packed(_sentence_spans(text, language), too_long):
        if too_long(start, end):  # one sentence, or packed would have cut it
            spans.extend(packed(_spans("WordBreaker", text[start:end], language, start), too_long))
        else:
            spans.append((start, end))
    return _stripped(text, spans)


def count_words(text: str, language: str) -> int:
    """How many words ICU sees: stretches with a letter or a digit, by dictionary in Thai, Khmer, Burmese or Chinese."""
    return len(_word_starts(text, language))


def packed(spans: Sequence[Span], too_long: Callable[[int, int], bool]) -> list[Span]:
    """Spans that follow one another, joined while they are not too long together; one too long alone stays alone.

    Each is as long as it can be, found in steps that double, so that no length much above the limit is looked at.
    """
    found: list[Span] = []
    first = 0
    while first < len(spans):
        start, step = spans[first][0], 1
        while first + step < len(spans) and not too_long(start, spans[first + step][1]):
            step *= 2
        # fits up to first + step // 2; does not from first + step on
        candidates = range(first + step // 2, min(first + step, len(spans)))
        last = candidates[0] + bisect_right(candidates[1:], False, key=lambda one: too_long(start, spans[one][1]))
        found.append((start, spans[last][1]))
        first = last + 1
    return found


def join_sentences(parts: Iterable[str]) -> str:
    """Sentences as running text: a space between two, but none after a full-width character (Chinese, Japanese)."""
    joined = ""
    for part in parts:
        space = " " if joined and not _is_full_width(joined[-1]) else ""
        joined += space + part
    return joined


def _is_full_width(character: str) -> bool:
    return (
        east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"
    )  # Korean is written with spaces


def _length(text: str, language: str, count: Callable[[str], int] | None) -> Callable[[int, int], int]:
    """How many tokens there are from one place to another."""
    if count is not None:
        return lambda start, end: count(text[start:end].strip())
    starts = _word_starts(text, language)  # of the whole text at once, since it is asked for many times
    return lambda start, end: bisect_left(starts, end) - bisect_left(starts, start)


def _word_starts(text: str, language: str) -> Sequence[int]:
    spans = _spans("WordBreaker", text, language)
    return array(
        "I", (start for start, end in spans if text[start].isalnum() or any(map(str.isalnum, text[start:end])))
    )


def _sentence_spans(text: str, language: str) -> Sequence[Span]:
    return _spans("SentenceBreaker", text, f"{language}@ss=standard")


class _Spans(Sequence[Span]):
    """Spans that follow one another, by the places where they end: a list of pairs takes twenty times the memory."""

    def __init__(self, start: int, ends: Iterable[int]) -> None:
        self._borders = array("I", [start])
        self._borders.extend(ends)

    def __len__(self) -> int:
        return len(self._borders) - 1

    def __getitem__(self, number: int) -> Span:  # type: ignore[override]
        return self._borders[number], self._borders[number + 1]

    def __iter__(self) -> Iterator[Span]:
        return pairwise(self._borders)


def _spans(breaker: str, text: str, locale: str, start: int = 0) -> Sequence[Span]:
    """What ICU cuts a text into, as places of characters from `start` on; nothing is left out."""
    from icu4py import breakers

    text = _HALVES.sub("\ufffd", text)  # ICU takes text only, and half a pair is none
    ends = (end for _, end in getattr(breakers, breaker)(text, locale).segments())
    if not text or max(text) <= "\uffff":
        return _Spans(start, (start + end for end in ends))
    # ICU counts units of UTF-16, of which characters outside the basic plane have two: where their second ones are
    places = (place for place, character in enumerate(text) if character > "\uffff")
    second = array("I", (place + before + 1 for before, place in enumerate(places)))
    return _Spans(start, (start + end - bisect_left(second, end) for end in ends))


def _stripped(text: str, spans: Iterable[Span]) -> list[str]:
    return [part for start, end in spans if (part := text[start:end].strip())]
