"""Evaluate a model from Python, and read what a run measured as pandas frames. How it is measured is elsewhere."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from polybatch.api.showing import INK, Bars, Plot, row_axes
from polybatch.data.collections.table import DATA_VARIABLE
from polybatch.data.collections.table import load_collection as load
from polybatch.records import Collection, Setting

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, tuple[Setting, str]] = {
    "Mo mAP": ("monolingual", "mAP"),
    "Cr mAP": ("cross-lingual", "mAP"),
    "Mul mAP": ("multilingual", "mAP"),
    "Rank distance": ("multilingual", "rank_distance"),
}
"""The columns of a run's summary: the macro means that every report leads with."""


@dataclass(frozen=True)
class Run:
    """What was measured of one system or several: a folder of `polybatch run` or `polybatch evaluate`.

    A notebook shows it as its summary. A run of `evaluate` without `out` lies in a temporary folder, which goes with
    the last reference to the run.
    """

    folder: Path
    kept: TemporaryDirectory[str] | None = field(default=None, repr=False, compare=False)

    def scores(self) -> "pd.DataFrame":
        """Every score as a row: system, seed, collection, setting, query_language, passage_language, measure, value.

        A mean over languages or directions is named `mean` in their place, and the pool of all languages `all`;
        `queries` counts what is behind a value. Raises ResultsError where the folder holds no results.
        """
        import pandas as pd

        from polybatch.results.store import Store

        return pd.DataFrame(Store(self.folder).results)

    def values(self, measure: str = "mAP") -> "pd.DataFrame":
        """A measure's value for every query in every pool, with the cluster (document, article) that tests draw by.

        Raises ResultsError where the folder has no ranks, FaultyInputError for a measure that is not known or has no
        value for a single query.
        """
        from polybatch.measures.measures import parse_measures, per_query
        from polybatch.results.store import Store

        needs_top = any(parsed.family.needs_top for parsed in parse_measures([measure]))
        store = Store(self.folder)
        top = store.top if needs_top else None
        frame: pd.DataFrame = per_query(store.ranks, [measure], top=top).to_pandas()
        return frame

    def summary(self) -> "pd.DataFrame":
        """Systems by COLUMNS: the mean over seeds of each macro mean, by collection. Rank distance: lower is better."""
        import pandas as pd

        scores = self.scores()
        means = scores[(scores["query_language"] == "mean") & scores["passage_language"].isin(["mean", "all"])]
        columns = {}
        for name, (setting, measure) in COLUMNS.items():
            chosen = means[(means["setting"] == setting) & (means["measure"] == measure)]
            columns[name] = chosen.groupby(["collection", "system"], sort=False)["value"].mean()
        return pd.DataFrame(columns)

    def plot(self) -> Plot:
        """A dot plot of the summary: a row for each system, a panel for each column, a dot for each seed."""
        scores = self.scores()
        rows = list(dict.fromkeys(zip(scores["collection"], scores["system"], strict=True)))
        several = scores["collection"].nunique() > 1
        figure, axes = row_axes([" · ".join(row) if several else row[1] for row in rows], len(COLUMNS), width=2.4)
        for panel, (name, (setting, measure)) in zip(axes, COLUMNS.items(), strict=True):
            chosen = scores[(scores["setting"] == setting) & (scores["measure"] == measure)]
            chosen = chosen[chosen["query_language"] == "mean"]
            for y, (collection, system) in enumerate(rows):
                of_row = chosen[(chosen["collection"] == collection) & (chosen["system"] == system)]["value"]
                panel.plot(of_row, [y] * len(of_row), "o", color=INK, alpha=0.8)
            panel.set_title(name, fontsize=10)
            panel.set_xlim(left=0, right=1.1 * panel.dataLim.x1)
            panel.locator_params(axis="x", nbins=4)
        return Plot(figure)

    def _repr_html_(self) -> str:
        html: str = self.summary().to_html(float_format=lambda value: f"{value:.3f}")
        return html


def load_collection(
    name: str | Path, *, data: str | Path | None = None, languages: Sequence[str] | None = None
) -> Collection:
    """A collection by its name, or a folder in a layout that is known (BEIR, TREC, or upstream's own).

    `data` is the folder that holds collections as upstream lays them out; without it, the environment's
    POLYBATCH_DATA. `languages` are codes such as `sw`; without them, all that it has. Raises DataError with every
    fault.
    """
    return load(str(name), data=data_folder(data), languages=languages)


def evaluate(
    model: Any,
    on: str | Collection | Sequence[str | Collection],
    *,
    data: str | Path | None = None,
    languages: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    name: str | None = None,
    out: str | Path | None = None,
    batch_size: int = 64,
    device: str = "cpu",
) -> Run:
    """Evaluate a model within each language, across languages, and in the pool of all languages.

    `model` is a SentenceTransformer, a folder or hub name of one, `"bm25"`, or any object with `encode_queries` and
    `encode_passages` (texts and a progress in, float32 vectors of shape (texts, dimensions) out). `on` names
    collections, or holds them. `name` is what the system is called; without it, the model's folder. Results go to the
    folder `out`, or to a temporary one. Raises DataError, ModelError, FaultyInputError for what is no measure, and
    ResultsError where `out` holds a run of a recipe.
    """
    from polybatch.judging.evaluate import evaluate_model
    from polybatch.measures.families import DEFAULT
    from polybatch.training.train import read_record

    kept = TemporaryDirectory(prefix="polybatch-") if out is None else None
    system = name or (Path(model).name if isinstance(model, str | Path) else "model")
    folder = Path(kept.name) / system if kept else Path(out or "")
    evaluate_model(
        str(model) if isinstance(model, Path) else model,
        [on] if isinstance(on, str | Collection) else on,
        record=read_record(model) if isinstance(model, str | Path) else {},
        name=system,
        data=data_folder(data),
        languages=languages,
        batch_size=batch_size,
        measures=measures or DEFAULT,
        out=folder,
        device=device,
        command="polybatch.evaluate (Python)",
        progress=Bars(),
    )
    return Run(folder, kept)


def load_run(folder: str | Path) -> Run:
    """The run in a folder of `polybatch run` or `polybatch evaluate`; raises ResultsError where there is none."""
    from polybatch.results.store import Store

    Store(Path(folder)).results  # noqa: B018  # read and checked here, so that what is wrong is said now
    return Run(Path(folder))


def data_folder(given: str | Path | None) -> Path | None:
    """The data folder that is given, or the environment's."""
    chosen = given or os.environ.get(DATA_VARIABLE)
    return Path(chosen) if chosen else None
