"""MTEB's result files as rows of ours, measures and languages by our names. Nothing is computed but macro means."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from polybatch.errors import Fault, ResultsError
from polybatch.judging.mteb_tasks.codes import our_language
from polybatch.judging.mteb_tasks.pools import MEASURES, Pool
from polybatch.measures.families import DEFAULT
from polybatch.measures.measures import parse_measure
from polybatch.records import SETTINGS, Setting
from polybatch.results.store import ALL, MEAN, Result

PREFIX = "mteb:"
FOLDER = "mteb"  # of an out folder: where MTEB's files are kept
MODEL = "model_meta.json"

NAMES: Mapping[str, str] = {"ndcg": "nDCG", "recall": "R", "precision": "P", "mrr": "RR", "hit_rate": "Success"}
"""MTEB's measures that are ours, `ndcg_at_10` is `nDCG@10`. Its `map_at_k` is not our `mAP@k`: it divides by all
relevant passages, ours by no more than k, so it keeps its name."""

SHOWN = (*DEFAULT, *MEASURES)

PASSAGE_FIRST = frozenset({"BelebeleRetrieval", "MLQARetrieval"})
QUERY_FIRST = frozenset({"CUREv1"})
"""In which order a task's subsets name two languages. Bitext mining looks for the second language's sentences with the
first one's; any other task's pair of languages is not taken apart."""


class _Scores(BaseModel):
    model_config = ConfigDict(extra="allow")
    hf_subset: str
    languages: list[str]


class _Stored(BaseModel):
    task_name: str
    scores: dict[str, list[_Scores]]


class _Place(NamedTuple):
    setting: Setting
    query: str
    passage: str


def read_mteb_results(folder: Path, *, measures: Sequence[str] | None = None) -> list[Result]:
    """Every result file of MTEB's in a folder, at any depth, as rows of ours: collection `mteb:TASK`.

    The system is the model's name in `model_meta.json` beside a file, or else the name of its folder. `measures` are as
    in `mteb_rows`. Raises ResultsError where there is no such file, and with every file that cannot be read.
    """
    faults: list[Fault] = []
    rows: list[Result] = []
    for path in _result_files(folder):
        try:
            rows += mteb_rows(json.loads(path.read_text("utf-8")), system=_model(path), measures=measures)
        except (OSError, ValueError) as error:  # ValidationError is a ValueError
            faults.append(Fault(str(path), f"not a result of MTEB's ({_reason(error)})"))
    if not rows and not faults:
        faults.append(Fault(str(folder), "no result files of MTEB's", "files such as BelebeleRetrieval.json"))
    if faults:
        raise ResultsError(faults)
    return rows


def holds_mteb_results(folder: Path) -> bool:
    """Whether a folder holds a result file of MTEB's, at any depth."""
    return any(True for _ in _result_files(folder))


def mteb_rows(
    stored: Mapping[str, Any],
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    measures: Sequence[str] | None = None,
) -> list[Result]:
    """One result of MTEB's, as its file holds it, as rows: a direction for each subset, and macro means.

    Scores have the names of our measures where they are the same, and MTEB's where not. Where `measures` (SHOWN, if
    none are named) hold `mAP` and the file does not, `map_at_1000` stands for it, which leaves out what lies behind
    rank 1,000. A task that has none of our measures keeps all of its scores. `queries` is 0 where neither the file nor
    the statistics that MTEB brings along tell it. Two subsets in the same languages, and several splits, get their
    names into the collection's. Raises pydantic's ValidationError for anything else.
    """
    result = _Stored.model_validate(stored)
    wanted = frozenset(SHOWN if measures is None else measures)
    rows: dict[str, list[Result]] = {}
    for split, found in result.scores.items():
        name = PREFIX + result.task_name + (f"/{split}" if len(result.scores) > 1 else "")
        places = [_place(result.task_name, one) for one in found]
        times = Counter(places)
        for one, place in zip(found, places, strict=True):
            collection = f"{name}/{one.hf_subset}" if times[place] > 1 else name
            scores = one.model_extra or {}
            count = int(scores.get("queries") or _queries(result.task_name, split, one.hf_subset))
            rows.setdefault(collection, []).extend(
                Result(system, strategy, seed, collection, *place, measure, value, count)
                for measure, value in _values(scores, wanted).items()
            )
    return [row for each in rows.values() for row in _with_means(each)]


def _result_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.json")):
        if path.name != MODEL and '"task_name"' in path.read_text("utf-8", errors="replace"):
            yield path


def _model(path: Path) -> str:
    beside = path.parent / MODEL
    name = json.loads(beside.read_text("utf-8")).get("name") if beside.is_file() else None
    return str(name or path.parent.name)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]


def _place(task: str, scores: _Scores) -> _Place:
    if pool := Pool.named(scores.hf_subset):
        return _Place(pool.setting, *pool)
    spoken = list(dict.fromkeys(our_language(code) for code in scores.languages))
    if len(spoken) == 1:
        return _Place("monolingual", *spoken * 2)
    if len(spoken) > 2:
        return _Place("multilingual", ALL, ALL)
    if task in PASSAGE_FIRST:
        return _Place("cross-lingual", *reversed(spoken))
    if task in QUERY_FIRST or task.endswith("BitextMining"):
        return _Place("cross-lingual", *spoken)
    return _Place("cross-lingual", *["-".join(spoken)] * 2)


def _values(scores: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, float]:
    numbers = {key: float(value) for key, value in scores.items() if type(value) in (int, float)}
    numbers.pop("queries", None)
    main = numbers.pop("main_score", None)
    called = {_measure(key): value for key, value in numbers.items() if _measure(key) != key}
    called |= {key: value for key, value in numbers.items() if parse_measure(key)}  # ours are of the full pool
    if not called:
        return numbers or ({} if main is None else {"main_score": main})
    found = {name: value for name, value in called.items() if name in wanted}
    if "mAP" in wanted - called.keys() and "map_at_1000" in numbers:
        found["map_at_1000"] = numbers["map_at_1000"]  # the nearest to it, under its own name
    return found


def _measure(key: str) -> str:
    name, _, cut = key.rpartition("_at_")
    return f"{NAMES[name]}@{cut}" if name in NAMES else key


def _queries(task: str, split: str, subset: str) -> int:
    """How many queries a subset has by the statistics that MTEB brings along; 0 where it is silent or not there."""
    found = _statistics(task).get(split, {})
    found = found.get("hf_subset_descriptive_stats", {}).get(subset, found if subset == "default" else {})
    if judged := found.get("relevant_docs_statistics"):
        count: float = judged["num_relevant_docs"] / judged["average_relevant_docs_per_query"]
        return round(count)
    return int(found.get("num_samples", 0))


@cache
def _statistics(task: str) -> Mapping[str, Any]:
    if find_spec("mteb") is None:
        return {}
    import mteb

    try:
        return mteb.get_task(task).metadata.descriptive_stats or {}
    except KeyError:  # not one of MTEB's own tasks
        return {}


def _with_means(rows: Sequence[Result]) -> Iterable[Result]:
    yield from rows
    for setting in SETTINGS:
        for measure in dict.fromkeys(row.measure for row in rows if row.setting == setting):
            part = [row for row in rows if (row.setting, row.measure) == (setting, measure)]
            head = (part[0].system, part[0].strategy, part[0].seed, part[0].collection, setting)
            passage = ALL if setting == "multilingual" else MEAN
            value = sum(row.value for row in part) / len(part)
            yield Result(*head, MEAN, passage, measure, value, sum(row.queries for row in part))
