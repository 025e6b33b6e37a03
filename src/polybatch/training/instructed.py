"""Instructed triples from a file as training rows, and p-MRR from stored ranks. Not here: twins, the measure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from polybatch.data.formats.lines import numbered_lines
from polybatch.errors import DataError, Fault, ResultsError
from polybatch.files import write_text
from polybatch.records import SETTINGS
from polybatch.results.store import Store
from polybatch.training.instructions import Instructed, Poisoned, p_mrr, poison

_LINES = "an instruction, a tab, a query, a tab and a passage that both ask for, on each line"
_COLUMNS = ("system", "seed", "setting", "query_id", "query_language", "passage_id", "rank")


@dataclass(frozen=True)
class Following:
    """How a system follows instructions in a setting: p-MRR, and of how many queries and passages."""

    system: str
    seed: int | None
    setting: str
    value: float
    queries: int
    passages: int


def read_triples(path: Path) -> list[Instructed]:
    """Triples from a tab-separated UTF-8 file without a header, one a line. Raises DataError with every fault."""
    faults: list[Fault] = []
    triples = []
    for where, line in numbered_lines(path, faults, works=_LINES):
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) == 3 and all(columns):
            triples.append(Instructed(*columns))
        else:
            faults.append(Fault(where, f"not an instruction, a query and a passage: {line.strip()[:80]!r}", _LINES))
    if not triples and not faults:
        faults.append(Fault(str(path), "no triples", _LINES))
    if faults:
        raise DataError(faults)
    return triples


def write_poisoned(triples: Sequence[Instructed], path: Path, *, language: str, seed: int) -> int:
    """Write triples with their poisoned twins as rows of a `jsonl` source, with two negatives each; how many.

    A row looks from the passage for the instructed query, as `Poisoned.row` has it; triples of one passage, and those
    of one instructed query, share a group, so that none is another's negative. Raises DataError as `poison` does.
    """
    found = poison(triples, seed=seed)
    rows = (json.dumps(row, ensure_ascii=False) for row in _rows(found, language))
    write_text(path, "".join(f"{row}\n" for row in rows))
    return len(found)


def read_following(old: Path, new: Path) -> list[Following]:
    """p-MRR of every system that two out folders judged: in `old` with instructions, in `new` with changed ones.

    The judgements of both name the passages that the change makes irrelevant, and queries keep their ids. In the order
    of systems, seeds and settings. Raises ResultsError where the folders did not judge the same systems, queries and
    passages.
    """
    before, after = _ranks(old), _ranks(new)
    if not before or before.keys() != after.keys():
        apart = len(before.keys() ^ after.keys())
        found = (
            f"{apart:,} ranks of a system, a query and a passage are in one of the two alone" if apart else "no ranks"
        )
        works = (
            "two evaluations of the same models with the same relevance judgements, in which only the queries differ"
        )
        raise ResultsError([Fault(f"{old}, {new}", found, works)])
    grouped: dict[tuple[str, int | None, str], dict[str, list[tuple[float, float]]]] = {}
    for key, rank in before.items():
        system, seed, setting, query = key[:4]
        grouped.setdefault((system, seed, setting), {}).setdefault(query, []).append((rank, after[key]))
    order = sorted(grouped, key=lambda one: (one[0], one[1] or 0, SETTINGS.index(one[2])))
    return [
        Following(*one, p_mrr(grouped[one]), len(grouped[one]), sum(map(len, grouped[one].values()))) for one in order
    ]


def to_text(found: Sequence[Following]) -> str:
    """As Markdown, a row each."""
    lines = ["| system | seed | setting | p-MRR | queries | passages |", "|---|--:|---|--:|--:|--:|"]
    for one in found:
        seed = "" if one.seed is None else one.seed
        lines.append(
            f"| {one.system} | {seed} | {one.setting} | {one.value:.1f} | {one.queries:,} | {one.passages:,} |"
        )
    return "\n".join(lines)


def _rows(poisoned: Sequence[Poisoned], language: str) -> Iterator[Mapping[str, object]]:
    numbers: dict[str, int] = {}
    for number, one in enumerate(poisoned, start=1):
        looked_up, wanted, twins = one.row()
        yield {
            "id": str(number),
            "queries": {language: looked_up},
            "passages": {language: wanted},
            "negatives": [{language: twin} for twin in twins],
            "further": [f"passage-{numbers.setdefault(looked_up, len(numbers) + 1)}"],
        }


def _ranks(folder: Path) -> dict[tuple[str, int | None, str, str, str], float]:
    """Ranks by system, seed, setting, query with its language, and passage."""
    columns = Store(folder).ranks.select(_COLUMNS).to_pydict()
    rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
    return {
        (system, seed, setting, f"{query} {language}", passage): rank
        for system, seed, setting, query, language, passage, rank in rows
    }
