"""A family of comparisons as text, Markdown, CSV or JSON: sentences first, then the numbers. Nothing is worked out."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.cells import cell_len

from polybatch.provenance import versions
from polybatch.statistics.comparison import VERDICTS, Comparison
from polybatch.statistics.family import Method
from polybatch.statistics.wording import (
    about,
    cautions,
    detectable,
    interval,
    label,
    number,
    p_value,
    plural,
    seeds,
    sentence,
    title,
)

GROUPS = {
    "Significant": ("better", "worse", "higher", "lower"),
    "Equivalent": ("equivalent",),
    "Not significant": ("not significant",),
}
LEFT = 6  # columns of words, before those of numbers
PACKAGES = ("polybatch", "numpy", "scipy")


def to_text(comparisons: Sequence[Comparison], method: Method) -> str:
    """Plain text for a terminal or a pipe: sentences by verdict, an aligned table, how it was done."""
    parts = []
    for heading, told in _told(comparisons):
        parts.append("\n".join([f"{heading}:", *(f"  {line}" for line in told)]))
    table = _table(comparisons)
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    parts.append("\n".join("  ".join(_padded(row, widths)).rstrip() for row in table))
    parts.append("\n".join(_notes(comparisons, method)))
    return "\n\n".join(parts)


def to_markdown(comparisons: Sequence[Comparison], method: Method) -> str:
    """Markdown: sentences by verdict as lists, a table, how it was done."""
    parts = []
    for heading, told in _told(comparisons):
        parts.append("\n".join([f"**{heading}**\n", *(f"- {_escape(line)}" for line in told)]))
    head, *rows = [[_escape(cell) for cell in row] for row in _table(comparisons)]
    rules = ["---" if place < LEFT else "--:" for place in range(len(head))]
    widths = [max(map(cell_len, column)) for column in zip(head, rules, *rows, strict=True)]
    rules = ["-" * width if place < LEFT else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
    parts.append("\n".join(f"| {' | '.join(_padded(row, widths))} |" for row in (head, rules, *rows)))
    parts.append(_escape(" ".join(_notes(comparisons, method))))
    return "\n\n".join(parts)


def to_json(comparisons: Sequence[Comparison], method: Method) -> str:
    """JSON: the method, versions, cautions, and every comparison with all its numbers, its verdict and its sentence."""
    value = {
        "method": asdict(method),
        "versions": _versions(),
        "verdicts": {word: verdict.about for word, verdict in VERDICTS.items()},
        "cautions": cautions(comparisons),
        "comparisons": [as_record(each) | {"sentence": sentence(each)} for each in comparisons],
    }
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def to_csv(comparisons: Sequence[Comparison], method: Method) -> str:
    """CSV: a line for every comparison with all its numbers and its verdict; seeds apart by spaces."""
    out = io.StringIO()
    rows = [as_record(each) for each in comparisons]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        lists = {key: " ".join(map(str, value)) for key, value in row.items() if isinstance(value, tuple)}
        writer.writerow(row | lists)
    return out.getvalue().rstrip("\n")


def as_record(comparison: Comparison) -> dict[str, Any]:
    """All numbers by name; None for an interval or minimum detectable effect that is infinite."""
    rest = {
        name: None if isinstance(value, float) and math.isinf(value) else value
        for name, value in asdict(comparison).items()
        if name != "quantity"
    }
    told = {"paired_by_seed": comparison.paired_by_seed, "verdict": comparison.verdict}
    return {**comparison.quantity._asdict(), **rest, **told}


FORMATS: dict[str, Callable[[Sequence[Comparison], Method], str]] = {
    "text": to_text,
    "md": to_markdown,
    "json": to_json,
    "csv": to_csv,
}
"""How comparisons can be written, one at least of them."""


def _told(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, list[str]]]:
    for heading, verdicts in GROUPS.items():
        if told := [sentence(each) for each in comparisons if each.verdict in verdicts]:
            yield heading, told
    if told := cautions(comparisons):
        yield "Mind", told


def _table(comparisons: Sequence[Comparison]) -> list[list[str]]:
    rows = [list(row.values()) for row in map(_row, comparisons)]
    return [list(_row(comparisons[0])), *rows]


def _row(comparison: Comparison) -> dict[str, str]:
    def shown(value: float | None) -> str:
        return "" if value is None else number(value, comparison)

    def p(value: float | None) -> str:
        return "" if value is None else p_value(value).removeprefix("= ")

    return {
        "collection, setting, measure": ", ".join(comparison.quantity),
        "system": title(comparison.system),
        "against": title(comparison.baseline),
        "verdict": label(comparison),
        "clusters": plural(comparison.clusters, comparison.unit),
        "seeds": seeds(comparison),
        "value": shown(comparison.value),
        "difference": shown(comparison.difference),
        "95 % interval": interval(comparison),
        "p (Holm)": p(comparison.p_holm),
        "p (TOST)": p(comparison.p_equivalence_holm),
        "effect": "" if comparison.effect is None else f"{comparison.effect:.2f}",
        "win/tie/loss": f"{comparison.wins}/{comparison.ties}/{comparison.losses}",
        "seed dev.": shown(comparison.seed_deviation),
        "MDE": detectable(comparison),
    }


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    rooms = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
    return [
        cell + room if place < LEFT else room + cell for place, (cell, room) in enumerate(zip(row, rooms, strict=True))
    ]


def _notes(comparisons: Sequence[Comparison], method: Method) -> list[str]:
    given = dict.fromkeys(comparison.verdict for comparison in comparisons)
    verdicts = [f"{word}: {verdict.about}." for word, verdict in VERDICTS.items() if word in given]
    made = ", ".join(f"{name} {version}" for name, version in _versions().items())
    return [*about(comparisons, method), *verdicts, f"Made with {made}."]


def _versions() -> dict[str, str]:
    found = versions()
    return {name: found[name] for name in PACKAGES if name in found}


def _escape(text: str) -> str:
    return re.sub(r"([\\|<>*`\[\]])", r"\\\1", text)
