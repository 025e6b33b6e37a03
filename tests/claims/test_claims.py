"""Claims about claims: a verdict follows from the evidence, and there is none without it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from polybatch.claims.claim import Claim, ClaimSettings, Fact, Need, Verdict
from polybatch.claims.deciding import decide
from polybatch.claims.evidence import Run
from polybatch.claims.family import family_of
from polybatch.claims.formats import FORMATS
from polybatch.claims.paper import CLAIMS, QUESTION
from polybatch.records import SETTINGS
from polybatch.results.store import Result
from polybatch.statistics import Method

METHOD = Method(permutations=500)
BETTER = Claim("x", "Hybrid is better", "a test", (Need("hybrid", "x-y", "multilingual"),))


def run_of(
    means: Mapping[str, float],
    *,
    label: str = "run",
    collection: str = "news",
    languages: Sequence[str] = ("en", "sw"),
    measure: str = "mAP",
    setting: str = "multilingual",
    clusters: int = 60,
    seeds: int = 3,
    deviation: float = 0.05,
    manifest: Mapping[str, Any] | None = None,
    results: Sequence[Result] = (),
) -> Run:
    """A run whose systems have these means, one query a language and cluster, some noise of clusters and seeds."""
    rng = np.random.default_rng(5)
    easy = rng.normal(0, 0.1, clusters)
    rows = [
        {
            "system": system,
            "strategy": system,
            "seed": seed,
            "collection": collection,
            "setting": setting,
            "query_id": f"q{cluster}",
            "cluster": f"q{cluster}",
            "query_language": query,
            "passage_language": passage,
            "measure": measure,
            "value": mean + easy[cluster] + rng.normal(0, deviation),
        }
        for system, mean in means.items()
        for seed in range(seeds)
        for cluster in range(clusters)
        for query in languages
        for passage in _passages(query, languages, setting)
    ]
    return Run(label, pa.Table.from_pylist(rows), tuple(results), manifest or {"finished": True})


def _passages(query: str, languages: Sequence[str], setting: str) -> list[str]:
    if setting == "multilingual":
        return ["all"]
    return [code for code in languages if (code == query) == (setting == "monolingual")]


def verdict(claim: Claim, *runs: Run) -> Verdict:
    (found,) = decided([claim], runs)
    return found


def decided(claims: Sequence[Claim], runs: Sequence[Run]) -> tuple[Verdict, ...]:
    return decide(claims, runs, family_of(claims, runs, method=METHOD))


@pytest.mark.parametrize(
    ("hybrid", "word"), [(0.6, "supported"), (0.4, "contradicted"), (0.5, "undecided"), (0.502, "undecided")]
)
def test_the_verdict_follows_the_planted_difference(hybrid: float, word: str) -> None:
    found = verdict(BETTER, run_of({"x-y": 0.5, "hybrid": hybrid}))
    assert found.word == word
    assert len(found.evidence) == 1
    assert found.evidence[0].comparison.difference == pytest.approx(hybrid - 0.5, abs=0.02)


def test_lower_is_better_where_the_measure_says_so() -> None:
    claim = Claim("x", "Hybrid is less biased", "a test", (Need("hybrid", "x-y", "multilingual", "rank_distance"),))
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.4}, measure="rank_distance")).word == "supported"
    assert verdict(claim, run_of({"x-y": 0.4, "hybrid": 0.5}, measure="rank_distance")).word == "contradicted"


def test_a_substantial_gain_must_surely_reach_its_share_of_the_baseline() -> None:
    def word(hybrid: float) -> str:
        need = Need("hybrid", "x-y", "multilingual", least=0.2)
        return verdict(Claim("x", "much better", "a test", (need,)), run_of({"x-y": 0.5, "hybrid": hybrid})).word

    assert word(0.7) == "supported"
    assert word(0.6) == "undecided", "a fifth of .5, but not surely"
    assert word(0.52) == "contradicted", "better, but surely by less than a fifth"


def test_without_a_system_the_claim_is_not_run_and_says_which() -> None:
    found = verdict(BETTER, run_of({"x-y": 0.5, "en-en": 0.6}))
    assert found.word == "not run"
    assert found.why == ("no run has Hybrid over X-Y in multilingual mAP",)
    assert not found.evidence


def test_one_need_of_two_without_evidence_is_not_run() -> None:
    claim = Claim("x", "best", "a test", tuple(Need("hybrid", one, "multilingual") for one in ("x-y", "x-x-mono")))
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7})).word == "not run"
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7, "x-x-mono": 0.6})).word == "supported"
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7, "x-x-mono": 0.7})).word == "undecided"
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7, "x-x-mono": 0.8})).word == "contradicted"


def test_every_collection_that_was_judged_counts() -> None:
    runs = [run_of({"x-y": 0.5, "hybrid": h}, label=c, collection=c) for c, h in (("news", 0.7), ("wiki", 0.3))]
    assert verdict(BETTER, *runs).word == "contradicted"
    of_news = Claim("x", "on news", "a test", BETTER.needs, collections=("news",))
    assert verdict(of_news, *runs).word == "supported"


def test_an_encoder_that_the_claim_does_not_speak_of_stands_beside_it() -> None:
    claim = Claim("x", "from LaBSE", "a test", BETTER.needs, encoders=("labse",))
    found = verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7}))
    assert found.word == "not run"
    assert [one.word for one in found.beside] == ["supported"]
    text = '[encoder]\nkind = "pretrained"\nmodel = "sentence-transformers/LaBSE"\n'
    trained = run_of({"x-y": 0.5, "hybrid": 0.7}, manifest={"recipe": {"text": text}})
    assert verdict(claim, trained).word == "supported"


def test_unseen_directions_are_those_with_a_language_that_no_training_text_is_in() -> None:
    need = Need("hybrid", "x-y", "cross-lingual", directions="unseen")
    claim = Claim("x", "zero-shot", "a test", (need,))
    manifest = {"training": [{"name": "a", "languages": ["en", "sw"]}]}
    options: dict[str, Any] = {"languages": ("en", "sw", "ne"), "setting": "cross-lingual", "manifest": manifest}
    found = verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7}, **options))
    assert found.word == "supported"
    assert found.evidence[0].comparison.queries == 60 * 4, "four of the six directions have ne"
    seen = {**options, "languages": ("en", "sw")}
    assert verdict(claim, run_of({"x-y": 0.5, "hybrid": 0.7}, **seen)).word == "not run"


def test_all_comparisons_of_all_claims_are_one_family_and_a_shared_one_counts_once() -> None:
    run = run_of({"x-y": 0.5, "hybrid": 0.7, "x-x-mono": 0.6})
    other = Claim("y", "b", "a test", (Need("hybrid", "x-x-mono", "multilingual"),))
    same = Claim("z", "c", "a test", BETTER.needs)
    found = decided([BETTER, other, same], [run])
    families = {one.comparison.family for each in found for one in each.evidence}
    assert families == {3}, "the statement of a report also sets X-Y against X-X-mono, for the leader is not yet known"


def test_the_paper_has_eleven_claims_and_the_question_asks_both_pairs_in_both_directions() -> None:
    assert [claim.name.split("-")[0] for claim in CLAIMS] == [str(number) for number in range(1, 12)]
    assert {claim.name for claim in QUESTION} == {f"question-{pair}" for pair in ("en-sw", "sw-en", "en-ne", "ne-en")}


def test_nothing_is_decided_without_evidence() -> None:
    empty = run_of({"x-y": 0.5}, manifest={"finished": True})
    assert {one.word for one in decided((*CLAIMS, *QUESTION), [empty])} == {"not run"}


def claim_named(start: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.name.startswith(start))


ELEVEN = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")
SEVEN = ("ar", "de", "en", "es", "hi", "vi", "zh")


def lareqa(setting: str, name: str, languages: Sequence[str]) -> Run:
    return run_of({"x-y": 0.5}, collection=name, languages=languages, setting=setting, clusters=3, seeds=1)


def joined(*runs: Run) -> Run:
    return Run("run", pa.concat_tables([run.values for run in runs]), (), {})


def test_settings_are_counted() -> None:
    def whole(xquad: Sequence[str]) -> Run:
        return joined(
            *(lareqa(setting, "xquad-r", xquad) for setting in SETTINGS),
            *(lareqa(setting, "mlqa-r+paragraph", SEVEN) for setting in SETTINGS),
        )

    found = verdict(claim_named("7-"), whole(ELEVEN))
    assert found.word == "supported"
    assert found.why == (
        "xquad-r: 110 cross-lingual and 11 monolingual; mlqa-r+paragraph: 42 cross-lingual and 7 monolingual",
    )
    assert verdict(claim_named("7-"), whole(ELEVEN[:10])).word == "not run"
    assert verdict(claim_named("3-"), whole(ELEVEN)).word == "supported"


@pytest.mark.parametrize(
    ("recipe", "tested", "word"),
    [
        ('[[train]]\nsource = "bitext"\nname = "xquad-r"', "xquad-r", "supported"),
        ('[[train]]\nsource = "xquad"\nname = "questions"', "xquad-r", "contradicted"),
        ('[[train]]\nsource = "xquad"\nname = "questions"', "mlqa-r", "supported"),
        ('[[validation]]\nsource = "mlqa"', "mlqa-r+paragraph", "contradicted"),
        ('[[development]]\nsource = "ntrex"', "ntrex-news", "contradicted"),
        ('[selection]\ndevelopment = "belebele-14"', "belebele-3", "contradicted"),
        ('[selection]\ndevelopment = "nagarik-news"', "ntrex-news", "supported"),
        ('[[train]]\nsource = "masakhanews"\nsplit = "test"', "masakhane-news", "contradicted"),
        ('[[train]]\nsource = "masakhanews"\nsplit = "train"', "masakhane-news", "supported"),
    ],
)
def test_texts_of_a_test_that_training_or_choice_saw_contradict_separation(recipe: str, tested: str, word: str) -> None:
    manifest = {"training": [{"name": "any", "languages": ["en"]}], "recipe": {"text": recipe}}
    assert verdict(claim_named("4-"), run_of({"x-y": 0.5}, collection=tested, manifest=manifest)).word == word


def test_a_run_that_stores_no_recipe_says_nothing_of_separation() -> None:
    assert verdict(claim_named("4-"), run_of({"x-y": 0.5})).word == "not run"
    manifest = {"training": [{"name": "any", "languages": ["en"]}]}
    assert verdict(claim_named("4-"), run_of({"x-y": 0.5}, manifest=manifest)).word == "not run"


def test_what_is_lacking_names_the_collections_that_a_claim_speaks_of() -> None:
    settings = ClaimSettings(
        name="mine",
        statement="Hybrid beats X-Y",
        system="hybrid",
        better_than=["x-y"],
        settings=["multilingual"],
        collections=["ntrex-news"],
    )
    found = verdict(settings.claim(), run_of({"x-y": 0.4, "hybrid": 0.6}, collection="newswire"))
    assert found.word == "not run"
    assert found.why == ("no run has Hybrid over X-Y in multilingual mAP on ntrex-news, which the claim is about",)


def test_contamination_is_read_from_the_manifest() -> None:
    def checked(contamination: object) -> Run:
        training = [{"name": "voices", "languages": ["en"]}]
        manifest = {"training": training} | ({} if contamination is None else {"contamination": contamination})
        return run_of({"x-y": 0.5}, manifest=manifest)

    assert verdict(claim_named("5-"), checked(None)).word == "not run"
    assert verdict(claim_named("5-"), checked({"rows": 0, "left_out": False})).word == "supported"
    assert verdict(claim_named("5-"), checked({"rows": 3, "left_out": True})).word == "supported"
    found = verdict(claim_named("5-"), checked({"rows": 3, "left_out": False}))
    assert found.word == "contradicted"
    assert "run: 3" in found.why[0]


def test_a_recipe_makes_claims_of_its_own() -> None:
    settings = ClaimSettings(
        name="mine",
        statement="Hybrid beats X-Y from Swahili",
        system="hybrid",
        better_than=["x-y"],
        settings=["cross-lingual"],
        directions=["sw-en"],
    )
    run = run_of({"x-y": 0.5, "hybrid": 0.7}, setting="cross-lingual")
    found = verdict(settings.claim(), run)
    assert found.word == "supported"
    assert found.evidence[0].comparison.queries == 60


def test_every_format_tells_verdict_rule_and_numbers() -> None:
    verdicts = decided([BETTER, *CLAIMS], [run_of({"x-y": 0.5, "hybrid": 0.7})])
    for name, write in FORMATS.items():
        text = write(verdicts)
        for part in ("Hybrid is better", "supported if each difference is significant", "not run"):
            assert part in text or part.upper() in text, (name, part)
        assert "supported" in text.lower()
    (first, *_) = json.loads(FORMATS["json"](verdicts))
    assert first["evidence"][0]["p_holm"] <= 0.05
    assert first["evidence"][0]["collection"] == "news"


def test_planted_nulls_are_seldom_called_and_planted_effects_mostly_found() -> None:
    def words(effect: float, count: int) -> list[str]:
        found: list[str] = []
        for number in range(count):
            rng = np.random.default_rng([number, 3])
            rows = [
                {**row, "value": 0.5 + (effect if row["system"] == "hybrid" else 0) + rng.normal(0, 0.1)}
                for row in run_of({"x-y": 0, "hybrid": 0}, clusters=40, languages=("en",)).values.to_pylist()
            ]
            run = Run("run", pa.Table.from_pylist(rows), (), {})
            found.append(verdict(BETTER, run).word)
        return found

    null = words(0.0, 40)
    assert sum(word != "undecided" for word in null) <= 6, "some 5 % of 40 at most"
    assert words(0.06, 10).count("supported") >= 8


def test_facts_are_words_with_a_reason() -> None:
    for claim in CLAIMS:
        if claim.fact is not None:
            assert isinstance(claim.fact(()), Fact)
            assert claim.fact(()).word == "not run"
