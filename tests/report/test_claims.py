"""Claims stand in a report as they were decided; without the evidence there is a sentence and no verdict."""

import json
from pathlib import Path

import pytest

from polybatch.claims import put_to_test
from polybatch.report import Report, load_runs, to_html, to_json, to_markdown, to_tex
from polybatch.report.claims import MARKS, METHOD, claim_rows, claims_of, deciding
from polybatch.results.store import Store

from .runs import manifest_of, write_run


def words(report: Report) -> dict[str, str]:
    return {one.claim.name: one.word for one in report.claims.verdicts}


def test_the_report_says_what_the_claims_command_says(planted: Path, planted_report: Report) -> None:
    assert planted_report.claims.verdicts == put_to_test([planted], method=METHOD)
    assert words(planted_report)["8-best-multilingual"] == "supported"
    assert words(planted_report)["9-beats-both"] == "not run"


def test_a_verdict_has_a_mark_of_its_own_beside_the_word(planted_report: Report) -> None:
    assert len(set(MARKS.values())) == len(MARKS) == 4
    html = to_html(planted_report)
    assert html.count('<i aria-hidden="true">+</i>supported') == list(words(planted_report).values()).count("supported")
    count = list(words(planted_report).values()).count("not run")
    assert "</i>not run" not in html, "what was not decided is counted in a line"
    assert f"Claims without a verdict: {count} not run" in html
    assert f"Claims without a verdict: {count} not run" in to_markdown(planted_report)


def test_every_format_has_the_claim_with_its_effect_and_evidence(planted_report: Report) -> None:
    (row,) = (row for row in claim_rows(planted_report.claims) if row.name == "8-best-multilingual")
    assert row.effect.startswith("+.")
    html, text = to_html(planted_report), to_markdown(planted_report)
    for told in (row.effect, row.detectable, row.p, *row.why, row.rule):
        assert told in html.replace("&lt;", "<"), told
        assert told in text.replace("\\", ""), told
    assert row.effect in to_tex(planted_report)
    records = {one["name"]: one for one in json.loads(to_json(planted_report))["claims"]["verdicts"]}
    assert records[row.name]["verdict"] == "supported"
    assert len(records[row.name]["evidence"]) == 2
    assert json.loads(to_json(planted_report))["claims"]["not_tested"] is None


def test_of_several_comparisons_the_least_sure_that_decides_is_shown(planted_report: Report) -> None:
    for verdict in planted_report.claims.verdicts:
        one = deciding(verdict)
        assert (one is None) == (not any(each.word == verdict.word for each in verdict.evidence))
        if one:
            same = [each.comparison.p_holm for each in verdict.evidence if each.word == verdict.word]
            assert one.comparison.p_holm == max(same)


@pytest.mark.parametrize(
    ("lost", "told"), [("ranks.parquet", "holds no ranks"), ("manifest.json", "is not a finished run")]
)
def test_without_evidence_a_sentence_says_why_and_there_is_no_verdict(tmp_path: Path, lost: str, told: str) -> None:
    run = write_run(tmp_path / "run", systems=["untuned", "hybrid"], seeds=[1])
    (run / lost).unlink()
    report = load_runs([run])
    assert report.claims.verdicts == ()
    assert told in report.claims.lacking
    assert report.claims.lacking in to_html(report)
    assert report.claims.lacking in to_markdown(report)
    assert json.loads(to_json(report))["claims"] == {"not_tested": report.claims.lacking, "verdicts": []}


def test_one_run_cut_short_leaves_all_claims_untested(tmp_path: Path, planted: Path) -> None:
    half = write_run(tmp_path / "half", systems=["untuned"])
    Store(half).write_manifest(manifest_of(["untuned"], [1], ["en"]) | {"finished": False})
    assert (
        claims_of([Store(planted), Store(half)]).lacking
        == "The claims were not put to the test: half is not a finished run."
    )


def test_more_ranks_than_a_page_can_wait_for_are_left_to_the_command(
    planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polybatch.report.claims.MOST_ROWS", 100)
    found = claims_of([Store(planted)])
    assert not found.verdicts
    assert "`polybatch claims` takes them" in found.lacking
