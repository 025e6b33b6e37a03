"""What the batches really held: kinds and directions by system, means over seeds. Drawing is in `figures`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from polybatch.records import Direction
from polybatch.report import figures
from polybatch.report.manifest import Mix
from polybatch.report.summary import Report
from polybatch.report.wording import language


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of one direction in one system's training, and their share of all its rows; None where none was drawn."""

    rows: str | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True)
class Mixes:
    """Kinds with their colours, the bars as SVG markup, and rows by direction (with its name) and system."""

    kinds: tuple[tuple[str, str], ...]
    svg: str
    systems: tuple[str, ...]
    directions: tuple[tuple[str, tuple[Drawn, ...]], ...]


def mixes(report: Report) -> Mixes | None:
    """The mixes of all systems that were trained; None where none was recorded."""
    by_system: dict[str, list[Mix]] = {}
    for mix in report.mix:
        by_system.setdefault(mix.system, []).append(mix)
    titles = {system.name: system.title for system in report.systems}
    order = sorted(by_system, key=lambda name: [*titles].index(name) if name in titles else len(titles))
    kinds = [_means(by_system[name], lambda mix: mix.kinds) for name in order]
    known = sorted({kind for of in kinds for kind in of}, key=lambda kind: (kind != "monolingual", kind))
    if not known:
        return None
    heads = tuple(titles.get(name, name) for name in order)
    bars = [_bar(head, of, known) for head, of in zip(heads, kinds, strict=True)]
    told = "; ".join(f"{bar.label} " + ", ".join(_parts(bar, known)) for bar in bars)
    svg = figures.stacked_bars(bars, name="mix", alt=f"Share of batches by kind: {told}")
    colours = tuple((kind, figures.kind_colour(number)) for number, kind in enumerate(known))
    return Mixes(colours, svg, heads, _directions([by_system[name] for name in order]))


def _means(mixes: Sequence[Mix], counts: Callable[[Mix], Mapping[str, int]]) -> dict[str, float]:
    """Mean counts over seeds; what a seed never drew counts 0."""
    keys = dict.fromkeys(key for mix in mixes for key in counts(mix))
    return {key: fsum(counts(mix).get(key, 0) for mix in mixes) / len(mixes) for key in keys}


def _bar(label: str, kinds: Mapping[str, float], known: Sequence[str]) -> figures.BarRow:
    total = fsum(kinds.values())
    shares = tuple(kinds.get(kind, 0.0) / total if total else 0.0 for kind in known)
    return figures.BarRow(label, shares, f"{total:,.0f} batches")


def _parts(bar: figures.BarRow, known: Sequence[str]) -> list[str]:
    return [f"{share:.0%} {kind}" for kind, share in zip(known, bar.shares, strict=True) if share]


def _directions(by_system: Sequence[Sequence[Mix]]) -> tuple[tuple[str, tuple[Drawn, ...]], ...]:
    rows = [_means(mixes, lambda mix: mix.directions) for mixes in by_system]
    totals = [fsum(of.values()) for of in rows]
    keys = {key: Direction(*key.partition("-")[::2]) for of in rows for key in of}
    order = sorted(keys, key=lambda key: (not keys[key].is_monolingual, keys[key]))
    return tuple(
        (f"{language(keys[key].query)} → {language(keys[key].passage)}", tuple(map(_drawn(key), rows, totals)))
        for key in order
    )


def _drawn(key: str) -> Callable[[Mapping[str, float], float], Drawn]:
    def drawn(rows: Mapping[str, float], total: float) -> Drawn:
        return Drawn(f"{rows[key]:,.0f}", f"{rows[key] / total:.1%}") if rows.get(key) else Drawn()

    return drawn
