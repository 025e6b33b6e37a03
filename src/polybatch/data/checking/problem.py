"""What checks find, and what they go by. Not here: the checks, and where a row stands."""

from dataclasses import dataclass, field
from typing import NamedTuple

from polybatch.data.contamination import TestTexts


class Problem(NamedTuple):
    """What one check says of one row, by its number in its source; `other` is a second row that it has to do with."""

    check: str
    row: int
    language: str
    found: str
    other: int | None = None


@dataclass(frozen=True)
class Limits:
    """From what on a text is too long, in characters, and a translation too unlike in length.

    The defaults are about what encoders of 128 tokens for queries and of 1,024 for passages read. A translation is
    misaligned where it is `longest_ratio` times longer or shorter than is usual in its language pair.
    """

    longest_query: int = 500
    longest_passage: int = 4000
    longest_ratio: float = 3.0


@dataclass(frozen=True)
class Task:
    """What is looked for, by name in the order of the table of checks, and against what: the same in every process."""

    checks: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    tests: TestTexts | None = None
