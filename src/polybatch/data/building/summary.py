"""A built table's counts as text: by dataset, by language and by direction, and what was left out. No files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from polybatch.data.building.built import Built

SHOWN = 3  # places of each reason

Dataset = Mapping[str, Any]


def to_text(built: Built) -> str:
    """Tables of what `manifest.json` says: a line a dataset, then a column a dataset; then what was left out."""
    datasets = built.manifest["datasets"]
    languages = built.manifest["languages"]
    tables = [
        dataset_rows(built),
        _by_dataset("queries", languages, datasets, lambda one, code: one["languages"].get(code, {}).get("queries", 0)),
        _by_dataset(
            "passages", languages, datasets, lambda one, code: one["languages"].get(code, {}).get("passages", 0)
        ),
        _by_dataset("direction", _directions(datasets), datasets, lambda one, name: one["directions"].get(name, 0)),
        _reasons("left out", datasets),
        _reasons("notes", datasets),
    ]
    return "\n\n".join(_aligned(table) for table in tables if len(table) > 1) + f"\n\nfingerprint {built.fingerprint}"


def dataset_rows(built: Built) -> list[list[str]]:
    """A head, and a row for each dataset: counts of rows, and the licence."""
    rows = [["dataset", "read", "left out", "rows", "groups", "negatives", "licence"]]
    for one in built.manifest["datasets"]:
        counts = (one["read"], sum(one["left_out"].values()), one["rows"], one["groups"], one["negatives"])
        rows.append([one["name"], *(f"{count:,}" for count in counts), one["licence"]])
    return rows


def _by_dataset(
    what: str, names: Iterable[str], datasets: Sequence[Dataset], count: Callable[[Dataset, str], int]
) -> list[list[str]]:
    """How many there are of each of `names` in each dataset, and in all."""
    rows = [[what, *(one["name"] for one in datasets), "all"]]
    for name in names:
        counts = [count(one, name) for one in datasets]
        rows.append([name, *(f"{one:,}" for one in (*counts, sum(counts)))])
    return rows


def _directions(datasets: Sequence[Dataset]) -> list[str]:
    return sorted({direction for one in datasets for direction in one["directions"]})


def _reasons(kind: str, datasets: Sequence[Dataset]) -> list[list[str]]:
    rows = [[kind, "rows", "dataset", "first places"]]
    for one in datasets:
        for reason, count in one[kind.replace(" ", "_")].items():
            rows.append([reason, f"{count:,}", one["name"], ", ".join(one["places"][reason][:SHOWN])])
    return rows


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of numbers stand to the right, others to the left."""
    columns = []
    for column in zip(*rows, strict=True):
        width = max(map(len, column))
        numbers = all(cell.replace(",", "").isdecimal() for cell in column[1:])
        columns.append([cell.rjust(width) if numbers else cell.ljust(width) for cell in column])
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns, strict=True))
