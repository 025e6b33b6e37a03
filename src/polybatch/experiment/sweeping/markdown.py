"""A sweep as a Markdown table: a line for each value and system, then the choice. No numbers are made here."""

from collections.abc import Sequence

import numpy as np

from polybatch.experiment.sweeping.choice import Choice
from polybatch.experiment.sweeping.points import Point, Scores, deviation
from polybatch.records import SETTINGS
from polybatch.results.sweep import DISTANCE, MACRO

HEADS = {"monolingual": "Mo mAP", "cross-lingual": "Cr mAP", "multilingual": "Mul mAP", DISTANCE: "rank distance"}


def to_markdown(key: str, points: Sequence[Point], choice: Choice, *, development: Sequence[str]) -> str:
    """The table and the choice in words; the chosen value is bold, a setting that is not there a dash."""
    heads = [key, "rows", "system", *HEADS.values(), MACRO, "± over seeds"]
    lines = [f"| {' | '.join(heads)} |", f"|---|--:|---|{'--:|' * (len(heads) - 3)}"]
    for point in points:
        value = f"**{point.value}**" if point.value == choice.value else point.value
        for one in point.systems:
            lines.append(f"| {' | '.join([value, f'{point.rows:,}', one.system, *cells(one)])} |")
    seeds = len(points[0].seeds)
    counted = f"Means over {seeds} seed{'s' if seeds > 1 else ''}, on development data: {', '.join(development)}"
    there = [setting for setting in SETTINGS if setting in points[0].systems[0].columns]
    if len(there) < len(SETTINGS):
        counted += f", which has no other setting than {' and '.join(there)}"
    return "\n".join([*lines, "", f"{counted}.", "", f"Chosen: {choice.text}."])


def cells(scores: Scores) -> list[str]:
    """The scores of one system and value as they are printed: each of HEADS, the macro mean, its deviation."""
    told = []
    for name in (*HEADS, MACRO):
        values = scores.columns.get(name)
        told.append("–" if values is None else f"{np.mean(values):.{1 if name == DISTANCE else 4}f}")
    spread = deviation(scores.columns[MACRO])
    return [*told, "–" if spread is None else f"{spread:.4f}"]
