"""Compare systems from Python: each comparison a row of a pandas frame, and a plot of the intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from polybatch.api.evaluating import Run
from polybatch.api.showing import INK, SOFT, Bars, Plot, row_axes
from polybatch.statistics.comparison import Comparison

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparisons:
    """A family of comparisons, corrected together by Holm. A notebook shows it as a table."""

    items: tuple[Comparison, ...]

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def frame(self) -> "pd.DataFrame":
        """A row for each comparison: what is compared, the difference with its 95 % interval, p, and the verdict."""
        import pandas as pd

        rows = []
        for each in self.items:
            fields = asdict(each)
            quantity = fields.pop("quantity")
            rows.append({**quantity._asdict(), **fields, "verdict": each.verdict})
        return pd.DataFrame(rows)

    def plot(self) -> Plot:
        """Differences with their intervals, a panel for each measure; filled dots are significant after Holm."""
        measures = list(dict.fromkeys(each.quantity.measure for each in self.items))
        shown = [[each for each in self.items if each.quantity.measure == measure] for measure in measures]
        rows = list(dict.fromkeys(_label(each) for each in self.items))
        figure, axes = row_axes(rows, len(measures), width=3.6)
        for panel, measure, chosen in zip(axes, measures, shown, strict=True):
            panel.axvline(0, color=SOFT, linewidth=1)
            for each in chosen:
                y, decided = rows.index(_label(each)), each.verdict in ("better", "worse", "higher", "lower")
                panel.plot([each.low, each.high], [y, y], color=INK, linewidth=1.6)
                panel.plot(each.difference, y, "o", color=INK, markerfacecolor=INK if decided else "white")
            panel.locator_params(axis="x", nbins=5)
            panel.set_title(f"difference in {measure}", fontsize=10)
        return Plot(figure)

    def _repr_html_(self) -> str:
        columns = ["system", "baseline", "collection", "setting", "measure", "difference", "low", "high", "p_holm"]
        html: str = self.frame()[[*columns, "verdict"]].to_html(index=False, float_format=lambda value: f"{value:.3f}")
        return html


def compare(
    *runs: Run | str | Path,
    baseline: str | None = None,
    measures: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
) -> Comparisons:
    """Which systems of one run or several differ, by tests over documents or questions and over seeds.

    `runs` are what `evaluate` and `run` gave, or folders. `baseline` names the system that all others are held against;
    without it each is held against all before it. `measures` are mAP and rank distance unless others are named,
    `settings` all three. Raises ResultsError with the faults of all runs, also where they were not measured on the same
    texts.
    """
    from polybatch.statistics.folders import compare_runs

    folders = [each.folder if isinstance(each, Run) else Path(each) for each in runs]
    found = compare_runs(folders, baseline=baseline, measures=measures, settings=settings, progress=Bars())
    return Comparisons(tuple(found))


def _label(each: Comparison) -> str:
    return f"{each.system} against {each.baseline}, {each.quantity.setting}"
