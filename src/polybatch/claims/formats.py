"""Verdicts as text, Markdown and JSON. No numbers worked out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from polybatch.claims.claim import Evidence, Verdict
from polybatch.claims.wording import rule_of, sentence_of
from polybatch.statistics.formats import as_record
from polybatch.statistics.wording import rule


def to_text(verdicts: Sequence[Verdict]) -> str:
    """A paragraph for each claim: the verdict first, then the rule and the evidence; last what is significant."""
    parts = []
    for verdict in verdicts:
        claim = verdict.claim
        lines = [f"{verdict.word.upper()}: {claim.statement} [{claim.name}]", f"  rule: {rule_of(claim)}"]
        lines += [f"  {why}" for why in verdict.why]
        lines += [f"  beside (does not count): {sentence_of(each)}" for each in verdict.beside]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, *_rule(verdicts)])


def to_markdown(verdicts: Sequence[Verdict]) -> str:
    """A table of claims and verdicts, and under it the rules and the evidence; last what is significant."""
    lines = ["| claim | verdict | |", "|---|---|---|"]
    lines += [f"| {each.claim.name} | **{each.word}** | {each.claim.statement} |" for each in verdicts]
    for verdict in verdicts:
        lines += [f"\n**{verdict.claim.name}**: {verdict.word}. Rule: {rule_of(verdict.claim)}.\n"]
        lines += [f"- {why}" for why in verdict.why]
        lines += [f"- beside (does not count): {sentence_of(each)}" for each in verdict.beside]
    return "\n".join([*lines, *(f"\n{told}" for told in _rule(verdicts))])


def _rule(verdicts: Sequence[Verdict]) -> list[str]:
    made = [each.comparison for verdict in verdicts for each in (*verdict.evidence, *verdict.beside)]
    return [rule(made[0].family)] if made else []


def as_records(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as plain values: claim, rule, verdict, why, and every comparison in numbers."""
    return [
        {
            "name": one.claim.name,
            "statement": one.claim.statement,
            "source": one.claim.source,
            "rule": rule_of(one.claim),
            "verdict": one.word,
            "why": list(one.why),
            "evidence": [_numbers(each) for each in one.evidence],
            "beside": [_numbers(each) for each in one.beside],
        }
        for one in verdicts
    ]


def _numbers(evidence: Evidence) -> dict[str, Any]:
    told = {"run": evidence.run, "says": evidence.word, "least": evidence.need.least}
    return {**told, **as_record(evidence.comparison)}


def to_json(verdicts: Sequence[Verdict]) -> str:
    """`as_records`, indented."""
    return json.dumps(as_records(verdicts), ensure_ascii=False, indent=1)


FORMATS: Mapping[str, Callable[[Sequence[Verdict]], str]] = {"text": to_text, "md": to_markdown, "json": to_json}
