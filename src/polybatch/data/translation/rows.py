"""Translate the rows of a source into a JSONL file of ours: the same items, their texts in more languages."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from polybatch.data.sources.source import SHOWN, Reading, Source
from polybatch.data.translation.cache import Cache
from polybatch.data.translation.quality import Filter
from polybatch.data.translation.translate import translate
from polybatch.data.translation.translator import Translator
from polybatch.errors import DataError, Fault
from polybatch.files import written_aside
from polybatch.languages import check_language
from polybatch.progress import Progress
from polybatch.records import Item

CHUNK = 1_000  # rows in memory


@dataclass
class Translated:
    """What became of some rows: how many were read, used and left out, and of their texts, by language.

    `kept` versions were there before, `made` are new, `refused` are missing, by reason, with the first `places`.
    """

    rows: int = 0
    reading: Reading = field(default_factory=Reading)
    kept: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, language: str, reason: str, where: str) -> None:
        """Count a text that has no version in a language."""
        self.refused[language, reason] += 1
        if len(self.places[language, reason]) < SHOWN:
            self.places[language, reason].append(where)


def translate_rows(
    source: Source,
    data: Path,
    out: Path,
    *,
    origin: str,
    targets: Sequence[str],
    translator: Translator,
    cache: Path,
    accept: Filter | None,
    progress: Progress,
) -> Translated:
    """Write the rows of a source to `out` with their queries and passages also in `targets`, translated from `origin`.

    Ids, groups and further groups are the source's, without its name before them; hard negatives and versions that are
    there stay as they are. A text that has no version in `origin`, or whose translation is refused, stays without.
    `out` is written whole or not at all; what was translated is in `cache`, so that a run that was stopped goes on
    where it was, and gives the same file. Raises DataError for faults of the source and unknown languages, ModelError
    where the translator cannot translate.
    """
    faults = [fault for code in (origin, *targets) for fault in check_language(code, where="languages")]
    if origin in targets or not targets or len(set(targets)) < len(targets):
        faults.append(Fault("languages", f"{origin} to {', '.join(targets) or 'none'}", "other languages, once each"))
    if out.is_dir():
        faults.append(Fault(str(out), "a folder", "a .jsonl file to write"))
    if faults:
        raise DataError(faults)
    for target in targets:
        translator.check(origin, target)
        if accept and accept.round_trip is not None:
            translator.check(target, origin)
    done = Translated()
    kept = Cache(cache)
    try:
        with written_aside(out) as new, new.open("w", encoding="utf-8", newline="") as file:
            for items in _chunks(source.items(data, done.reading)):
                rows = [_row(item, source.name) for item in items]
                for target in targets:
                    _add(rows, origin, target, translator, kept, accept, progress, done)
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                done.rows += len(rows)
            if done.reading.faults:
                raise DataError(done.reading.faults)
    finally:
        kept.close()
    return done


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    items = iter(items)
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def _row(item: Item, name: str) -> dict[str, Any]:
    """An item in our form of JSONL."""
    row: dict[str, Any] = {
        "id": item.id.removeprefix(f"{name}-"),
        "group": item.group.removeprefix(f"{name}-").removeprefix("group-"),
        "queries": dict(item.queries),
        "passages": dict(item.passages),
    }
    if item.negatives:
        row["negatives"] = [dict(one) for one in item.negatives]
    if item.further:
        row["further"] = [one.removeprefix(f"{name}-") for one in item.further]
    return row


def _add(
    rows: Sequence[dict[str, Any]],
    origin: str,
    target: str,
    translator: Translator,
    cache: Cache,
    accept: Filter | None,
    progress: Progress,
    done: Translated,
) -> None:
    """Give the queries and passages of some rows a version in one more language."""
    wanted: list[tuple[str, dict[str, str]]] = []
    for row in rows:
        for name in ("queries", "passages"):
            where, side = f"{row['id']}, {name}", row[name]
            if target in side:
                done.kept[target] += 1
            elif origin in side:
                wanted.append((where, side))
            else:
                done.refuse(target, f"no text in {origin}", where)
    texts = [versions[origin] for _, versions in wanted]
    found = translate(texts, origin, target, translator, cache=cache, accept=accept, progress=progress)
    for (where, versions), one in zip(wanted, found, strict=True):
        if one.fault:
            done.refuse(target, one.fault, where)
        else:
            versions[target] = one.text
            done.made[target] += 1
