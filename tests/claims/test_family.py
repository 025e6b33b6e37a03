"""One family: a comparison has one p and one verdict in claims, answer and statement."""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pytest

from polybatch.claims.claim import Claim, Need
from polybatch.claims.deciding import decide
from polybatch.claims.evidence import Run
from polybatch.claims.family import Asked, answer_needs, family_of, statement_needs
from polybatch.claims.paper import CLAIMS, QUESTION
from polybatch.errors import ResultsError
from polybatch.report.answer import answers_of
from polybatch.statistics import Method

from .test_claims import run_of

METHOD = Method(permutations=500)
LEVELS = {"en-en": 0.4, "x-x-mono": 0.45, "x-y": 0.5, "hybrid": 0.52}


def news(levels: Mapping[str, float] = LEVELS) -> Run:
    """A run in both settings that an answer speaks of."""
    parts = [run_of(levels, setting=setting).values for setting in ("cross-lingual", "multilingual")]
    return Run("run", pa.concat_tables(parts), (), {"collections": [{"name": "news", "notes": {"cluster": "story"}}]})


def test_answer_and_claim_have_one_verdict_and_one_p_on_one_comparison() -> None:
    run = news()
    family = family_of((*CLAIMS, *QUESTION), [run], method=METHOD)
    verdicts = {verdict.claim.name: verdict for verdict in decide(CLAIMS, [run], family)}
    (answer,) = answers_of([run], family)
    claimed = {each.need: each.comparison for each in verdicts["8-best-multilingual"].evidence}
    told = {
        comparison.baseline: comparison for comparison in answer.comparisons if comparison.quantity.setting[0] == "m"
    }
    assert {need.baseline for need in claimed} == {"x-x-mono", "x-y"}
    for need, comparison in claimed.items():
        mine = told[need.baseline] if told[need.baseline].quantity.measure == "mAP" else comparison
        assert mine is comparison
    assert {comparison.family for comparison in answer.comparisons} == {len(family)}
    assert {comparison.unit for comparison in family.values()} == {"story"}


def test_the_same_comparison_is_made_once_whichever_way_round_and_whatever_share_is_asked_for() -> None:
    run = run_of({"x-y": 0.5, "hybrid": 0.7})
    need = Need("hybrid", "x-y", "multilingual")
    turned = Need("x-y", "hybrid", "multilingual")
    claims = [Claim(str(n), "", "", (each,)) for n, each in enumerate((need, replace(need, least=0.1), turned))]
    family = family_of(claims, [run], method=METHOD)
    assert len(family) == 1
    assert Asked.of("run", turned, "news").turned in family


def test_a_run_has_an_answer_or_a_statement_and_never_both() -> None:
    both, without = news(), news({"x-y": 0.5, "hybrid": 0.52, "x-x-mono": 0.5})
    assert list(answer_needs(both, "news"))
    assert not list(statement_needs(both, "news"))
    assert not list(answer_needs(without, "news"))
    assert len(list(statement_needs(without, "news"))) == 2 * 3 + 2


def test_systems_that_were_not_judged_alike_are_refused_by_a_claim_and_left_out_of_an_answer() -> None:
    run = news()
    keep = pa.compute.invert(
        pa.compute.and_(
            pa.compute.equal(run.values.column("system"), "en-en"), pa.compute.equal(run.values.column("cluster"), "q0")
        )
    )
    unlike = Run("run", run.values.filter(keep), (), {})
    made = family_of((), [unlike], method=METHOD)
    assert made
    assert not [asked for asked in made if "en-en" in (asked.need.system, asked.need.baseline)]
    claim = Claim("c", "", "", (Need("hybrid", "en-en", "multilingual"),))
    with pytest.raises(ResultsError, match="has mAP of 118 queries"):
        family_of([claim], [unlike], method=METHOD)
