"""How a command ends: the answer, one table that fits the terminal, the report, the next command. No numbers made."""

import shlex
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len

WIDTH = 100  # columns, at most, where nothing else is known
ROWS = 16  # of a table; with more, the rest is counted

Details = Annotated[bool, typer.Option("--details", help="Print everything, not only the answer and one table.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the paths of the files written.")]


@dataclass(frozen=True)
class Grid:
    """A table of texts. The first `words` columns stand to the left, the others, numbers, to the right.

    `bold` are the cells to stand out, by row and column.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    bold: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Ending:
    """What a command has to say: `answer` in sentences, `grid` beneath it, a `note` on how to read it, then where to.

    `written` are the paths of what people open next, each with what it is; `then` are commands to go on with.
    """

    answer: Sequence[str]
    grid: Grid | None = None
    note: str = ""
    written: Sequence[tuple[str, Path]] = ()
    then: Sequence[str] = field(default=())


def show(ending: Ending, *, quiet: bool = False) -> None:
    """Print an ending to stdout: drawn by rich in a terminal, as plain Markdown elsewhere; `quiet`, the paths alone."""
    if quiet:
        for _, path in ending.written:
            typer.echo(path)
        return
    drawn = sys.stdout.isatty()
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) if drawn else WIDTH
    parts = [_wrapped(" ".join(ending.answer), width)]
    if ending.grid and ending.grid.rows:
        grid = _shortened(ending.grid)
        if left := len(ending.grid.rows) - len(grid.rows):
            parts[0] += f"\nThe first {len(grid.rows)} of {len(ending.grid.rows)} rows; --details has the other {left}."
        parts.append(_drawn(grid, width) if drawn else as_markdown(grid))
    if ending.note:
        parts.append(_wrapped(ending.note, width))
    parts.append("\n".join(_ends(ending)))
    typer.echo("\n\n".join(part for part in parts if part))


def then_command(*words: str | Path) -> str:
    """A command to go on with, as a shell takes it."""
    return " ".join(shlex.quote(str(word)) if " " in str(word) else str(word) for word in ("polybatch", *words))


def as_markdown(grid: Grid) -> str:
    """A Markdown table whose columns line up, `**` around what stands out."""
    stars = {j for _, j in grid.bold}
    rows = [
        [_marked(cell, bold=(i, j) in grid.bold, beside=j in stars) for j, cell in enumerate(row)]
        for i, row in enumerate(grid.rows)
    ]
    widths = [max(3, *map(cell_len, column)) for column in zip(grid.heads, *rows, strict=True)]
    rules = ["-" * width if j < grid.words else "-" * (width - 1) + ":" for j, width in enumerate(widths)]
    return "\n".join(_line(row, widths, grid.words) for row in (grid.heads, rules, *rows))


def _marked(cell: str, *, bold: bool, beside: bool) -> str:
    """A cell as Markdown; one in a column with bold ones has room for their marks, so that points line up."""
    text = cell.replace("|", "\\|")
    if bold:
        inner = text.strip()
        return text.replace(inner, f"**{inner}**")
    return f"  {text}  " if beside else text


def _line(cells: Sequence[str], widths: Sequence[int], words: int) -> str:
    rooms = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [
        cell + room if j < words else room + cell for j, (cell, room) in enumerate(zip(cells, rooms, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _drawn(grid: Grid, width: int) -> str:
    """The table as rich draws it: no cell is broken, a first column that is too long ends in an ellipsis."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    widths = [max(map(cell_len, column)) for column in zip(grid.heads, *grid.rows, strict=True)]
    longest = max(range(grid.words), key=lambda j: widths[j], default=0)
    over = sum(widths) + 3 * (len(widths) - 1) - width  # the longest words give way, numbers never do
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for j, head in enumerate(grid.heads):
        side = "left" if j < grid.words else "right"
        table.add_column(
            Text(head),
            justify=side,  # type: ignore[arg-type]
            no_wrap=True,
            overflow="ellipsis",
            width=max(8, widths[j] - over) if j == longest and over > 0 else widths[j],
        )
    for i, row in enumerate(grid.rows):
        table.add_row(*(Text(cell, style="bold" if (i, j) in grid.bold else "") for j, cell in enumerate(row)))
    console = Console(width=width, force_terminal=True)
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")


def _shortened(grid: Grid) -> Grid:
    return grid if len(grid.rows) <= ROWS else Grid(grid.heads, grid.rows[:ROWS], grid.words, grid.bold)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_on_hyphens=False, break_long_words=False)


def _ends(ending: Ending) -> list[str]:
    labels = [*(what for what, _ in ending.written), *(["next"] if ending.then else [])]
    room = max(map(len, labels), default=0) + 2
    lines = [f"{what + ':':<{room}}{path}" for what, path in ending.written]
    return lines + [f"{'next:' if number == 0 else '':<{room}}{command}" for number, command in enumerate(ending.then)]
