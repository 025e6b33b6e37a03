"""Claims about the figures of pages: the tables are those of stored runs, and no other, to the last digit."""

import json
import re
from typing import Any

import pytest

from polybatch.report.tables import Cell
from tests.docs.pages import ROOT

SHOWN = {
    "demo": (),  # whose table is part of what the README prints, below
    "best-news": ("README.md", "docs/experiments.md"),
    "news-sw-ne": ("README.md", "docs/experiments.md"),
    "news-sw-ne-corrections": ("docs/experiments.md",),
}
"""Runs of docs/results/ and the pages that show their main tables."""


def rows(table: dict[str, Any]) -> list[tuple[str, bool]]:
    """The rows of a stored table as Markdown without padding, and whether each is of a reference."""
    found = [("| " + " | ".join([table["corner"], *table["heads"]]) + " |", False)]
    for row in table["rows"]:
        cells = [Cell(**cell | {"values": tuple(cell["values"])}) for cell in row["cells"]]
        texts = [f"{cell.text} {cell.spread}".strip() for cell in cells]
        texts = [f"**{text}**" if cell.best else text for cell, text in zip(cells, texts, strict=True)]
        found.append(("| " + " | ".join([row["head"], *texts]) + " |", row["reference"]))
    return found


def shown(page: str) -> list[str]:
    """The lines of a page, with cells of tables apart by one space."""
    return [re.sub(r" +", " ", line) for line in (ROOT / page).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("run", "page"), [(run, page) for run, pages in SHOWN.items() for page in pages])
def test_the_table_of_a_page_is_that_of_the_stored_run(run: str, page: str) -> None:
    stored = json.loads((ROOT / f"docs/results/{run}.json").read_text(encoding="utf-8"))
    for table in stored["tables"].values():
        heads, *others = rows(table)
        lines = shown(page)
        places = [at for at, line in enumerate(lines) if line == heads[0]]
        systems = [line for line, reference in others if not reference]
        tables = [lines[at + 2 : at + 2 + len(systems)] for at in places]
        assert systems in tables, f"{page} has no table with the figures of {run}:\n" + "\n".join(systems)
        start = places[tables.index(systems)] + 2 + len(systems)
        rest = table_end(lines[start:])
        assert set(rest) <= {line for line, reference in others if reference}


def table_end(lines: list[str]) -> list[str]:
    """The lines up to the end of the table that they begin in."""
    end = next((at for at, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return lines[:end]


def test_every_stored_run_is_shown() -> None:
    assert {path.stem for path in (ROOT / "docs/results").glob("*.json")} == set(SHOWN)


def test_the_demo_in_the_readme_has_the_figures_of_the_stored_run() -> None:
    stored = json.loads((ROOT / "docs/results/demo.json").read_text(encoding="utf-8"))
    (table,) = stored["tables"].values()
    heads = ["Mo mAP", "Cr mAP", "Mul mAP", "Rank distance"]
    places = [table["heads"].index(head) for head in heads]
    chosen = table | {
        "heads": heads,
        "rows": [row | {"cells": [row["cells"][i] for i in places]} for row in table["rows"]],
    }
    lines = shown("README.md")
    for line, reference in rows(chosen):
        assert line in lines or (reference and line.startswith("| Ideal ranker"))
