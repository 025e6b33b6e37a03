"""Heat maps of query language by passage language, as cells on one colour scale for all systems. No markup."""

import math
from dataclasses import dataclass

from polybatch.records import Setting
from polybatch.report.colours import SCALE, ink_on, shade
from polybatch.report.summary import MAP, Quantity, Report, System
from polybatch.report.wording import number
from polybatch.results.store import ALL

STEPS = 40  # finer than an eye tells apart in cells, and far smaller on the page than a colour in every cell


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of values that the colours span."""

    low: float
    high: float

    def step(self, value: float) -> int:
        """The step of a value, 0 to STEPS."""
        return round(STEPS * (value - self.low) / (self.high - self.low))

    @property
    def marks(self) -> tuple[str, str, str]:
        """The lowest, middle and highest value as they are printed."""
        return number(self.low, MAP), number((self.low + self.high) / 2, MAP), number(self.high, MAP)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A value and its step on the scale; both None where nothing was measured."""

    setting: Setting
    text: str | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One system: rows are query languages, columns passage languages and, last, all of them in one ranking."""

    system: System
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]


@dataclass(frozen=True, slots=True)
class HeatMaps:
    """The heat maps of a collection, with what they share."""

    columns: tuple[str, ...]
    scale: Scale
    maps: tuple[HeatMap, ...]


def heat_maps(report: Report, collection: str) -> HeatMaps | None:
    """Mean mAP over seeds of every system and direction; None where no direction was measured."""
    queries = report.query_languages(collection)
    quantities = report.quantities(collection, measure=MAP)
    multilingual = any(quantity.setting == "multilingual" for quantity in quantities)
    columns = (*report.passage_languages(collection), *((ALL,) if multilingual else ()))
    grid = [(query, [_quantity(collection, query, passage) for passage in columns]) for query in queries]
    systems = report.systems_of(collection)
    places = [quantity for _, row in grid for quantity in row]
    values = [e.mean for system in systems for quantity in places if (e := report.estimate(system, quantity))]
    if not values:
        return None
    scale = _scale(values)
    maps = [
        HeatMap(system, tuple((query, tuple(_cell(report, system, q, scale) for q in row)) for query, row in grid))
        for system in systems
    ]
    return HeatMaps(columns, scale, tuple(maps))


def scale_colours() -> list[tuple[int, str, str, str, str]]:
    """Every step: its number, colour and ink on a light page, colour and ink on a dark one.

    On a dark page the scale is turned round, so that more is always further from the page.
    """
    found = []
    for step in range(STEPS + 1):
        light, dark = shade(step / STEPS), shade(step / STEPS, SCALE[::-1])
        found.append((step, light, ink_on(light), dark, ink_on(dark)))
    return found


def _quantity(collection: str, query: str, passage: str) -> Quantity:
    setting: Setting = "multilingual" if passage == ALL else "monolingual" if query == passage else "cross-lingual"
    return Quantity(collection, setting, query, passage, MAP)


def _cell(report: Report, system: System, quantity: Quantity, scale: Scale) -> HeatCell:
    if (estimate := report.estimate(system, quantity)) is None:
        return HeatCell(quantity.setting)
    return HeatCell(quantity.setting, number(estimate.mean, MAP), scale.step(estimate.mean))


def _scale(values: list[float]) -> Scale:
    """From the lowest to the highest value, rounded outwards to tenths."""
    low, high = math.floor(min(values) * 10) / 10, math.ceil(max(values) * 10) / 10
    return Scale(low, high if high > low else low + 0.1)
