"""The eleven claims of arXiv 2408.10536 that can be put to the test, and the question behind them. Rules are fixed."""

from polybatch.claims import facts
from polybatch.claims.claim import UNSEEN, Claim, Need
from polybatch.records import SETTINGS, Direction

PAPER = "arXiv 2408.10536"
SUBSTANTIAL = 0.10  # the smallest of the paper's own reductions of rank distance is 13 %
BASES = ("xlm-r", "labse")
LOW_RESOURCE = ("sw", "ne")


def _over(baseline: str, settings: tuple[str, ...] = SETTINGS, **options: object) -> tuple[Need, ...]:
    return tuple(Need("hybrid", baseline, setting, **options) for setting in settings)  # type: ignore[arg-type]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "1-mix-works",
        "Fine-tuning on a mix of monolingual and cross-lingual pairs works: it beats the untuned encoder",
        PAPER,
        _over("untuned"),
    ),
    Claim(
        "2-collections",
        "The experiments cover XQuAD-R, MLQA-R and MIRACL",
        PAPER,
        fact=facts.covers_the_collections,
        rule="supported if all three were evaluated, else not run",
    ),
    Claim(
        "3-parallel",
        "XQuAD-R and MLQA-R hold parallel questions and passages in 11 and 7 languages",
        PAPER,
        fact=facts.is_parallel,
        rule="supported if each has so many languages and every question is there in two or more of them",
    ),
    Claim(
        "4-separate",
        "Evaluation data are separate from training data",
        PAPER,
        fact=facts.is_separate,
        rule="supported if no data set is used both to test and to train, validate or choose settings",
    ),
    Claim(
        "5-unseen",
        "No evaluation sample, train or test split, was seen in training",
        PAPER,
        fact=facts.is_unseen,
        rule="supported if the contamination check of every run finds no text of a test collection, or if such texts "
        "were left out",
    ),
    Claim(
        "6-map",
        "mAP is reported for XQuAD-R and MLQA-R",
        PAPER,
        fact=facts.reports_map,
        rule="supported if the results hold mAP of both in all three settings",
    ),
    Claim(
        "7-settings",
        "There are 110 (42) cross-lingual and 11 (7) monolingual settings",
        PAPER,
        fact=facts.counts_the_settings,
        rule="supported if the results have this number of directions, contradicted if they have all languages but "
        "another number",
    ),
    Claim(
        "8-best-multilingual",
        "Hybrid batches are best in multilingual retrieval",
        PAPER,
        tuple(one for baseline in ("x-x-mono", "x-y") for one in _over(baseline, ("multilingual",))),
    ),
    Claim(
        "9-beats-both",
        "Hybrid beats both baseline samplings, from XLM-R and from LaBSE",
        PAPER,
        tuple(one for baseline in ("x-x-mono", "x-y") for one in _over(baseline)),
        encoders=BASES,
    ),
    Claim(
        "10-less-bias",
        "Hybrid substantially reduces language bias against monolingual batches",
        PAPER,
        _over("x-x-mono", ("multilingual",), measure="rank_distance", least=SUBSTANTIAL),
    ),
    Claim(
        "11-zero-shot",
        "Hybrid gives strong zero-shot retrieval across languages, unseen ones included",
        PAPER,
        tuple(
            one for baseline in ("untuned", "en-en") for one in _over(baseline, ("cross-lingual",), directions=UNSEEN)
        ),
    ),
)

QUESTION: tuple[Claim, ...] = tuple(
    Claim(
        f"question-{query}-{passage}",
        f"Hybrid batches beat plain fine-tuning for {query}-{passage} news retrieval",
        "the question behind the project",
        _over("en-en", ("cross-lingual",), directions=(Direction(query, passage),)),
        collections=("ntrex-news", "ntrex-news-held-out", "crosssum"),
    )
    for code in LOW_RESOURCE
    for query, passage in (("en", code), (code, "en"))
)
"""Hybrid against En-En, in each direction of Swahili-English and Nepali-English, on news."""
