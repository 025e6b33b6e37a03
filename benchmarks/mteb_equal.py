"""Collections run by `mteb.evaluate` as tasks of MTEB, beside polybatch's own evaluation of the same model.

    python benchmarks/mteb_equal.py --data DIR --model MODEL ... [--on COLLECTION ...] [--languages en,sw]

For each model and collection: over all pools of the three settings, the largest difference between MTEB's own scores
and ours (nDCG@10, mAP; MTEB rounds to five digits), and between the measures that the task puts into MTEB's result and
ours. Then the means of nDCG@10, MTEB's main score.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

# before MTEB is imported: nothing of the benchmark stays in its cache, and nothing is fetched
os.environ["MTEB_CACHE"] = tempfile.mkdtemp(prefix="mteb-")
os.environ["HF_HUB_OFFLINE"] = "1"

import mteb
from sentence_transformers import SentenceTransformer

from polybatch.data.collections.table import load_collection
from polybatch.encoders.loading import load_encoder
from polybatch.judging.judge import judge_collection
from polybatch.judging.mteb_tasks.benchmark import retrieval_task
from polybatch.judging.mteb_tasks.pools import MEASURES, pools_of
from polybatch.measures.measures import measure
from polybatch.records import Collection

COLLECTIONS = ("ntrex-news", "nagarik-news", "global-voices-dev", "xquad-r")
MTEB_NAMES = {"ndcg_at_10": "nDCG@10", "map_at_1000": "mAP"}
BATCH = 64


def theirs(model: str, collection: Collection) -> dict[str, Mapping[str, float]]:
    """What `mteb.evaluate` finds, by pool: its own scores and those that the task adds."""
    (result,) = mteb.evaluate(
        SentenceTransformer(model, device="cpu"),
        retrieval_task(collection),
        cache=None,
        encode_kwargs={"batch_size": BATCH, "show_progress_bar": False},
        co2_tracker=False,
        show_progress_bar=False,
    ).task_results
    return {scores["hf_subset"]: scores for scores in result.scores["test"]}


def ours(model: str, collection: Collection) -> dict[str, dict[str, float]]:
    """What polybatch finds, by the names of the task's subsets."""
    encoder = load_encoder(model, batch_size=BATCH, device="cpu")
    judged = judge_collection(encoder, collection, system="model")
    values: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in measure(judged.ranks, MEASURES, top=judged.top, faults=[]):
        values.setdefault((row.setting, row.query_language, row.passage_language), {})[row.measure] = row.value
    return {name: values[pool.setting, pool.query, pool.passage] for name, pool in pools_of(collection).items()}


def compared(model: str, collection: Collection) -> str:
    """A Markdown row: pools, the largest differences, the mean of nDCG@10 in each, seconds."""
    clock = time.monotonic()
    found, expected = theirs(model, collection), ours(model, collection)
    if found.keys() != expected.keys():
        raise SystemExit(f"{collection.name}: pools of MTEB {sorted(found)}, ours {sorted(expected)}")
    own = max(abs(found[n][key] - expected[n][name]) for n in expected for key, name in MTEB_NAMES.items())
    added = max(abs(found[n][key] - value) for n in expected for key, value in expected[n].items() if key in found[n])
    means = [fmean(scores["ndcg_at_10"] for scores in found.values()), fmean(v["nDCG@10"] for v in expected.values())]
    cells = [Path(model).name, collection.name, f"{len(found)}", f"{own:.1e}", f"{added:.1e}"]
    return f"| {' | '.join([*cells, *(f'{mean:.4f}' for mean in means), f'{time.monotonic() - clock:.0f}'])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--on", action="append")
    parser.add_argument("--languages")
    chosen = parser.parse_args()
    languages = chosen.languages.split(",") if chosen.languages else None
    head = ["model", "collection", "pools", "MTEB's scores, largest difference", "added measures, largest difference"]
    print(f"| {' | '.join([*head, 'nDCG@10, MTEB', 'nDCG@10, ours', 'seconds'])} |\n|---|---|{'--:|' * 6}", flush=True)
    for model in chosen.model:
        for name in chosen.on or COLLECTIONS:
            print(compared(model, load_collection(name, data=chosen.data, languages=languages)), flush=True)


if __name__ == "__main__":
    main()
