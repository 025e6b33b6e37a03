"""The answer at the top of a report follows the planted truth, names pairs, counts and doubt, and knows its limits."""

import json
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from polybatch.claims.evidence import Run
from polybatch.claims.family import family_of
from polybatch.report import load_runs, to_html, to_json, to_markdown
from polybatch.report.answer import Answer, answers_of
from polybatch.statistics import Method

from .runs import write_run

METHOD = Method(permutations=499)
NEWS = ("en", "ne", "sw")


def run_of(levels: Mapping[str, float], *, seeds: int = 5, extra: Mapping[tuple[str, str], float] | None = None) -> Run:
    """A run of systems with these mean scores everywhere; `extra`: what hybrid gains more in a direction."""
    rng = np.random.default_rng(3)
    easy = rng.normal(0, 0.1, 40)
    rows: list[dict[str, Any]] = []
    for system, level in levels.items():
        own = rng.normal(0, 0.02, 40)
        for seed in range(1, seeds + 1):
            luck = rng.normal(0, 0.003)
            for setting, query, passage in [
                *(("cross-lingual", q, p) for q in NEWS for p in NEWS if q != p),
                *(("multilingual", q, "all") for q in NEWS),
            ]:
                more = (extra or {}).get((query, passage), 0.0) if system == "hybrid" else 0.0
                for measure in ("mAP", "rank_distance") if setting == "multilingual" else ("mAP",):
                    values = level + more + easy + own + luck
                    values = 100 * (1 - values) if measure == "rank_distance" else values
                    rows += [
                        {
                            "system": system,
                            "strategy": system,
                            "seed": seed,
                            "collection": "ntrex-news",
                            "setting": setting,
                            "query_id": f"q{number}",
                            "cluster": f"q{number}",
                            "query_language": query,
                            "passage_language": passage,
                            "measure": measure,
                            "value": float(value),
                        }
                        for number, value in enumerate(values)
                    ]
    return Run("news", pa.Table.from_pylist(rows), (), {"finished": True})


def answer_of(run: Run) -> Answer:
    (found,) = answers(run)
    return found


def answers(run: Run) -> tuple[Answer, ...]:
    return answers_of([run], family_of((), [run], method=METHOD))


@pytest.mark.parametrize(
    ("hybrid", "told"),
    [(0.6, "hybrid batches are better"), (0.3, "hybrid batches are worse"), (0.453, "hybrid batches do not differ")],
)
def test_the_first_sentence_answers_as_planted_with_interval_p_and_counts(hybrid: float, told: str) -> None:
    found = answer_of(run_of({"en-en": 0.45, "x-y": 0.5, "hybrid": hybrid}))
    assert len(found.sentences) == 3
    first = found.sentences[0]
    assert first.startswith(f"Across languages {told}")
    for part in ("95 % interval", "after Holm over", "40 clusters", "5 seeds"):
        assert part in first


def test_each_pair_of_languages_has_its_gain_and_its_verdict() -> None:
    nothing = {("en", "ne"): -0.2, ("ne", "en"): -0.198}
    first = answer_of(run_of({"en-en": 0.4, "hybrid": 0.6}, extra=nothing)).sentences[0]
    sure, doubt = first.split("by direction, significantly better ")[1].split("; ")
    assert "English → Swahili (+.2" in sure
    assert "Nepali" not in sure.split(" and ")[0].split("English → Swahili")[0]
    assert doubt.startswith(("not significant English → Nepali", "equivalent within .01 English → Nepali"))


def test_the_others_stand_by_what_the_test_says_of_them() -> None:
    found = answer_of(run_of({"untuned": 0.2, "en-en": 0.4, "x-x-mono": 0.45, "x-y": 0.7, "hybrid": 0.6}))
    _, others, ranking = found.sentences
    assert others.startswith("There it is significantly better than Untuned (+.")
    assert "significantly worse than X-Y (-.1" in others
    assert "under En-En (significantly better)" in ranking
    assert "under X-X-mono (significantly better)" in ranking
    assert found.beside == ()


def test_corrections_are_held_against_hybrid_alone_and_stay_out_of_the_three_sentences() -> None:
    found = answer_of(run_of({"en-en": 0.4, "en-en+lsar": 0.4, "hybrid": 0.5, "hybrid+lsar": 0.6}))
    assert "LSAR" not in " ".join(found.sentences)
    (beside,) = found.beside
    assert "Hybrid + LSAR +.1" in beside
    assert beside.count("(significantly better)") == 2
    families = {one.family for one in found.comparisons}
    assert families == {len(found.comparisons)}, "one family"


def test_with_one_seed_it_speaks_of_these_models_alone() -> None:
    found = answer_of(run_of({"en-en": 0.3, "hybrid": 0.6}, seeds=1))
    told = "Across languages the Hybrid model is significantly better than the En-En model"
    assert found.sentences[0].startswith(told)
    assert "batches help" not in found.text
    assert "about these models only" in found.beside[-1]


def test_without_plain_fine_tuning_or_directions_across_there_is_no_answer() -> None:
    assert answers(run_of({"x-y": 0.3, "hybrid": 0.6})) == ()
    run = run_of({"en-en": 0.3, "hybrid": 0.6})
    pooled = Run("news", run.values.filter(pa.compute.equal(run.values.column("setting"), "multilingual")), (), {})
    assert answers(pooled) == ()


def test_it_stands_in_page_text_and_json(tmp_path: Path) -> None:
    report = load_runs([write_run(tmp_path / "run", first="hybrid")])
    (answer,) = report.answers
    html, text, record = to_html(report), to_markdown(report), json.loads(to_json(report))
    assert "hybrid batches are better" in answer.text
    plain = unescape(html.replace('<span class="whole">', "").replace("</span>", ""))
    for sentence in answer.sentences:
        assert sentence in plain
    assert answer.text in text.replace("\\", "")
    assert html.count("after Holm&#39;s correction over one family") == 1
    assert text.count("after Holm's correction over one family") == 1
    (stored,) = record["collections"][0]["answers"]
    assert stored["sentences"] == list(answer.sentences)
    assert len(stored["comparisons"]) == len(answer.comparisons)
