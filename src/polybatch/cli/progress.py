"""Progress on stderr: bars in a terminal, lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

LINE_EVERY = 20.0  # seconds between two lines of one task in a log


class Bars:
    """Bars that stand one below the other while their tasks are open, and vanish when they are done."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar while the block runs."""
        if not self._bars.tasks:
            self._bars.start()
        number = self._bars.add_task(description, total=total)
        try:
            yield lambda units: self._bars.advance(number, units)
        finally:
            self._bars.remove_task(number)
            if not self._bars.tasks:
                self._bars.stop()

    def say(self, message: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(message, highlight=False, markup=False)


class Lines:
    """A line when a task is far enough along that a reader of the log would wonder."""

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """Print a line now and then while the block runs."""
        done, last = 0, time.monotonic()

        def advance(units: int) -> None:
            nonlocal done, last
            done += units
            if time.monotonic() - last >= LINE_EVERY:
                last = time.monotonic()
                self.say(f"{description}: {done}/{total}")

        yield advance

    def say(self, message: str) -> None:
        """Print a line."""
        print(message, file=sys.stderr, flush=True)


def make_progress() -> Bars | Lines:
    """Bars where stderr is a terminal, else lines."""
    from rich.console import Console

    console = Console(stderr=True)
    return Bars(console) if console.is_terminal else Lines()
