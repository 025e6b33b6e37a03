"""How often verdicts on claims are right where the truth is planted: nothing there, something there, half of it there.

    python benchmarks/verdict_rate.py [--simulations 200] [--documents 60] [--seeds 3]

Five systems are scored on documents of two questions each, in English, Nepali and Swahili: mAP in the three settings
and rank distance. A document's difficulty is shared by all its questions, languages, settings, systems and seeds; what
a system makes of a document by all questions, languages, settings and seeds; a seed's luck moves all scores of one
model. Nepali is not in the training texts, so that its directions are the unseen ones. Verdicts are those of
`polybatch claims`, whole: all comparisons of all claims, and of the report's answer, are one family.

Prints, for each truth and claim, the share of each verdict, and how often any claim was decided wrongly: supported
where it is not true, contradicted where it is not false. Under .05 is promised, for the luck of documents and of seeds.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from polybatch.claims.deciding import decide
from polybatch.claims.evidence import Run
from polybatch.claims.family import family_of
from polybatch.claims.paper import CLAIMS, QUESTION
from polybatch.records import SETTINGS
from polybatch.statistics import Method

SYSTEMS = ("untuned", "en-en", "x-x-mono", "x-y", "hybrid")
LANGUAGES = ("en", "ne", "sw")
WORDS = ("supported", "contradicted", "undecided")
CLAIMED = tuple(claim for claim in (*CLAIMS, *QUESTION) if claim.needs and not claim.encoders)
DISTANCE = 100.0  # ranks: the mean rank distance where nothing is planted


@dataclass(frozen=True)
class Truth:
    """What is planted: each system's mAP over the others, and its rank distance as a share of theirs.

    `true` and `false` are the claims that it makes so; of others nothing can be told, however much is measured.
    """

    about: str
    gains: Mapping[str, float]
    distances: Mapping[str, float]
    true: frozenset[str] = frozenset()
    false: frozenset[str] = frozenset()
    luck: float = 0.005  # deviation of a seed

    def is_wrong(self, claim: str, word: str) -> bool:
        """Whether a verdict decides what is not so."""
        return (word == "supported" and claim not in self.true) or (word == "contradicted" and claim not in self.false)


EVERY = frozenset(claim.name for claim in CLAIMED)
BIAS = frozenset({"10-less-bias"})  # asks for a tenth at least, so that no difference makes it false
TRUTHS = (
    Truth("no system is better", {}, {}, false=BIAS),
    Truth("no system is better, and seeds differ as much as documents", {}, {}, false=BIAS, luck=0.015),
    Truth("no system is better, and seeds differ much", {}, {}, false=BIAS, luck=0.03),
    Truth("hybrid is better by .06, its distance .7 times theirs", {"hybrid": 0.06}, {"hybrid": 0.7}, EVERY),
    Truth("hybrid is better by .03, its distance .8 times theirs", {"hybrid": 0.03}, {"hybrid": 0.8}, EVERY),
    Truth(
        "X-Y is as good as hybrid, both better by .06; distance .9 times theirs, just what is claimed",
        {"hybrid": 0.06, "x-y": 0.06},
        {"hybrid": 0.9},
        EVERY - BIAS - {"8-best-multilingual"},
    ),
    Truth("hybrid is worse by .06, its distance 1.3 times theirs", {"hybrid": -0.06}, {"hybrid": 1.3}, false=EVERY),
)


def simulate(truth: Truth, number: int, *, documents: int, seeds: int) -> Run:
    """A run of five systems, drawn by its number: the values by query, as stored results give them."""
    rng = np.random.default_rng([TRUTHS.index(truth), number])
    shape = (len(SYSTEMS), seeds, documents, 2)
    easy = rng.normal(0, 0.15, (1, 1, documents, 1)) + rng.normal(0, 0.05, (1, 1, documents, 2))
    taste = rng.normal(0, 0.05, (len(SYSTEMS), 1, documents, 1)) + rng.normal(0, 0.03, (len(SYSTEMS), 1, documents, 2))
    luck = rng.normal(0, truth.luck, (len(SYSTEMS), seeds, 1, 1))
    gain = np.array([truth.gains.get(name, 0.0) for name in SYSTEMS]).reshape(-1, 1, 1, 1)
    factor = np.array([truth.distances.get(name, 1.0) for name in SYSTEMS]).reshape(-1, 1, 1, 1)
    score = 0.45 + gain + easy + taste + luck
    parts = []
    for setting in SETTINGS:
        for query in LANGUAGES:
            for passage in LANGUAGES if setting == "cross-lingual" else (query,):
                if (query == passage) == (setting == "cross-lingual"):
                    continue
                pool = "all" if setting == "multilingual" else passage
                values = score + rng.normal(0, 0.08, shape)
                parts.append(_table(values, "mAP", setting, query, pool))
                if setting == "multilingual":
                    spread = DISTANCE * factor * np.exp(0.8 * (0.45 - (score - gain)) + rng.normal(0, 0.3, shape))
                    parts.append(_table(spread, "rank_distance", setting, query, pool))
    manifest = {"finished": True, "training": [{"name": "wire", "languages": ["en", "sw"]}]}
    return Run(f"simulation {number}", pa.concat_tables(parts), (), manifest)


def _table(values: np.ndarray, measure: str, setting: str, query: str, pool: str) -> pa.Table:
    system, seed, document, question = (index.ravel() for index in np.indices(values.shape))
    same = {"collection": "ntrex-news", "setting": setting, "measure": measure}
    same |= {"query_language": query, "passage_language": pool}
    named = [f"d{d}-{q}" for d, q in zip(document.tolist(), question.tolist(), strict=True)]
    return pa.table(
        {name: pa.repeat(value, values.size) for name, value in same.items()}
        | {
            "system": pa.array(np.array(SYSTEMS)[system].tolist()),
            "seed": pa.array(seed + 1, pa.int64()),
            "cluster": pa.array([f"d{d}" for d in document.tolist()]),
            "query_id": pa.array(named),
            "value": values.ravel(),
        }
    )


def rates(
    truth: Truth, *, simulations: int, documents: int, seeds: int, permutations: int
) -> tuple[dict[str, Counter[str]], int]:
    """The verdicts on each claim, counted, and in how many simulations any claim is decided wrongly."""
    found: dict[str, Counter[str]] = {claim.name: Counter() for claim in CLAIMED}
    wrong = 0
    for number in range(simulations):
        run = simulate(truth, number, documents=documents, seeds=seeds)
        family = family_of(CLAIMED, [run], method=Method(permutations=permutations, seed=number))
        verdicts = {verdict.claim.name: verdict.word for verdict in decide(CLAIMED, [run], family)}
        for name, word in verdicts.items():
            found[name][word] += 1
        wrong += any(truth.is_wrong(name, word) for name, word in verdicts.items())
    return found, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--permutations", type=int, default=999)
    chosen = parser.parse_args()
    print(f"{chosen.simulations} simulations of each truth; {chosen.documents} documents, {chosen.seeds} seeds\n")
    for truth in TRUTHS:
        clock = time.monotonic()
        found, wrong = rates(truth, **vars(chosen))
        print(f"**{truth.about}**\n\n| claim | in truth | {' | '.join(WORDS)} |\n|---|---|{'--:|' * len(WORDS)}")
        for name, words in found.items():
            shares = " | ".join(f"{words[word] / chosen.simulations:.3f}" for word in WORDS)
            so = "true" if name in truth.true else "false" if name in truth.false else "neither"
            print(f"| {name} | {so} | {shares} |")
        rate = wrong / chosen.simulations
        print(f"\nany claim decided wrongly: {rate:.3f}; {time.monotonic() - clock:.0f} s\n", flush=True)


if __name__ == "__main__":
    main()
