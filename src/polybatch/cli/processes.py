"""Where each of several processes reports its progress to: the first to the terminal, others to logs of their own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from polybatch.cli.progress import make_progress
from polybatch.progress import Progress
from polybatch.training.processes import Processes

LOG_EVERY = 20.0  # seconds between two lines of one task


class LogFile:
    """Progress as lines of a file, with the time of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """A line when the task begins, now and then while the block runs, and when it ends."""
        done, last = 0, time.monotonic()

        def advance(units: int) -> None:
            nonlocal done, last
            done += units
            if time.monotonic() - last >= LOG_EVERY:
                last = time.monotonic()
                self.say(f"{description}: {done}/{total}")

        self.say(f"{description}: begins")
        yield advance
        self.say(f"{description}: {done}/{total}, ended")

    def say(self, message: str) -> None:
        """Add a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {message}\n")


def progress_of(processes: Processes, folder: Path) -> Progress:
    """The progress of one process: bars or lines on stderr for the first, `FOLDER.logs/rank-N.log` for others."""
    if processes.first:
        return make_progress()
    return LogFile(folder.with_name(f"{folder.name}.logs") / f"rank-{processes.rank}.log")
