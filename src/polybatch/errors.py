"""The errors that polybatch raises: one family, of faults that say where, what was found, what would work."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing wrong with an input.

    `where` is a place a reader can go to (`file:line`, a recipe key); `found` says what stands there; `works` says
    what would be accepted instead, and may be empty.
    """

    where: str
    found: str
    works: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.found}" + (f"; {self.works}" if self.works else "")


class PolybatchError(Exception):
    """Base of every error that polybatch raises on purpose. Its text is what the command line prints."""


class FaultyInputError(PolybatchError):
    """An input was refused: every fault found in it, in the order found, one per line of the text."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class RecipeError(FaultyInputError):
    """A recipe was refused."""


class DataError(FaultyInputError):
    """A corpus or collection was refused."""


class ModelError(FaultyInputError):
    """A model could not be loaded or does not do what an encoder must."""


class ResultsError(FaultyInputError):
    """A folder of results could not be read."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'hybrid'? `, where a known word is like the one that was written; else nothing."""
    near = nearest(word, known)
    return f"did you mean {near!r}? " if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like the one written, in letters of either case; empty where none is like it."""
    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else ""


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Add the faults of an input that is refused within the block to `faults` and go on, so that all come at once."""
    try:
        yield
    except FaultyInputError as error:
        faults.extend(error.faults)
