"""How a script or a notebook sees work and figures: progress bars, and plain axes. No numbers are made here."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.32  # inches of a figure for each row
INK, SOFT, RULE = "#1d1d1f", "#6e6e73", "#d9d9de"


class Bars:
    """Progress as tqdm shows it: bars in a terminal, widgets in a notebook."""

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar of `total` units, gone when the work is done."""
        from tqdm.auto import tqdm

        with tqdm(total=total, desc=description, leave=False) as bar:
            yield lambda units: bar.update(units) and None

    def say(self, message: str) -> None:
        """One line of news, above the bars."""
        from tqdm.auto import tqdm

        tqdm.write(message)


@dataclass(frozen=True)
class Plot:
    """A matplotlib figure that a notebook shows as a picture, without pyplot or a magic command."""

    figure: "Figure"

    def save(self, path: str | Path) -> None:
        """Write the figure: PNG, SVG or PDF, by the name's ending."""
        self.figure.savefig(path)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def row_axes(rows: list[str], columns: int, *, width: float) -> "tuple[Figure, list[Axes]]":
    """A figure of `columns` axes side by side that share named rows, the first row on top; `width` in inches of one."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, 0.9 + ROW * len(rows)), layout="constrained")
    axes = list(figure.subplots(1, columns, sharey=True, squeeze=False)[0])
    for each in axes:
        each.set_ylim(len(rows) - 0.5, -0.5)
        each.set_yticks(range(len(rows)), rows)
        each.grid(axis="y", color=RULE, linewidth=0.8)
        each.set_axisbelow(True)
        each.tick_params(length=0, labelcolor=INK)
        each.spines[:].set_visible(False)
    return figure, axes
