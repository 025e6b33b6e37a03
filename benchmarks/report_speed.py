"""How long a report takes from stored results, how large its page is, and that torch is never loaded.

    python benchmarks/report_speed.py [--systems 15] [--languages 13] [--seeds 3] [--queries 120] [--keep FOLDER]

Draws the stored record of a run (results, ranks, best passages, kept queries with texts), a query and an answer in each
language, and builds the page in a process of its own, as `polybatch report` does. Prints its seconds, its size, the
memory it took, and how long the parts of the reading took.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from polybatch.judging.keeping import write_cases
from polybatch.measures.measures import measure
from polybatch.records import Collection, Passage, Query
from polybatch.results.store import Store
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA

CODES = ("ar", "de", "el", "en", "es", "hi", "ne", "ru", "sw", "th", "tr", "vi", "zh", "fr", "yo", "am")
NAMES = ("untuned", "en-en", "x-x", "x-x-mono", "x-y", "hybrid")
CORRECTED = ("centring", "lir", "lsar", "shift")
TOP = 20
BUILD = """
import resource, sys, time
clock = time.monotonic()
from pathlib import Path
from polybatch.report import load_runs, to_html
report = load_runs([Path(sys.argv[1])])
loaded = time.monotonic() - clock
text = to_html(report)
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules), "a model's library was loaded"
Path(sys.argv[1], "report.html").write_text(text, encoding="utf-8")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
seconds = time.monotonic() - clock
verdicts = len(report.claims.verdicts)
print(f"{seconds:.1f} s ({loaded:.1f} s of them reading); {len(text.encode()) / 1e6:.2f} MB; {memory:.1f} GiB; "
      f"{verdicts} verdicts{': ' + report.claims.lacking if not verdicts else ''}")
"""


def systems_of(count: int) -> list[str]:
    """The six strategies, and then each with each correction."""
    return [*NAMES, *(f"{name}+{one}" for one in CORRECTED for name in NAMES[1:])][:count]


def collection_of(languages: Sequence[str], queries: int) -> Collection:
    return Collection(
        "simulated",
        {code: tuple(Query(f"q{n}", f"q{n}", f"{code} asks {n} " * 8) for n in range(queries)) for code in languages},
        {code: tuple(Passage(f"{code}{n}", f"{code} tells {n} " * 30) for n in range(queries)) for code in languages},
        {f"q{n}": frozenset(f"{code}{n}" for code in languages) for n in range(queries)},
        "CC0",
    )


def record(
    system: int, name: str, seed: int, languages: Sequence[str], queries: int, rng: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """Ranks and best passages of one system and seed: the later the system, the higher its answers stand."""
    width = len(languages)
    asked, passage, query = (index.ravel() for index in np.indices((width, width, queries)))
    hard = rng.exponential(3.0, (1, 1, queries)) * (2.5 - system / 10)
    rank = 1 + np.floor(hard * rng.exponential(1.0, (width, width, queries))).astype(np.int64)
    rank = np.minimum(rank, queries)
    union = np.argsort(np.argsort(rank, axis=1, kind="stable"), axis=1) + rank * 3
    ids = np.array([[f"{code}{n}" for n in range(queries)] for code in languages])
    own = np.where(asked == passage, "monolingual", "cross-lingual")
    parts = []
    for setting, places, pool in ((own, rank, queries), (np.full(len(own), "multilingual"), union, queries * width)):
        columns = {
            "query_language": np.array(languages)[asked],
            "passage_language": np.array(languages)[passage],
            "setting": setting,
            "query_id": np.char.add("q", query.astype(str)),
            "cluster": np.char.add("q", query.astype(str)),
            "passage_id": ids[passage, query],
            "score": (1 / places.ravel()).astype(np.float32),
            "rank": places.ravel().astype(np.float64),
            "place": places.ravel(),
        }
        parts.append(_table(RANKS_SCHEMA, columns, name, seed, grade=1, pool_size=pool))
    asked, query, position = (index.ravel() for index in np.indices((width, queries, TOP)))
    language = rng.integers(width, size=len(asked))
    columns = {
        "query_language": np.array(languages)[asked],
        "query_id": np.char.add("q", query.astype(str)),
        "cluster": np.char.add("q", query.astype(str)),
        "position": position + 1,
        "language": np.array(languages)[language],
        "relevant": rng.random(len(asked)) < 0.1,
        "passage_id": ids[language, rng.integers(queries, size=len(asked))],
        "score": (1 / (1 + position)).astype(np.float32),
    }
    return pa.concat_tables(parts), _table(TOP_SCHEMA, columns, name, seed, setting="multilingual")


def _table(schema: pa.Schema, columns: dict[str, np.ndarray], name: str, seed: int, **same: object) -> pa.Table:
    rows = len(columns["query_id"])
    same |= {"system": name, "strategy": name if name in NAMES else None, "seed": seed, "collection": "simulated"}
    arrays = []
    for field in schema:
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        values = pa.array(columns[field.name]) if field.name in columns else pa.array([same[field.name]] * rows, plain)
        arrays.append(values.cast(plain).dictionary_encode() if plain is not field.type else values.cast(plain))
    return pa.Table.from_arrays(arrays, schema=schema)


def write(folder: Path, *, systems: int, languages: int, seeds: int, queries: int) -> int:
    """Write the record of a run; how many ranks it has."""
    codes, names = sorted(CODES[:languages]), systems_of(systems)
    ranks, top, results = [], [], []
    for number, name in enumerate(names):
        for seed in range(1, seeds + 1):
            found = record(number, name, seed, codes, queries, np.random.default_rng([number, seed]))
            ranks.append(found[0])
            top.append(found[1])
            results += measure(found[0], top=found[1])
    joined, best = pa.concat_tables(ranks).unify_dictionaries(), pa.concat_tables(top).unify_dictionaries()
    folder.mkdir(parents=True, exist_ok=True)
    Store(folder).write_ranks(joined)
    Store(folder).write_top(best)
    Store(folder).write_results(results)
    write_cases(Store(folder), [collection_of(codes, queries)], ranks=joined, top=best)
    listed = [{"system": name, "strategy": name if name in NAMES else None} for name in names]
    manifest = {"finished": True, "kind": "run", "systems": listed, "seeds": list(range(1, seeds + 1))}
    Store(folder).write_manifest(manifest | {"training": [{"name": "wire", "languages": ["en", "sw"]}]})
    return int(joined.num_rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("systems", 15), ("languages", 13), ("seeds", 3), ("queries", 120)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--keep", type=Path, help="leave the record and the page here")
    chosen = vars(parser.parse_args())
    keep = chosen.pop("keep")
    with tempfile.TemporaryDirectory() as aside:
        folder = keep or Path(aside) / "run"
        clock = time.monotonic()
        rows = write(folder, **chosen)
        size = ", ".join(f"{value} {name}" for name, value in chosen.items())
        stored = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{size}: {rows:,} ranks, {stored:.0f} MB stored, drawn in {time.monotonic() - clock:.0f} s", flush=True)
        done = subprocess.run([sys.executable, "-c", BUILD, str(folder)], check=True, capture_output=True, text=True)
        print(done.stdout.strip())


if __name__ == "__main__":
    main()
