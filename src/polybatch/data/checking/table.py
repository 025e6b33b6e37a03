"""The checks by name: the table that the command line, messages and the report read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from polybatch.data.checking.chunk import Chunk, Column
from polybatch.data.checking.corpus import (
    OfCorpus,
    measure_lengths,
    measure_texts,
    settle_duplicates,
    settle_groups,
    settle_lengths,
)
from polybatch.data.checking.problem import Task
from polybatch.data.checking.rows import Wrong as WrongRows
from polybatch.data.checking.rows import check_contamination, check_query_inside
from polybatch.data.checking.texts import Wrong as WrongTexts
from polybatch.data.checking.texts import (
    check_empty,
    check_encoding,
    check_language,
    check_mojibake,
    check_too_long,
)

CONTAMINATION = "contamination"


@dataclass(frozen=True)
class OfText:
    """Takes the texts of one side and language; gives places among them and what is wrong there."""

    look: Callable[[Column, Task], WrongTexts]


@dataclass(frozen=True)
class OfRow:
    """Takes some rows; gives their numbers, a language each, and what is wrong there."""

    look: Callable[[Chunk, Task], WrongRows]


@dataclass(frozen=True)
class Check:
    """A check: what it finds, in words, and how it looks."""

    about: str
    way: OfText | OfRow | OfCorpus


CHECKS: Mapping[str, Check] = {
    "encoding": Check("control characters, lone surrogates, replacement characters", OfText(check_encoding)),
    "mojibake": Check("UTF-8 that was read as another encoding", OfText(check_mojibake)),
    "empty": Check("texts without a letter or a digit", OfText(check_empty)),
    "duplicate": Check("rows with the query and passage of an earlier row", OfCorpus(measure_texts, settle_duplicates)),
    "two-groups": Check("passages that are in two passage groups", OfCorpus(measure_texts, settle_groups)),
    "language": Check("texts identified with confidence as another language", OfText(check_language)),
    "misaligned": Check("translations of a very different length", OfCorpus(measure_lengths, settle_lengths)),
    "too-long": Check("texts longer than encoders read", OfText(check_too_long)),
    "query-inside": Check(
        "queries that occur in their passage word for word, except pairs of a sentence and its translation",
        OfRow(check_query_inside),
    ),
    CONTAMINATION: Check("texts that are also in a test collection (--against)", OfRow(check_contamination)),
}
