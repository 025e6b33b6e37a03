"""Where systems differ most: single queries, and the passages that each system put first, in words. No markup."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from polybatch.records import SETTINGS, Setting
from polybatch.results.kept import Case, Kept

EXAMPLES = 4  # queries shown of each collection and setting
SHOWN = 240  # characters of a passage

Place = tuple[str, Setting, str, str, str]  # collection, setting, both languages, query


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in words; `text` is None where none was kept."""

    passage_id: str
    language: str
    text: str | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What one system put first for a query, with one of its seeds; `value` is its average precision, mean over all."""

    system: str
    value: float
    seed: int | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A query, its answers in the pool, and what each system makes of it, the best first.

    `ends` are the best and the worst of the trained systems; of all where fewer than two were trained.
    """

    collection: str
    setting: Setting
    query_id: str
    language: str
    passage_language: str
    text: str | None
    answers: tuple[Passage, ...]
    shown: tuple[Shown, ...]
    ends: tuple[Shown, Shown]

    @property
    def gap(self) -> float:
        """How far apart the best and the worst are."""
        return self.ends[0].value - self.ends[1].value

    @property
    def others(self) -> tuple[Shown, ...]:
        """The systems between the best and the worst, and those that were not trained."""
        return tuple(one for one in self.shown if one not in self.ends)


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of one collection, setting by setting; `why` is why texts are left out, empty where they are not."""

    collection: str
    examples: tuple[Example, ...]
    kept: int
    why: str = ""


@dataclass
class _Merged:
    """A query as several folders kept it: its case, the rankings of all, and the clusters that it belongs to."""

    case: Case
    kept: Kept
    homes: int = 0
    shown: dict[str, Shown] = field(default_factory=dict)


def examples_of(found: Sequence[tuple[Kept, Callable[[str], str]]], trained: Iterable[str]) -> tuple[Examples, ...]:
    """Examples of each collection out of what folders kept of it, each with what the report calls its systems.

    Queries that the most folders kept go first, so that as many systems as can be stand side by side; of these the ones
    whose systems are furthest apart, one of a cluster. A query over which all agree is no example.
    """
    names = dict.fromkeys(kept.collection for kept, _ in found)
    known = frozenset(trained)
    return tuple(_of_collection(name, [one for one in found if one[0].collection == name], known) for name in names)


def _of_collection(name: str, found: Sequence[tuple[Kept, Callable[[str], str]]], trained: frozenset[str]) -> Examples:
    merged: dict[Place, _Merged] = {}
    for kept, called in found:
        for case in kept.cases:
            place = (name, case.setting, case.query_language, case.passage_language, case.query_id)
            one = merged.setdefault(place, _Merged(case, kept))
            one.homes += 1
            for ranking in case.systems:
                passages = tuple(_passage(kept, case, id) for id in ranking.first)
                shown = Shown(called(ranking.system), ranking.value, ranking.seed, passages)
                one.shown.setdefault(shown.system, shown)
    examples = [(one, _example(name, one, trained)) for one in merged.values() if one.shown]
    chosen = [example for setting in SETTINGS for example in _furthest(setting, examples)]
    return Examples(name, tuple(chosen), len(merged), next((kept.why for kept, _ in found if kept.why), ""))


def _furthest(setting: Setting, examples: Iterable[tuple[_Merged, Example]]) -> list[Example]:
    mine = [pair for pair in examples if pair[1].setting == setting]
    mine.sort(key=lambda pair: (-pair[0].homes, -pair[1].gap))
    chosen: dict[str, Example] = {}
    for one, example in mine:
        if example.gap > 0 and len(chosen) < EXAMPLES:
            chosen.setdefault(one.case.cluster, example)
    return list(chosen.values())


def _example(name: str, one: _Merged, trained: frozenset[str]) -> Example:
    case = one.case
    shown = sorted(one.shown.values(), key=lambda shown: (-shown.value, shown.system))
    place = (case.query_id, case.query_language, case.passage_language)
    answers = tuple(_passage(one.kept, case, id) for id in case.relevant)
    among = [each for each in shown if each.system in trained]
    best, *_, worst = among if len(among) > 1 else [*shown, shown[-1]]
    return Example(name, case.setting, *place, case.text, answers, tuple(shown), (best, worst))


def _passage(kept: Kept, case: Case, passage_id: str) -> Passage:
    known = kept.passages.get(passage_id)
    text = known.text if known else None
    if text is not None and len(text) > SHOWN:
        text = f"{text[: SHOWN - 1].rstrip()}…"
    return Passage(passage_id, known.language if known else "", text, passage_id in case.relevant)
