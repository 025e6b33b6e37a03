"""The report as JSON for other programs: every number that the other formats print, unrounded. No wording beside it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from polybatch.claims.formats import as_records
from polybatch.records import SETTINGS
from polybatch.report.answer import Answer
from polybatch.report.findings import Gap, findings
from polybatch.report.published import published_records
from polybatch.report.queries import SHARES
from polybatch.report.summary import Estimate, Quantity, Report, Run, System
from polybatch.results.store import MEAN
from polybatch.statistics.formats import as_record
from polybatch.version import __version__


def to_json(report: Report) -> str:
    """The report as one JSON object; NaN never occurs, an unknown deviation is null."""
    value = {
        "polybatch": __version__,
        "title": report.title,
        "finished": not report.unfinished,
        "cautions": list(report.cautions),
        "rule": report.claims.rule,
        "seeds": list(report.seeds),
        "systems": [{"system": s.name, "strategy": s.strategy, "title": s.title} for s in report.systems],
        "collections": [_collection(report, collection) for collection in report.collections],
        "claims": {"not_tested": report.claims.lacking or None, "verdicts": as_records(report.claims.verdicts)},
        "rank_distances": _spreads(report),
        "examples": [asdict(one) for each in report.examples for one in each.examples],
        "sweeps": [asdict(one) for one in report.sweeps],
        "runs": [_run(run) for run in report.runs],
    }
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _spreads(report: Report) -> list[dict[str, Any]]:
    return [
        {**asdict(one), "quantiles": dict(zip(map(str, SHARES), one.quantiles, strict=True))} for one in report.spreads
    ]


def _collection(report: Report, collection: str) -> dict[str, Any]:
    answers = report.answers_on(collection)
    told = [] if answers else findings(report, collection)
    return {
        "collection": collection,
        "languages": list(report.languages(collection)),
        "queries": {setting: report.queries(collection, setting) for setting in SETTINGS},
        "notes": dict(report.notes(collection)),
        "statement": [finding.text for finding in told],
        "answers": [_answer(answer) for answer in answers],
        "comparisons": [_gap(gap) for finding in told for gap in finding.gaps],
        "systems": [_system(report, collection, system) for system in report.systems_of(collection)],
        "published": published_records(report, collection),
        "random_ranker": _reference(report, collection, report.chance),
        "ideal_ranker": _reference(report, collection, report.ideal),
    }


def _reference(report: Report, collection: str, values: Mapping[Quantity, float]) -> list[dict[str, Any]]:
    return [
        {**_place(quantity), "value": values[quantity]}
        for quantity in report.quantities(collection)
        if quantity in values
    ]


def _system(report: Report, collection: str, system: System) -> dict[str, Any]:
    """The macro means by setting and measure, then every direction of its own."""
    means: dict[str, dict[str, Any]] = {setting: {} for setting in SETTINGS}
    directions = []
    for quantity in report.quantities(collection):
        if (estimate := report.estimate(system, quantity)) is None:
            continue
        if quantity.query_language == MEAN:
            means[quantity.setting][quantity.measure] = _estimate(estimate)
        else:
            directions.append({**_place(quantity), **_estimate(estimate)})
    return {"system": system.name, "means": means, "directions": directions}


def _place(quantity: Quantity) -> dict[str, str]:
    place = quantity._asdict()
    del place["collection"]
    return place


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "mean": estimate.mean,
        "deviation": estimate.deviation,
        "queries": estimate.queries,
        "seeds": [{"seed": seed, "value": value} for seed, value in zip(estimate.seeds, estimate.values, strict=True)],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"run": answer.run, "collection": answer.collection}
    told |= {"sentences": list(answer.sentences), "beside": list(answer.beside)}
    return {**told, "comparisons": [as_record(comparison) for comparison in answer.comparisons]}


def _gap(gap: Gap) -> dict[str, Any]:
    """The means of the report; the test, of the comparison that the family holds, as it was made: perhaps turned."""
    return {
        **_place(gap.quantity),
        "system": gap.system.name,
        "baseline": gap.baseline.name,
        "gain": gap.gain,
        "ratio": gap.ratio,
        "test": as_record(gap.tested) if gap.tested else None,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "folder": run.label,
        "recorded": run.recorded,
        "finished": run.manifest.finished,
        "manifest": dict(run.excerpt),
    }
