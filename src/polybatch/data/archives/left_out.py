"""What of an archive was not taken: counted by kind, listed row by row, told in few lines. Reads no archive."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from polybatch.errors import Fault

SHOWN = 20  # faults or kinds of them that are told before they are only counted
KINDS = 1_000  # kinds of fault that are told apart

_PLACE = re.compile(r"(.*?)(?::\d+| ?: (?:row|item) \d+)(?: \(row \d+\))?")
_CHANGING = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d,.]*")


@dataclass
class Kind:
    """Faults of one kind in one file: the first of them, and how many."""

    first: Fault
    count: int = 0


class LeftOut:
    """Takes every fault of an archive, and what is no fault.

    `rows` counts faults, `notes` what was left out for another reason, `remarks` what was taken in another way;
    `listed` are the files of the pages that were read through a sitemap.
    """

    def __init__(self, listing: IO[str] | None = None) -> None:
        self._listing = listing
        self.rows = 0
        self.first: list[Fault] = []
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.good: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.remarks: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.listed: set[Path] = set()

    def append(self, fault: Fault) -> None:
        """Take the fault of a row."""
        self.rows += 1
        if len(self.first) < SHOWN:
            self.first.append(fault)
        key = (file_of(fault.where), _kind(fault.found))
        if key not in self.kinds and len(self.kinds) >= KINDS:
            key = ("", "others")
        self.kinds.setdefault(key, Kind(fault)).count += 1
        self._list(fault.where, fault.found, fault.works)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take several."""
        for fault in faults:
            self.append(fault)

    def note(self, what: str, where: str) -> None:
        """Take a row that is left out with nothing wrong about it."""
        self.notes[what] += 1
        self._list(where, what, "")

    def remark(self, what: str, where: str) -> None:
        """Take a row that was read in another way than usual."""
        self.remarks[what] += 1
        self._list(where, what, "")

    def told(self) -> list[Fault]:
        """The kinds of fault, most first: one that rows share is told once, with where the first is."""
        kinds = sorted(self.kinds.items(), key=lambda kind: -kind[1].count)
        bad: Counter[str] = Counter()
        for (file, _), kind in kinds:
            bad[file] += kind.count
        faults = []
        for (file, _), kind in kinds[:SHOWN]:
            first = kind.first
            if kind.count == 1:
                faults.append(first)
                continue
            every = kind.count == bad[file] + self.good[file]
            rows = f"all {kind.count:,} rows" if every else f"{kind.count:,} rows, the first {first.where}"
            faults.append(Fault(file or "many files", f"{rows}: {first.found}", first.works))
        if len(kinds) > SHOWN:
            faults.append(Fault("the archive", f"{len(kinds) - SHOWN:,} more kinds of fault", "correct these first"))
        return faults

    def each(self) -> list[Fault]:
        """The first SHOWN faults, and how many more there are."""
        more = self.rows - len(self.first)
        return [*self.first, *([Fault("the archive", f"{more} more faults", "correct these first")] if more else [])]

    def said(self) -> list[str]:
        """For people: the faults by kind, then what was left out or passed over for other reasons, a line each."""
        lines = [f"left out: {fault}" for fault in self.told()]
        lines += [f"left out: {count:,}: {what}" for what, count in sorted(self.notes.items())]
        lines += [f"taken: {count:,}: {what}" for what, count in sorted(self.remarks.items())]
        if self.passed:
            files = ", ".join(f"{count:,} {what}" for what, count in sorted(self.passed.items()))
            lines.append(f"files not read: {files}")
        return lines

    def _list(self, where: str, found: str, works: str) -> None:
        if self._listing:
            facts = {"where": where, "found": found, "works": works}
            self._listing.write(json.dumps({key: value for key, value in facts.items() if value}) + "\n")


@lru_cache(maxsize=1024)
def _kind(found: str) -> str:
    return _CHANGING.sub("…", found)


def file_of(where: str) -> str:
    """The file of a place."""
    place = _PLACE.fullmatch(where)
    return place[1] if place else where
