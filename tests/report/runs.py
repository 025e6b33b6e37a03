"""Small run folders with everything that a real one has, written by the writers of `polybatch.results.store`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.judging.keeping import write_cases
from polybatch.records import Setting
from polybatch.results.manifest import Manifest
from polybatch.results.store import ALL, MEAN, Result, Store
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA

from .texts import collection_of

FIVE = ("untuned", "en-en", "x-x-mono", "x-y", "hybrid")
TITLES = {
    "untuned": "Untuned",
    "en-en": "En-En",
    "x-x": "X-X",
    "x-x-mono": "X-X-mono",
    "x-y": "X-Y",
    "hybrid": "Hybrid",
}
LEVEL = {"untuned": 0.12, "en-en": 0.38, "x-x": 0.25, "x-x-mono": 0.44, "x-y": 0.47, "hybrid": 0.49}
NEWS = ("en", "ne", "sw")
THIRTEEN = ("ar", "de", "el", "en", "es", "hi", "ne", "ru", "sw", "th", "tr", "vi", "zh")
QUERIES, POOL = 20, 60  # of each language


def rows_of(
    system: str,
    seed: int | None,
    *,
    languages: Sequence[str] = NEWS,
    collection: str = "ntrex-news",
    strategy: str | None = "same",
    shift: float = 0.0,
) -> list[Result]:
    """The results of one system and seed on one collection: values made up, means true."""
    rng = np.random.default_rng([sum(system.encode()), seed or 0, len(languages)])
    kind = system if strategy == "same" else strategy
    level = LEVEL.get(kind or "", 0.42) + shift
    rows: list[Result] = []

    def add(setting: Setting, query: str, passage: str, measure: str, value: float, queries: int) -> None:
        rows.append(Result(system, kind, seed, collection, setting, query, passage, measure, value, queries))

    settings: dict[Setting, list[tuple[str, str]]] = {
        "monolingual": [(code, code) for code in languages],
        "cross-lingual": [(q, p) for q, p in product(languages, languages) if q != p],
        "multilingual": [(code, ALL) for code in languages],
    }
    if len(languages) == 1:
        settings = {"monolingual": settings["monolingual"]}
    drop = {"monolingual": 0.0, "cross-lingual": 0.06, "multilingual": 0.11}
    for setting, directions in settings.items():
        measures: dict[str, list[float]] = {}
        for query, passage in directions:
            base = level - drop[setting] - 0.01 * (languages.index(query) % 5) + rng.normal(0, 0.01)
            scores = {"mAP": base, "R@1": base - 0.08, "R@10": base + 0.2}
            if setting == "multilingual":
                scores["rank_distance"] = 140 * (1 - base) + rng.normal(0, 2)
            for measure, value in scores.items():
                value = max(0.001, value)
                add(setting, query, passage, measure, value, QUERIES)
                measures.setdefault(measure, []).append(value)
        for measure, values in measures.items():
            last = ALL if setting == "multilingual" else MEAN
            add(setting, MEAN, last, measure, float(np.mean(values)), QUERIES * len(directions))
    return rows


def ranks_of(
    systems: Iterable[tuple[str, int | None]],
    *,
    languages: Sequence[str] = NEWS,
    collection: str = "ntrex-news",
    pool: int = POOL,
    first: str = "",
) -> pa.Table:
    """Ranks with one relevant passage per language and query, at made-up ranks; those of the system `first` lead."""
    rows = []
    for (system, seed), query, passage, number in product(systems, languages, languages, range(QUERIES)):
        own: Setting = "monolingual" if query == passage else "cross-lingual"
        for setting, size in ((own, pool), ("multilingual", pool * len(languages))):
            turn = languages.index(passage) if setting == "multilingual" else 0
            place = 1 + ((0 if system == first else number) + turn) % size
            rows.append(
                {
                    "system": system,
                    "strategy": system,
                    "seed": seed,
                    "collection": collection,
                    "query_id": f"q{number}",
                    "cluster": f"q{number}",
                    "query_language": query,
                    "passage_language": passage,
                    "setting": setting,
                    "passage_id": f"{passage}{number}",
                    "grade": 1,
                    "score": 1 - (number % size) / size,
                    "rank": place,
                    "place": place,
                    "pool_size": size,
                }
            )
    return pa.Table.from_pylist(rows, RANKS_SCHEMA)


def top_of(ranks: pa.Table) -> pa.Table:
    """The first ten passages of each query in ranks; those that are not relevant are in the query's language."""
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in ranks.to_pylist():
        if row["setting"] == "multilingual":
            rows.setdefault((row["system"], row["seed"], row["query_language"], row["query_id"]), []).append(row)
    found = []
    for mine in rows.values():
        at = {row["place"]: row for row in mine}
        for position in range(1, 11):
            row, hit = at.get(position, mine[0]), position in at
            found.append(
                {name: row[name] for name in TOP_SCHEMA.names if name in row}
                | {
                    "position": position,
                    "language": row["passage_language"] if hit else row["query_language"],
                    "relevant": hit,
                    "passage_id": row["passage_id"] if hit else f"{row['query_language']}-other{position}",
                }
            )
    return pa.Table.from_pylist(found, TOP_SCHEMA)


def mix_of(system: str, seed: int, kinds: Mapping[str, Sequence[int]], **rows: Mapping[str, int]) -> dict[str, Any]:
    """The record of a mix from the kinds in its blocks, and from its rows by direction and dataset, spread evenly."""
    blocks = len(next(iter(kinds.values())))
    spread = {
        part: {
            name: [count // blocks + (number < count % blocks) for number in range(blocks)]
            for name, count in of.items()
        }
        for part, of in rows.items()
    }
    return {
        "system": system,
        "seed": seed,
        "batches": sum(map(sum, kinds.values())),
        "rows": sum(rows["directions"].values()),
        "kinds": {kind: sum(counts) for kind, counts in kinds.items()},
        **rows,
        "blocks": {"batches": sum(counts[0] for counts in kinds.values()), "kinds": kinds, **spread},
    }


def manifest_of(systems: Sequence[str], seeds: Sequence[int], languages: Sequence[str]) -> dict[str, Any]:
    """A complete manifest."""
    own = [f"{code}-{code}" for code in languages]
    cross = [f"{q}-{p}" for q, p in product(languages, languages) if q != p]
    kinds = {
        "en-en": {"monolingual": 600},
        "x-x": {"monolingual": 600},
        "x-x-mono": {"monolingual": 600},
        "x-y": {"cross-lingual": 600},
    }
    mix = []
    for system, seed in product((s for s in systems if s != "untuned"), seeds):
        drawn = kinds.get(system, {"cross-lingual": 300, "monolingual": 300})
        directions: dict[str, int] = {}
        for kind, batches in drawn.items():
            among = ["en-en"] if system == "en-en" else own if kind == "monolingual" else cross
            for direction in among:
                directions[direction] = directions.get(direction, 0) + batches * 512 // len(among) + seed
        blocks = {kind: [batches // 30] * 30 for kind, batches in drawn.items()}
        datasets = {"global-voices": sum(directions.values())}
        mix.append(mix_of(system, seed, blocks, directions=directions, datasets=datasets))
    return {
        "polybatch": "0.1.0",
        "kind": "run",
        "finished": True,
        "created": "2026-11-23T10:00:00+00:00",
        "command": "polybatch run recipes/news-sw-ne.toml",
        "recipe": {
            "name": "news-sw-ne",
            "title": "News retrieval between Swahili, Nepali and English",
            "text": '# see https://example.org/recipe\nname = "news-sw-ne"\n\n[train]\ncorpora = ["global-voices"]\n',
        },
        "systems": [{"system": s, "strategy": s, "title": TITLES.get(s, s)} for s in systems],
        "seeds": list(seeds),
        "training": [
            {
                "name": "global-voices",
                "licence": "CC BY-NC 4.0",
                "items": 30782,
                "groups": 9000,
                "languages": ["en", "sw"],
            }
        ],
        "collections": [
            {
                "name": "ntrex-news",
                "licence": "CC BY-SA 4.0",
                "queries": dict.fromkeys(languages, QUERIES),
                "passages": dict.fromkeys(languages, POOL),
                "notes": {"candidate": "3 lines"},
            }
        ],
        "mix": mix,
        "seconds": {"tokenizer": 10.2, **{f"{s}-seed{n}": 61.5 for s in systems[1:] for n in seeds}, "total": 800.0},
        "versions": {"python": "3.11.7", "torch": "2.13.0", "numpy": "2.4.6"},
        "machine": {
            "processor": "Intel Xeon",
            "cores": 2,
            "memory_gib": 23.5,
            "system": "Linux 6.1",
            "threads": 2,
        },
    }


def recorded(manifest: Mapping[str, Any]) -> Manifest:
    """A manifest as it is read back."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.write_manifest(manifest)
        return store.manifest


def write_run(
    folder: Path,
    *,
    systems: Sequence[str] = FIVE,
    seeds: Sequence[int] = (1, 2, 3),
    languages: Sequence[str] = NEWS,
    shift: float = 0.0,
    pool: int = POOL,
    first: str = "",
    **manifest: Any,
) -> Path:
    """A finished run in `folder`; keyword arguments replace keys of its manifest.

    There are ranks of the first two systems; with a system `first`, which answers every query, ranks of all, top
    passages, and the queries kept with their texts.
    """
    each = [(system, seed) for system in systems for seed in ([None] if system == "untuned" else seeds)]
    folder.mkdir(parents=True, exist_ok=True)
    Store(folder).write_results([row for s, n in each for row in rows_of(s, n, languages=languages, shift=shift)])
    ranks = ranks_of(each if first else each[:2], languages=languages, pool=pool, first=first)
    Store(folder).write_ranks(ranks)
    if first:
        Store(folder).write_top(top := top_of(ranks))
        write_cases(Store(folder), [collection_of(languages, queries=QUERIES)], ranks=ranks, top=top)
    Store(folder).write_manifest(manifest_of(systems, seeds, languages) | manifest)
    return folder
