"""What checking found, source by source, as records, text and JSON. Nothing is checked here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from polybatch.data.checking.table import CHECKS
from polybatch.errors import Fault

SHOWN = 5  # places of each check, and faults, that the text lists; JSON has all that are kept


class Finding(NamedTuple):
    """What a check says of a row: where that stands, which language is meant, what was found."""

    where: str
    language: str
    found: str


@dataclass(frozen=True)
class Found:
    """What one check found in one source: how many rows, how many findings in them, and the findings that are kept."""

    rows: int = 0
    count: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class SourceReport:
    """What is wrong with one source.

    `read` rows are `items` and the rows that the source left out, whose number stands in `left_out` by reason, with
    the first `places`; `notes` count what left nothing out. `faults` refuse the source as a whole: no row after the
    first may have been seen. `checks` has every check that was made.
    """

    name: str
    read: int
    items: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    checks: Mapping[str, Found] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckReport:
    """What is wrong with some sources, in their order."""

    sources: tuple[SourceReport, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all sources."""
        return tuple(fault for source in self.sources for fault in source.faults)


def to_text(report: CheckReport, *, shown: int = SHOWN) -> str:
    """For people: every count, and the first places of each; how many more there are is said."""
    return "\n\n".join("\n".join(_lines(source, shown)) for source in report.sources)


def to_json(report: CheckReport) -> str:
    """For programs: every finding that is kept, in the order of the rows."""
    return json.dumps({"sources": [_values(source) for source in report.sources]}, ensure_ascii=False, indent=1)


FORMATS = {"text": to_text, "json": to_json}


def _lines(source: SourceReport, shown: int) -> list[str]:
    lines = [f"{source.name}: {source.read:,} {_rows(source.read)} read, {source.items:,} used"]
    lines += [f"  fault: {fault}" for fault in source.faults[:shown]]
    if len(source.faults) > shown:
        lines.append(f"  and {len(source.faults) - shown:,} more faults")
    for kind, counts in (("left out", source.left_out), ("note", source.notes)):
        for reason, count in counts.items():
            lines.append(f"  {kind}: {reason}: {count:,} {_rows(count)}")
            lines += [f"    {where}" for where in source.places.get(reason, ())[:shown]]
    for name, found in source.checks.items():
        if found.rows:
            share = found.rows / source.items
            lines.append(f"  {name}: {found.rows:,} {_rows(found.rows)} ({share:.2%}): {CHECKS[name].about}")
            lines += [f"    {one.where} {one.language}: {one.found}" for one in found.findings[:shown]]
            if found.count > shown:
                lines.append(f"    and {found.count - shown:,} more")
    clean = [name for name, found in source.checks.items() if not found.rows]
    if clean and source.items:
        lines.append(f"  nothing found: {', '.join(clean)}")
    return lines


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _values(source: SourceReport) -> dict[str, Any]:
    return {
        "name": source.name,
        "read": source.read,
        "items": source.items,
        "faults": [fault._asdict() for fault in source.faults],
        **{
            kind: [
                {"reason": reason, "rows": count, "places": list(source.places.get(reason, ()))}
                for reason, count in counts.items()
            ]
            for kind, counts in (("left_out", source.left_out), ("notes", source.notes))
        },
        "checks": {
            name: {
                "rows": found.rows,
                "count": found.count,
                "findings": [one._asdict() for one in found.findings],
            }
            for name, found in source.checks.items()
        },
    }
