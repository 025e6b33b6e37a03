"""Keep the queries over which systems differ most, and some drawn by hash, with texts: writes `cases.json`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from statistics import fmean
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from polybatch.measures.measures import per_query
from polybatch.records import SETTINGS, Collection, Setting
from polybatch.results.kept import Case, Kept, KeptPassage, Ranking, may_keep
from polybatch.results.store import ALL, Store

FURTHEST = 12  # queries of each collection and setting over which systems are furthest apart
DRAWN = 12  # queries drawn by a hash of their place: the same in every folder that judges the collection
FIRST = 3  # passages of each system
LONGEST = 600  # characters of a text
MAP = "mAP"
ANSWER = ("setting", "passage_language", "passage_id")
BEST = ("system", "seed", "language", "position", "passage_id")
PLACE = ("query_language", "passage_language", "query_id", "cluster")


def write_cases(store: Store, collections: Sequence[Collection], *, ranks: pa.Table, top: pa.Table) -> None:
    """Write `cases.json`: of each collection and setting FURTHEST and DRAWN queries, one of a cluster in each.

    `ranks` and `top` are tables of RANKS_SCHEMA and TOP_SCHEMA. The furthest apart are those with the largest gap in
    average precision, the mean over seeds, between the trained systems; between all where fewer than two were trained;
    there are none of a single system. The first passages of a pool in one language are those of that language in the
    record of all languages' best, whose scores are the same: as far as that record reaches, and no further.
    """
    values = _plain(per_query(ranks, [MAP]), "system", "strategy", "collection", "setting", *PLACE)
    store.write_cases([_kept(one, values, ranks, top) for one in collections])


def _kept(collection: Collection, values: pa.Table, ranks: pa.Table, top: pa.Table) -> Kept:
    free = may_keep(collection.licence)
    why = "" if free else f"its licence ({collection.licence}) is not known to allow texts in results"
    mine = values.filter(pc.field("collection") == collection.name)
    chosen = [(setting, place) for setting in SETTINGS for place in _chosen(mine, setting)]
    asked = {(place["query_language"], place["query_id"]) for _, place in chosen}
    scores = _by_query(mine, asked, "setting", "passage_language", "system", "seed", "value")
    answers = _by_query(ranks.filter(pc.field("collection") == collection.name), asked, *ANSWER)
    best = _by_query(top.filter(pc.field("collection") == collection.name), asked, *BEST)
    texts = {(code, one.id): one.text for code, queries in collection.queries.items() for one in queries}
    cases = []
    for setting, place in chosen:
        query = place["query_language"], place["query_id"]
        within = (place["passage_language"],) if place["passage_language"] != ALL else collection.languages
        relevant = {
            (row["passage_language"], row["passage_id"])
            for row in answers[query]
            if row["setting"] == setting and row["passage_language"] in within
        }
        here = [
            row
            for row in scores[query]
            if (row["setting"], row["passage_language"]) == (setting, place["passage_language"])
        ]
        first = [row for row in best.get(query, ()) if row["language"] in within]
        text = _cut(texts[query]) if free else None
        cases.append(
            Case(
                setting,
                place["query_language"],
                place["passage_language"],
                place["query_id"],
                place["cluster"],
                text,
                tuple(id for _, id in sorted(relevant)),
                tuple(_rankings(here, first)),
            )
        )
    named = {id for case in cases for id in (*case.relevant, *(id for one in case.systems for id in one.first))}
    passages = {
        one.id: KeptPassage(code, _cut(one.text) if free else None)
        for code, found in collection.passages.items()
        for one in found
        if one.id in named
    }
    return Kept(collection.name, collection.licence, why, tuple(cases), passages)


def _chosen(values: pa.Table, setting: Setting) -> list[dict[str, str]]:
    """The places of a setting that are kept: the furthest apart first, then those drawn, each once."""
    mine = values.filter(pc.field("setting") == setting)
    trained = mine.filter(pc.field("strategy").is_valid() & (pc.field("strategy") != "untuned"))
    among = trained if len(pc.unique(trained.column("system"))) > 1 else mine
    means = among.group_by([*PLACE, "system"], use_threads=False).aggregate([("value", "mean")])
    apart = means.group_by([*PLACE], use_threads=False).aggregate([("value_mean", "max"), ("value_mean", "min")])
    gap = pc.subtract(apart.column("value_mean_max"), apart.column("value_mean_min"))
    rows = apart.select(PLACE).append_column("gap", gap).to_pylist()
    rows.sort(key=_hash)  # so that ties favour no language
    drawn = _one_of_a_cluster(rows, DRAWN)
    furthest = _one_of_a_cluster(sorted((row for row in rows if row["gap"] > 0), key=_gap), FURTHEST)
    found = {tuple(row[name] for name in PLACE): {name: row[name] for name in PLACE} for row in (*furthest, *drawn)}
    return list(found.values())


def _one_of_a_cluster(rows: Iterable[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    chosen: dict[str, dict[str, Any]] = {}
    for row in rows:
        chosen.setdefault(row["cluster"], row)
        if len(chosen) == count:
            break
    return list(chosen.values())


def _gap(row: Mapping[str, Any]) -> float:
    return -float(row["gap"])


def _hash(place: Mapping[str, str]) -> bytes:
    return blake2b("\n".join(place[name] for name in PLACE).encode(), digest_size=16).digest()


def _by_query(
    table: pa.Table, asked: Iterable[tuple[str, str]], *columns: str
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The rows of these queries, by language and id, with these columns."""
    table = _plain(table, "query_language", "query_id")
    keys = pc.binary_join_element_wise(table.column("query_language"), table.column("query_id"), "\n")
    wanted = pa.array(["\n".join(query) for query in asked], pa.string())
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in (
        table.filter(pc.is_in(keys, value_set=wanted)).select(["query_language", "query_id", *columns]).to_pylist()
    ):
        found.setdefault((row["query_language"], row["query_id"]), []).append(row)
    return found


def _rankings(scores: Sequence[Mapping[str, Any]], best: Sequence[Mapping[str, Any]]) -> Iterator[Ranking]:
    """Every system's, the best first; ties stand by name."""
    values: dict[str, dict[int | None, float]] = {}
    for row in scores:
        values.setdefault(row["system"], {})[row["seed"]] = row["value"]
    means = {system: fmean(of.values()) for system, of in values.items()}
    for system in sorted(means, key=lambda name: (-means[name], name)):
        seed = min(values[system], key=lambda one: -1 if one is None else one)
        first = [row for row in best if (row["system"], row["seed"]) == (system, seed)]
        first.sort(key=lambda row: int(row["position"]))
        yield Ranking(system, means[system], seed, tuple(row["passage_id"] for row in first[:FIRST]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _plain(table: pa.Table, *names: str) -> pa.Table:
    """The same with these columns as plain text, which grouping and comparing need."""
    for name in names:
        table = table.set_column(table.schema.get_field_index(name), name, table.column(name).cast(pa.string()))
    return table
