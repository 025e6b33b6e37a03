"""The main tables for papers and spreadsheets: LaTeX and CSV. No numbers worked out."""

import csv
import io
import re
from collections.abc import Sequence

from polybatch.report.claims import claim_rows
from polybatch.report.curves import sweep_table, told
from polybatch.report.published import CAPTION, published_table
from polybatch.report.summary import Report
from polybatch.report.tables import Cell, Table, caption, main_table
from polybatch.results.store import MEAN

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": "$-$",
    "±": r"$\pm$",
    "–": "--",
    "→": r"$\rightarrow$",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}
COLUMNS = ("collection", "system", "setting", "measure", "mean", "deviation", "seeds", "queries")


def to_tex(report: Report) -> str:
    """The main table of every collection and the verdicts on claims, as LaTeX that needs the package booktabs."""
    parts = [_tabular(main_table(report, name), latex(caption(report, name))) for name in report.collections]
    for name in report.collections:
        if published := published_table(report, name):
            parts.append(_tabular(published, latex(f"{name}. {CAPTION}")))
    for sweep in report.sweeps:
        if table := sweep_table(sweep):
            parts.append(_tabular(table, latex(f"Sweep over {sweep.about}. {' '.join(told(sweep))}")))
    if rows := claim_rows(report.claims):
        lines = [[one.statement, one.word, one.effect, one.p, one.detectable] for one in rows]
        heads = ["Claim", "Verdict", "Effect (95 % interval)", "p", "MDE"]
        cells = [[latex(cell) for cell in line] for line in lines]
        parts.append(_table(r"p{.4\linewidth}llll", [*map(latex, heads)], [cells], "Claims under test."))
    return "\n".join(parts)


def to_csv(report: Report) -> str:
    """Every macro mean of every system, one a line, unrounded; an unknown deviation is empty."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for name in report.collections:
        for system in report.systems_of(name):
            for quantity in report.quantities(name):
                estimate = report.estimate(system, quantity)
                if estimate is None or quantity.query_language != MEAN:
                    continue
                counts = (len(estimate.seeds), estimate.queries)
                place = (name, system.name, quantity.setting, quantity.measure)
                lines.writerow((*place, estimate.mean, estimate.deviation, *counts))
    return text.getvalue()


def latex(text: str) -> str:
    """Text that LaTeX shows as it is, on one line."""
    return re.sub(".", lambda letter: _LATEX.get(letter[0], letter[0]), " ".join(text.split()))


def _tabular(table: Table, told: str) -> str:
    groups: list[list[list[str]]] = [[], []]
    for row in table.rows:
        groups[row.reference].append([latex(row.head), *map(_cell, row.cells)])
    heads = [latex(head) for head in (table.corner, *table.heads)]
    return _table("l" + "r" * len(table.heads), heads, [group for group in groups if group], told)


def _table(columns: str, heads: Sequence[str], groups: Sequence[Sequence[Sequence[str]]], told: str) -> str:
    body = "\n\\midrule\n".join("\n".join(f"{' & '.join(row)} \\\\" for row in group) for group in groups)
    lines = [r"\begin{table}", r"\centering", f"\\begin{{tabular}}{{{columns}}}", r"\toprule"]
    lines += [f"{' & '.join(heads)} \\\\", r"\midrule", body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*lines, f"\\caption{{{told}}}", r"\end{table}", ""])


def _cell(cell: Cell) -> str:
    mean = latex(cell.text)
    spread = f" {{\\scriptsize {latex(cell.spread)}}}" if cell.spread else ""
    return (f"\\textbf{{{mean}}}" if cell.best else mean) + spread
