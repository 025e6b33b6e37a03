"""Measures as values, and what a record comes to by them: all of `results.json` comes out of the stored tables here."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from polybatch.errors import Fault, FaultyInputError, did_you_mean, gathered
from polybatch.measures.bias import ByTarget
from polybatch.measures.cases import HEAD, Cases, Floats, Head, Ints, split
from polybatch.measures.families import DEFAULT, Compute, Family
from polybatch.measures.table import DIAGONAL_GAP, FAMILIES, measure_form
from polybatch.records import SETTINGS, Setting
from polybatch.results.store import ALL, MEAN, Result

NO_CUT = 2**62  # a last rank that leaves nothing out


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure; its text is its identity, and `parse_measure` gives it back: `mAP`, `nDCG@10`, `Max@R`."""

    name: str
    cut: int | None = None

    def __str__(self) -> str:
        return self.name if self.cut is None else f"{self.name}@{self.cut}"

    @property
    def family(self) -> Family:
        """What the table says of it."""
        return FAMILIES[self.name]

    def of(self, cases: Cases) -> Floats | ByTarget | None:
        """A value for each case; None for a measure that is made in another way."""
        return self._given(self.family.compute, cases)

    def of_random(self, cases: Cases) -> Floats | ByTarget | None:
        """What a random ranker would have for each case; None where nothing can be said."""
        return self._given(self.family.random, cases)

    def of_ideal(self, cases: Cases) -> Floats | ByTarget | None:
        """What an ideal ranker would have for each case; None where that does not settle the value."""
        return self.of(cases.ideal()) if self.family.ideal else None

    def _given(self, compute: Compute | None, cases: Cases) -> Floats | ByTarget | None:
        found: Floats | ByTarget | None = compute(cases, self.cut or NO_CUT) if compute else None
        return found


def parse_measure(text: str) -> Measure | None:
    """The measure whose text this is; None where there is none."""
    if text in FAMILIES:
        return None if FAMILIES[text].cut == "yes" else Measure(text)
    name, _, cut = text.rpartition("@")
    if name not in FAMILIES or FAMILIES[name].cut == "no" or not re.fullmatch("[1-9][0-9]{0,5}", cut):
        return None
    return Measure(name, int(cut))


def parse_measures(texts: Sequence[str]) -> list[Measure]:
    """Measures by their texts, each once; raises FaultyInputError with every text that is none, and what is known."""
    found = {text: parse_measure(text) for text in texts}
    known = ", ".join(map(measure_form, FAMILIES))
    if faults := [
        Fault("measures", repr(text), f"{did_you_mean(text.split('@')[0], FAMILIES)}known: {known}")
        for text, one in found.items()
        if one is None
    ]:
        raise FaultyInputError(faults)
    return [one for one in found.values() if one]


def measure(
    ranks: pa.Table,
    measures: Sequence[str] = DEFAULT,
    *,
    top: pa.Table | None = None,
    faults: list[Fault] | None = None,
) -> list[Result]:
    """Every measure of every system, collection, setting and direction in a table of RANKS_SCHEMA, and macro means.

    A direction's value is the mean over its queries that have a relevant passage in the pool and a value of the
    measure; `queries` counts them. The macro mean is the mean over directions (in the multilingual setting: over query
    languages), each counting the same. A measure holds for some settings only, and is left out in others. `top`, a
    table of TOP_SCHEMA, is needed by measures of what the top shows.

    Raises FaultyInputError for texts that are no measure, and for every measure that refuses the record; where a list
    `faults` is given, the latter are added to it, and the other measures go on.
    """
    chosen = parse_measures(measures)
    refused: list[Fault] = [] if faults is None else faults
    rows = [
        row for head, found in _split(ranks, top, chosen) for row in _results(head, found, chosen, Measure.of, refused)
    ]
    if refused and faults is None:
        raise FaultyInputError(dict.fromkeys(refused))
    return rows


def reference(
    ranks: pa.Table, measures: Sequence[str] = DEFAULT, *, ranker: Literal["random", "ideal"]
) -> list[Result]:
    """What a random or an ideal ranker would have on the pools of a table of RANKS_SCHEMA, laid out like `measure`.

    Random: every order of the pool is equally likely; the exact mean, or the mean over 1,000 drawn orders for PEER, JSD
    and AWRF. Ideal: relevant passages first, the best grades before, languages in turn. Measures of which neither can
    be said are left out. The pools are those of each collection's first system, being the same for all.
    """
    chosen = parse_measures(measures)
    values = Measure.of_random if ranker == "random" else Measure.of_ideal
    rows: dict[str, list[Result]] = {}
    for head, found in split(ranks):
        if head.collection not in rows:
            alone = Head(f"{ranker} ranker", None, None, head.collection)
            rows[head.collection] = list(_results(alone, found, chosen, values, []))
    return [row for each in rows.values() for row in each]


def per_query(ranks: pa.Table, measures: Sequence[str] = DEFAULT, *, top: pa.Table | None = None) -> pa.Table:
    """The value of every measure for every query in every pool, from a table of RANKS_SCHEMA.

    Columns: system, strategy, seed, collection, setting, query_id, cluster, query_language, passage_language (`all` in
    the multilingual setting, but for a measure by target language, where it is the target's), measure, value. A query
    without a value of a measure has no row. Raises FaultyInputError for texts that are no measure, for measures that
    have no value for a query, and for those that refuse the record.
    """
    chosen = parse_measures(measures)
    faults = [Fault(str(one), "has no value for a query") for one in chosen if not one.family.per_query]
    parts: list[tuple[np.ndarray, ...]] = []
    words = [ALL]
    for _, settings in _split(ranks, top, chosen):
        for cases in settings.values():
            words = [ALL, *cases.languages]
            for number, one in enumerate(chosen):
                if cases.setting in one.family.settings:
                    with gathered(faults):
                        found = _known(one.of(cases), cases)
                        parts.append((cases.row[found.case], found.language + 1, number + 0 * found.case, found.value))
    if faults:
        raise FaultyInputError(dict.fromkeys(faults))
    empty = (np.empty(0, dtype=np.int64),) * 3 + (np.empty(0),)
    row, language, name, value = (np.concatenate(column) for column in zip(empty, *parts, strict=True))
    picked = ranks.select([*HEAD, "setting", "query_id", "cluster", "query_language"]).take(pa.array(row))
    picked = picked.append_column("passage_language", _dictionary(language, words))
    picked = picked.append_column("measure", _dictionary(name, [str(one) for one in chosen]))
    return picked.append_column("value", pa.array(value, pa.float64()))


def _split(
    ranks: pa.Table, top: pa.Table | None, measures: Sequence[Measure]
) -> Iterator[tuple[Head, dict[Setting, Cases]]]:
    return split(ranks, top if any(one.family.needs_top for one in measures) else None)


def _results(
    head: Head,
    settings: Mapping[Setting, Cases],
    measures: Sequence[Measure],
    values: Callable[[Measure, Cases], Floats | ByTarget | None],
    faults: list[Fault],
) -> Iterator[Result]:
    """Rows of one head, setting by setting and measure by measure: directions in sorted order, then the macro mean."""
    for setting in SETTINGS:
        for one in measures:
            if setting not in one.family.settings or setting not in settings:
                continue
            with gathered(faults):
                if one.name == DIAGONAL_GAP:
                    rows = _gap(head, settings, values)
                else:
                    rows = _rows(
                        head, settings[setting], str(one), _known(values(one, settings[setting]), settings[setting])
                    )
                yield from rows


def _known(found: Floats | ByTarget | None, cases: Cases) -> ByTarget:
    """Values that there are, with the cases that have them and the language that the passage language shows."""
    if found is None:
        found = np.full(len(cases), np.nan)
    if not isinstance(found, ByTarget):
        found = ByTarget(np.arange(len(cases)), cases.target, found)
    there = ~np.isnan(found.value)
    return ByTarget(found.case[there], found.language[there], found.value[there])


def _rows(head: Head, cases: Cases, name: str, found: ByTarget) -> list[Result]:
    if not len(found.value):
        return []
    width = len(cases.languages) + 1
    keys, inverse = np.unique(cases.asked[found.case] * width + found.language + 1, return_inverse=True)
    counts = np.bincount(inverse)
    means = np.bincount(inverse, found.value) / counts
    words = [ALL, *cases.languages]
    place = (*head, cases.setting)
    rows = [
        Result(*place, cases.languages[key // width], words[key % width], name, float(mean), int(count))
        for key, mean, count in zip(keys.tolist(), means, counts, strict=True)
    ]
    pool = ALL if cases.setting == "multilingual" else MEAN
    return [*rows, Result(*place, MEAN, pool, name, float(means.mean()), int(counts.sum()))]


def _gap(
    head: Head, settings: Mapping[Setting, Cases], values: Callable[[Measure, Cases], Floats | ByTarget | None]
) -> list[Result]:
    """The macro mean mAP of the monolingual setting less that of the cross-lingual one."""
    rows = [_rows(head, cases, "", _known(values(Measure("mAP"), cases), cases)) for cases in settings.values()]
    macro = {row.setting: row for found in rows for row in found[-1:]}
    if not {"monolingual", "cross-lingual"} <= macro.keys():
        return []
    own, other = macro["monolingual"], macro["cross-lingual"]
    queries = own.queries + other.queries
    return [Result(*head, "cross-lingual", MEAN, MEAN, DIAGONAL_GAP, own.value - other.value, queries)]


def _dictionary(codes: Ints, words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(words, pa.string()))
