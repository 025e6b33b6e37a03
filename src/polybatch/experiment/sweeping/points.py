"""The points of a curve, read from the runs of a sweep: each value's scores by system, setting and seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from polybatch.errors import Fault, ResultsError
from polybatch.records import SETTINGS
from polybatch.results.store import MEAN, Result, Store
from polybatch.results.sweep import DISTANCE, MACRO


@dataclass(frozen=True)
class Scores:
    """One system's scores by the sweep's COLUMNS, a value for each seed; what the data cannot have is not there."""

    system: str
    columns: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Point:
    """One value of the swept key: its label, the training rows, and the scores of each system, seeds in one order."""

    value: str
    rows: int
    seeds: tuple[int, ...]
    systems: tuple[Scores, ...]

    @property
    def scores(self) -> tuple[float, ...]:
        """The macro mean over settings, of all systems alike, for each seed: what values are chosen by."""
        found = np.mean([one.columns[MACRO] for one in self.systems], axis=0)
        return tuple(map(float, found))

    @property
    def mean(self) -> float:
        """The mean of `scores` over seeds."""
        return float(np.mean(self.scores))

    def as_record(self) -> dict[str, Any]:
        """As plain values for JSON: per seed, mean, deviation, band."""
        systems = {one.system: {name: summary(values) for name, values in one.columns.items()} for one in self.systems}
        return {"value": self.value, "rows": self.rows, **summary(self.scores), "systems": systems}


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Mean, standard deviation over seeds (n - 1) and the band of one deviation each way; None of one seed."""
    mean, spread = float(np.mean(values)), deviation(values)
    band = None if spread is None else [mean - spread, mean + spread]
    return {"seeds": list(values), "mean": mean, "deviation": spread, "band": band}


def deviation(values: Sequence[float]) -> float | None:
    """Standard deviation (n - 1); None of a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def read_point(folder: Path, value: str, *, systems: Sequence[str], seeds: Sequence[int], rows: int) -> Point:
    """The point of a finished run: means over its collections. Raises ResultsError where it has no mAP."""
    results = [one for one in Store(folder).results if one.query_language == MEAN]
    scores = []
    for system in systems:
        own = [one for one in results if one.system == system]
        columns: dict[str, tuple[float, ...]] = {
            setting: column
            for setting in SETTINGS
            if (column := _column(own, seeds, measure="mAP", setting=setting)) is not None
        }
        if not columns:
            raise ResultsError([Fault(str(folder), f"no mAP of {system}", "a collection with relevant passages")])
        columns[MACRO] = tuple(map(float, np.mean(list(columns.values()), axis=0)))
        if distance := _column(own, seeds, measure="rank_distance", setting="multilingual"):
            columns[DISTANCE] = distance
        scores.append(Scores(system, columns))
    return Point(value, rows, tuple(seeds), tuple(scores))


def _column(results: Sequence[Result], seeds: Sequence[int], *, measure: str, setting: str) -> tuple[float, ...] | None:
    """The mean over collections, for each seed; None where no collection has the setting."""
    own = [one for one in results if one.measure == measure and one.setting == setting]
    if not own:
        return None
    return tuple(float(np.mean([one.value for one in own if one.seed == seed])) for seed in seeds)
