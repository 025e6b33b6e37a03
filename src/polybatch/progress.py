"""How long work tells how far it is: a protocol, and the silent one. What a bar looks like is the command line's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """Where long work reports to."""

    def task(self, description: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """A task of `total` units; within the block, call the result with the number of units just done."""
        ...

    def say(self, message: str) -> None:
        """One line of news."""
        ...


class Silent:
    """Reports nothing."""

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """Do nothing with the units done."""
        yield lambda units: None

    def say(self, message: str) -> None:
        """Say nothing."""
