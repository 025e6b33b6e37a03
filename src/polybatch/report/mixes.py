"""What the batches really held: kinds, directions and datasets by system, means over seeds. Drawing is in `figures`."""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import fsum, nan
from operator import itemgetter
from typing import NamedTuple

from polybatch.records import Direction
from polybatch.report import figures
from polybatch.report.summary import Report
from polybatch.report.wording import language, listing, plural
from polybatch.results.manifest import Mix


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of one direction or dataset in one system's training, and their share; None where none was drawn."""

    rows: str | None = None
    share: str | None = None


Rows = tuple[tuple[str, tuple[Drawn, ...]], ...]  # heads, each with what every system drew


@dataclass(frozen=True, slots=True)
class Strip:
    """The kinds of one system block by block, as SVG markup, and a sentence on the block that strays furthest."""

    title: str
    svg: str
    stray: str


@dataclass(frozen=True, slots=True)
class Mixes:
    """Kinds with their colours, bars and strips as SVG markup, and rows by direction and dataset, and system.

    `steady` names the systems of one kind, which need no strip, `unblocked` the others whose blocks were not recorded.
    `datasets` is empty unless there are several.
    """

    kinds: tuple[tuple[str, str], ...]
    svg: str
    strips: tuple[Strip, ...]
    steady: tuple[str, ...]
    unblocked: tuple[str, ...]
    systems: tuple[str, ...]
    directions: Rows
    datasets: Rows


class _Trained(NamedTuple):
    """A system by its title, with one mix for each seed."""

    title: str
    mixes: Sequence[Mix]

    def means(self, counts: Callable[[Mix], Mapping[str, int]]) -> dict[str, float]:
        """Mean counts over seeds; what a seed never drew counts 0."""
        keys = dict.fromkeys(key for mix in self.mixes for key in counts(mix))
        return {key: fsum(counts(mix).get(key, 0) for mix in self.mixes) / len(self.mixes) for key in keys}

    @property
    def kinds(self) -> list[str]:
        """The kinds of its batches, monolingual ones first."""
        found = {kind for mix in self.mixes for kind, count in mix.kinds.items() if count}
        return sorted(found, key=_kind_order)

    @property
    def has_blocks(self) -> bool:
        """Whether the blocks of every seed were recorded."""
        return all(mix.blocks.sizes for mix in self.mixes)


def mixes(report: Report) -> Mixes | None:
    """The mixes of all systems that were trained; None where none was recorded."""
    trained = _trained(report)
    known = sorted({kind for one in trained for kind in one.kinds}, key=_kind_order)
    if not known:
        return None
    bars = bar_rows(report)
    told = "; ".join(f"{bar.label} {_parts(bar.shares, known)}" for bar in bars)
    mixed = [one for one in trained if len(one.kinds) > 1]
    blocked = [one for one in mixed if one.has_blocks]
    datasets = _rows(trained, lambda mix: mix.datasets)
    return Mixes(
        kinds=tuple((kind, figures.kind_colour(number)) for number, kind in enumerate(known)),
        svg=figures.stacked_bars(bars, name="mix", alt=f"Share of batches by kind: {told}"),
        strips=tuple(_strip(one, known, name=f"mix{number}") for number, one in enumerate(blocked, 1)),
        steady=tuple(one.title for one in trained if len(one.kinds) == 1),
        unblocked=tuple(one.title for one in mixed if not one.has_blocks),
        systems=tuple(one.title for one in trained),
        directions=_directions(trained),
        datasets=tuple(sorted(datasets.items())) if len(datasets) > 1 else (),
    )


def bar_rows(report: Report) -> list[figures.BarRow]:
    """The shares of the kinds of batches in each system's training."""
    trained = _trained(report)
    known = sorted({kind for one in trained for kind in one.kinds}, key=_kind_order)
    return [_bar(one, known) for one in trained] if known else []


def sentences(report: Report) -> list[str]:
    """What each system's batches held: how many of each kind, and rows by dataset where there are several."""
    trained = _trained(report)
    several = len({name for one in trained for mix in one.mixes for name in mix.datasets}) > 1
    told = []
    for one in trained:
        kinds, datasets = one.means(lambda mix: mix.kinds), one.means(lambda mix: mix.datasets)
        text = f"{one.title}: {listing(f'{kinds[kind]:,.0f} {kind}' for kind in one.kinds) or 'no'} batches"
        if several and datasets:
            text += f"; rows: {listing(f'{datasets[name]:,.0f} of {name}' for name in sorted(datasets))}"
        told.append(f"{text}.")
    return told


def _trained(report: Report) -> list[_Trained]:
    """Every system with a mix, in display order."""
    found: dict[str, list[Mix]] = {}
    for mix in report.mix:
        found.setdefault(mix.system, []).append(mix)
    titles = {system.name: system.title for system in report.systems}
    order = sorted(found, key=lambda name: [*titles].index(name) if name in titles else len(titles))
    return [_Trained(titles.get(name, name), found[name]) for name in order]


def _kind_order(kind: str) -> tuple[bool, str]:
    return kind != "monolingual", kind


def _bar(one: _Trained, known: Sequence[str]) -> figures.BarRow:
    kinds = one.means(lambda mix: mix.kinds)
    total = fsum(kinds.values())
    shares = tuple(kinds.get(kind, 0.0) / total if total else 0.0 for kind in known)
    return figures.BarRow(one.title, shares, f"{total:,.0f} batches")


def _parts(shares: Sequence[float], known: Sequence[str]) -> str:
    return ", ".join(f"{share:.0%} {kind}" for kind, share in zip(known, shares, strict=True) if share)


def _strip(one: _Trained, known: Sequence[str], *, name: str) -> Strip:
    mean, seeds = _courses(one, known)
    first, last = (_parts(mean.shares[end], known) for end in (0, -1))
    alt = f"Share of batches by kind over the training of {one.title}: at first {first}; at last {last}"
    return Strip(one.title, figures.strip(mean, seeds, name=name, alt=alt), _stray(one))


def _courses(one: _Trained, known: Sequence[str]) -> tuple[figures.Course, list[figures.Course]]:
    """The mean over the seeds that got as far, and the seeds themselves where they differ, NaN elsewhere."""
    courses = [_course(mix, known) for mix in one.mixes]
    edges = sorted({edge for course in courses for edge in course.edges})
    gap = (nan,) * len(known)
    means, lines = [], []
    for start in edges[:-1]:
        each = [
            course.shares[bisect(course.edges, start) - 1] if start < course.edges[-1] else gap for course in courses
        ]
        found = [shares for shares in each if shares is not gap]
        differ = len(set(found)) > 1
        means.append(tuple(fsum(of) / len(of) for of in zip(*found, strict=True)) if differ else found[0])
        lines.append(each if differ else [gap] * len(each))
    seeds = [of for of in zip(*lines, strict=True) if any(shares is not gap for shares in of)]
    return figures.Course(tuple(edges), tuple(means)), [figures.Course(tuple(edges), of) for of in seeds]


def _course(mix: Mix, known: Sequence[str]) -> figures.Course:
    """Blocks of the same shares, one after another, are one stretch."""
    sizes = mix.blocks.sizes
    kinds = (mix.blocks.kinds.get(kind, (0,) * len(sizes)) for kind in known)
    shares = (tuple(count / size for count in counts) for size, *counts in zip(sizes, *kinds, strict=True))
    same = [(of, [size for _, size in run]) for of, run in groupby(zip(shares, sizes, strict=True), itemgetter(0))]
    edges = accumulate((sum(run) for _, run in same), initial=0)
    return figures.Course(tuple(edges), tuple(of for of, _ in same))


def _stray(one: _Trained) -> str:
    """How far kinds stray from their mean over whole blocks: at most, over kinds, blocks and seeds."""
    whole: list[float] = []
    cut: list[float] = []
    counts: dict[str, None] = {}
    for blocks in (mix.blocks for mix in one.mixes):
        full = sum(size == blocks.batches for size in blocks.sizes)
        counts[f"{plural(full, 'whole block')} of {blocks.batches:,} batches"] = None
        for of in blocks.kinds.values() if full else ():
            mean = fsum(of[:full]) / full
            strays = [abs(count - mean * size / blocks.batches) for count, size in zip(of, blocks.sizes, strict=True)]
            whole += strays[:full]
            cut += strays[full:]
    told = " or ".join(counts)
    if whole:
        told += f"; largest deviation of one from their mean: {_batches(max(whole))}"
    if cut:
        told += f"; of the last block, cut short: {_batches(max(cut))}"
    return f"{told}."


def _batches(count: float) -> str:
    text = f"{count:,.2f}".rstrip("0").rstrip(".")
    return f"{text} batch" if text == "1" else f"{text} batches"


def _directions(trained: Sequence[_Trained]) -> Rows:
    rows = _rows(trained, lambda mix: mix.directions)
    keys = {key: Direction(*key.partition("-")[::2]) for key in rows}
    order = sorted(keys, key=lambda key: (not keys[key].is_monolingual, keys[key]))
    return tuple((f"{language(keys[key].query)} → {language(keys[key].passage)}", rows[key]) for key in order)


def _rows(trained: Sequence[_Trained], counts: Callable[[Mix], Mapping[str, int]]) -> dict[str, tuple[Drawn, ...]]:
    """What every system drew of each direction or dataset."""
    means = [one.means(counts) for one in trained]
    totals = [fsum(of.values()) for of in means]
    return {
        key: tuple(
            Drawn(f"{of[key]:,.0f}", f"{of[key] / total:.1%}") if of.get(key) else Drawn()
            for of, total in zip(means, totals, strict=True)
        )
        for of in means
        for key in of
    }
