"""The report as Markdown that is as plain in a terminal as on a page: aligned columns, one main table a collection."""

import re
from collections.abc import Sequence

from rich.cells import cell_len

from polybatch.report.claims import ABOUT, ClaimRow, decided_rows, undecided
from polybatch.report.curves import sweep_table, told
from polybatch.report.findings import statement
from polybatch.report.mixes import sentences
from polybatch.report.published import CAPTION, disagreement, published_table
from polybatch.report.summary import Report
from polybatch.report.tables import Cell, Table, caption, direction_table, main_table


def to_markdown(report: Report) -> str:
    """The plain statement, main table and cross-lingual directions of every collection; what the batches held."""
    parts = [f"# {escape(report.title)}"]
    for run in report.unfinished:
        parts.append(f"**This run was cut short: {escape(run.label)}. What it had measured until then is shown.**")
    parts += [f"**Caution.** {escape(caution)}" for caution in report.cautions]
    for collection in report.collections:
        parts.append(f"## {escape(collection)}")
        parts += _said(report, collection)
        parts.append(_grid(main_table(report, collection), spread=True))
        parts.append(escape(caption(report, collection)))
        if directions := direction_table(report, collection):
            parts.append("### Cross-lingual mAP by direction: query language → passage language")
            parts.append(_grid(directions, spread=False))
            best = " Best of each direction in bold." if len(directions.heads) > 1 else ""
            parts.append(f"Means over seeds.{best}")
        if published := published_table(report, collection):
            parts += ["### Beside published figures", _grid(published, spread=False), CAPTION]
        elif told_apart := disagreement(report, collection):
            parts.append(told_apart)
    for sweep in report.sweeps:
        parts.append(f"## Sweep over {escape(sweep.about)}")
        if table := sweep_table(sweep):
            parts.append(_grid(table, spread=True))
        parts.append(escape(" ".join(told(sweep))))
    parts += _claims(report)
    if held := sentences(report):
        parts.append("## What the batches held")
        parts.append("\n".join(f"- {escape(sentence)}" for sentence in held))
        parts.append("Counts of one training; means over seeds.")
    if report.claims.rule:
        parts.append(report.claims.rule)
    return "\n\n".join(parts) + "\n"


def _said(report: Report, collection: str) -> list[str]:
    """The answer of each run, or what the means say."""
    answers = report.answers_on(collection)
    told = [" ".join([*([f"({one.run})"] if len(answers) > 1 else []), *one.sentences, *one.beside]) for one in answers]
    return [escape(one) for one in told or [statement(report, collection)]]


def _claims(report: Report) -> list[str]:
    rows, rest = decided_rows(report.claims), escape(undecided(report.claims))
    if not rows:
        return [rest] if rest else []
    heads = ["Claim", "Verdict", "Effect (95 % interval)", "p", "MDE"]
    columns = [heads, *([one.name, one.word, one.effect, one.p, one.detectable] for one in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*columns, strict=True)]
    lines = [columns[0], ["-" * width for width in widths], *columns[1:]]
    table = "\n".join(
        f"| {' | '.join(cell + ' ' * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))} |"
        for line in lines
    )
    return ["## Claims under test", table, "\n".join(map(_claim, rows)), " ".join(filter(None, (rest, ABOUT)))]


def _claim(row: ClaimRow) -> str:
    why = "".join(f"\n  - {escape(one)}" for one in row.why)
    return f"- {row.name}: {escape(row.statement)}. Rule: {escape(row.rule)}.{why}"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no cell ends, one line."""
    return re.sub(r"([\\|<>*`\[\]])", r"\\\1", " ".join(text.split()))


def _grid(table: Table, *, spread: bool) -> str:
    """A table whose columns line up, decimal under decimal, in the source as well."""
    heads = [escape(table.corner), *map(escape, table.heads)]
    columns = [[escape(row.head) for row in table.rows]]
    columns += [_aligned([row.cells[i] for row in table.rows], spread=spread) for i in range(len(table.heads))]
    widths = [max(3, *map(cell_len, (head, *cells))) for head, cells in zip(heads, columns, strict=True)]
    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [heads, rules, *map(list, zip(*columns, strict=True))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [(cell, width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [first[0] + " " * first[1], *(" " * room + cell for cell, room in others)]
    return f"| {' | '.join(padded)} |"


def _aligned(cells: Sequence[Cell], *, spread: bool) -> list[str]:
    """Cells of one column at one width: means right-aligned, then deviations, bold marks outside of both."""
    means = max((cell_len(cell.text) for cell in cells), default=0)
    spreads = max((cell_len(cell.spread) for cell in cells), default=0) if spread else 0
    width = means + (1 + spreads if spreads else 0)
    bold = any(cell.best for cell in cells)
    texts = []
    for cell in cells:
        shown = f"{cell.text} {cell.spread}" if spread and cell.spread else cell.text
        before = means - cell_len(cell.text)
        after = width - before - cell_len(shown)
        mark, room = ("**", "") if cell.best else ("", "  " * bold)
        texts.append(" " * before + room + mark + shown + mark + room + " " * after)
    return texts
