"""How good and how quick are the engines of an index, beside exact search and FAISS HNSW, in one run?

    python benchmarks/search_engines.py --size 200000
    python benchmarks/search_engines.py --size 1000000 --engines exact,faiss,lancedb

Vectors have latent structure: topics in a space of few dimensions, turned into 384, with some noise. A twentieth of the
passages is in a rare language, and so is a filter. Every engine runs in a process of its own, one after the other, with
one query at a time; Milvus is a Milvus Lite server beside it, whose memory counts too. Printed as a table: seconds to
add the passages and to build the indexes (without encoding), milliseconds of a search, recall@10 against exact search,
and for the filter also how many lists are the exact one and how many hits the shortest has. FAISS has a
graph of 32 links, built with 80 candidates; it is no dependency of ours: `pip install faiss-cpu`.

Times are those of a clock, and grow with what else the machine does. "CPU s" is what the engine computed to add and to
build, over all cores, whatever else ran (of Milvus, the client's part); the load before and after each row says how
busy the machine was.

With `--apart 0.7` the rare language has a direction of its own, as a biased model gives it: its passages are then far
from every query, in a corner of the graph.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from polybatch.provenance import machine, versions

DIMENSIONS, LATENT, TOPICS = 384, 32, 500
TOP, RARE = 10, 20  # hits; one passage in so many is in the rare language
ADDED = 10_000  # passages added at once
WORDS, LENGTH = 20_000, 40  # of the vocabulary; of a passage
COLUMNS = (
    *(
        "added, s",
        "built, s",
        "CPU s",
        "p50 ms",
        "p95 ms",
        "recall@10",
        "filtered: p50 ms",
        "recall@10",
        "same as exact",
    ),
    *("fewest hits", "BM25 p50 ms", "peak GiB", "load"),
)

Search = Callable[[np.ndarray, bool], list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=20_000, help="passages (20000)")
    parser.add_argument("--queries", type=int, default=200, help="queries (200)")
    parser.add_argument("--apart", type=float, default=0.0, help="how far the rare language lies (0)")
    parser.add_argument("--engines", default=",".join(ENGINES), help=f"some of {', '.join(ENGINES)}")
    parser.add_argument("--folder", type=Path, help="where to keep vectors and indexes for the time (a temporary one)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.folder, np.load(given.folder / "queries.npy"))))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        make(folder, given.size, given.queries, given.apart)
        told = f"{given.size:,} passages of {DIMENSIONS} dimensions, {given.queries} queries, "
        print(f"{told}every {RARE}th in a rare language, {given.apart:g} apart. {machine()} {versions()}\n")
        print(f"| engine | {' | '.join(COLUMNS)} |\n|---|{'--:|' * len(COLUMNS)}", flush=True)
        for engine in given.engines.split(","):
            words = [sys.executable, __file__, "--one", engine, "--folder", str(folder)]
            told = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
            print(f"| {engine} | {' | '.join(json.loads(told.splitlines()[-1]))} |", flush=True)


def make(folder: Path, size: int, queries: int, apart: float) -> None:
    """Vectors, queries, and the exact answers, as files."""
    generator = np.random.default_rng(1)
    topics = generator.standard_normal((TOPICS, LATENT), dtype=np.float32)
    turned = generator.standard_normal((LATENT, DIMENSIONS), dtype=np.float32)

    tongue = generator.standard_normal(DIMENSIONS, dtype=np.float32)
    tongue *= apart / np.linalg.norm(tongue)

    def drawn(count: int, *, passages: bool = True) -> np.ndarray:
        latent = topics[generator.integers(TOPICS, size=count)]
        latent = latent + 0.7 * generator.standard_normal((count, LATENT), dtype=np.float32)
        full = latent @ turned + 0.5 * generator.standard_normal((count, DIMENSIONS), dtype=np.float32)
        full /= np.linalg.norm(full, axis=1, keepdims=True)
        if passages and apart:
            full[::RARE] += tongue  # ADDED is a multiple of RARE
        return np.asarray(full / np.linalg.norm(full, axis=1, keepdims=True), dtype=np.float32)

    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(size, DIMENSIONS))
    for start in range(0, size, ADDED):
        vectors[start : start + ADDED] = drawn(min(ADDED, size - start))
    asked = drawn(queries, passages=False)
    np.save(folder / "queries.npy", asked)
    best = [np.empty((queries, 0), dtype=np.int64)] * 2
    for start in range(0, size, 100_000):
        block = np.arange(start, min(start + 100_000, size))
        for which, rows in enumerate((block, block[block % RARE == 0])):
            joined = np.concatenate([best[which], np.broadcast_to(rows, (queries, len(rows)))], axis=1)
            scores = np.concatenate([_scores(asked, vectors, best[which]), asked @ vectors[rows].T], axis=1)
            kept = np.argpartition(-scores, TOP - 1, axis=1)[:, :TOP]
            best[which] = np.take_along_axis(joined, kept, axis=1)
    np.save(folder / "exact.npy", np.stack(best))


def _scores(asked: np.ndarray, vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scores: np.ndarray = np.einsum("qd,qkd->qk", asked, vectors[rows])
    return scores


def measure(engine: str, folder: Path, queries: np.ndarray) -> list[str]:
    """One row of the table."""
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    exact = np.load(folder / "exact.npy")
    load = os.getloadavg()[0]
    with ENGINES[engine](folder, vectors) as (added, built, computed, search, text, memory):
        row = [f"{added:.1f}", f"{built:.1f}", f"{computed:.0f}"]
        for which, filtered in enumerate((False, True)):
            for query in queries[:10]:
                search(query, filtered)
            found, times = [], []
            for query in queries:
                start = time.perf_counter()
                found.append(search(query, filtered))
                times.append(1000 * (time.perf_counter() - start))
            common = [len({*one} & {*right}) for one, right in zip(found, exact[which].tolist(), strict=True)]
            row.append(f"{statistics.median(times):.2f}")
            if not filtered:
                row.append(f"{np.percentile(times, 95):.2f}")
            row.append(f"{sum(common) / TOP / len(queries):.4f}")
        row += [f"{sum(one == TOP for one in common) / len(queries):.3f}", str(min(map(len, found)))]
        row.append("-" if text is None else f"{_text_time(text):.2f}")
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        return [*row, f"{own + memory():.1f}", f"{load:.0f} to {os.getloadavg()[0]:.0f}"]


def _text_time(text: Callable[[list[str]], Any]) -> float:
    generator = np.random.default_rng(3)
    times = []
    for _ in range(60):
        words = [f"w{word}" for word in generator.integers(50, 2_000, size=4)]
        start = time.perf_counter()
        text(words)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[10:])


Ready = tuple[float, float, float, Search, Callable[[list[str]], Any] | None, Callable[[], float]]


@contextmanager
def exact(folder: Path, vectors: np.ndarray) -> Iterator[Ready]:
    start = time.perf_counter()
    held = np.array(vectors)
    rare = np.arange(0, len(held), RARE)
    rarely = held[rare]

    def search(query: np.ndarray, filtered: bool) -> list[int]:
        scores = (rarely if filtered else held) @ query
        best = np.argpartition(-scores, TOP)[:TOP]
        return list((rare[best] if filtered else best).tolist())

    yield time.perf_counter() - start, 0.0, time.process_time(), search, None, float


@contextmanager
def faiss(folder: Path, vectors: np.ndarray) -> Iterator[Ready]:
    import faiss

    start, computed = time.perf_counter(), time.process_time()
    index = faiss.IndexHNSWFlat(DIMENSIONS, 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 80
    index.add(np.array(vectors))
    built, computed = time.perf_counter() - start, time.process_time() - computed
    rare = faiss.SearchParametersHNSW(efSearch=128, sel=faiss.IDSelectorBatch(np.arange(0, len(vectors), RARE)))  # type: ignore[attr-defined]
    all_ = faiss.SearchParametersHNSW(efSearch=128)  # type: ignore[attr-defined]

    def search(query: np.ndarray, filtered: bool) -> list[int]:
        _, found = index.search(query[None], TOP, params=rare if filtered else all_)
        return [one for one in found[0].tolist() if one >= 0]

    yield 0.0, built, computed, search, None, float


@contextmanager
def lancedb(folder: Path, vectors: np.ndarray) -> Iterator[Ready]:
    with _engine(str(folder / "lance"), vectors, float) as ready:
        yield ready


@contextmanager
def milvus(folder: Path, vectors: np.ndarray) -> Iterator[Ready]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("milvus-lite"))
    words = [program, "server", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "milvus")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.1)

            def memory() -> float:
                status = Path(f"/proc/{server.pid}/status").read_text().splitlines()
                return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 2**20

            with _engine(f"http://127.0.0.1:{port}", vectors, memory) as ready:
                yield ready
        finally:
            server.terminate()


@contextmanager
def _engine(uri: str, vectors: np.ndarray, memory: Callable[[], float]) -> Iterator[Ready]:
    """An engine as an index uses it, passages with words, dates and all."""
    from polybatch.search.engines.table import open_engine
    from polybatch.search.records import Filter, Passage

    engine = open_engine(uri, dimensions=DIMENSIONS, index="0" * 32, make=True)
    generator = np.random.default_rng(2)
    spent = computed = 0.0
    for first in range(0, len(vectors), ADDED):
        block = np.array(vectors[first : first + ADDED])
        # words are as frequent as in a language: the n-th in proportion to 1 / n, about
        words = np.minimum(generator.zipf(1.1, size=(len(block), LENGTH)), WORDS)
        passages = [
            Passage(
                id=f"{number}#0",
                document=str(number),
                number=0,
                parts=1,
                content=f"{number:032x}",
                hash=f"{number:032x}",
                language="ne" if number % RARE == 0 else "en",
                title="",
                text=" ".join(f"w{word}" for word in row),
                date=None,
                source="wire",
                url=f"https://example.org/{number}",
            )
            for number, row in enumerate(words.tolist(), start=first)
        ]
        start, before = time.perf_counter(), time.process_time()
        engine.add(passages, block)
        spent += time.perf_counter() - start
        computed += time.process_time() - before
    start, before = time.perf_counter(), time.process_time()
    engine.optimise()
    built, computed = time.perf_counter() - start, computed + time.process_time() - before
    rare, all_ = Filter(languages=("ne",)), Filter()

    def search(query: np.ndarray, filtered: bool) -> list[int]:
        return [int(one.passage.document) for one in engine.nearest(query, rare if filtered else all_, TOP)]

    yield spent, built, computed, search, lambda words: engine.matching(words, all_, TOP), memory
    engine.close()


ENGINES = {"exact": exact, "faiss": faiss, "lancedb": lancedb, "milvus": milvus}


if __name__ == "__main__":
    main()
