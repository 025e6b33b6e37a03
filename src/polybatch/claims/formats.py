"""Verdicts as text, Markdown and JSON. No numbers worked out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from polybatch.claims.claim import Evidence, Verdict
from polybatch.claims.wording import rule_of, sentence_of


def to_text(verdicts: Sequence[Verdict]) -> str:
    """A paragraph for each claim: the verdict first, then the rule and the evidence."""
    parts = []
    for one in verdicts:
        lines = [f"{one.word.upper()}: {one.claim.statement} [{one.claim.name}]", f"  rule: {rule_of(one.claim)}"]
        lines += [f"  {why}" for why in one.why]
        lines += [f"  beside (does not count): {sentence_of(each)}" for each in one.beside]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def to_markdown(verdicts: Sequence[Verdict]) -> str:
    """A table of claims and verdicts, and under it the rules and the evidence."""
    lines = ["| claim | verdict | |", "|---|---|---|"]
    lines += [f"| {one.claim.name} | **{one.word}** | {one.claim.statement} |" for one in verdicts]
    for one in verdicts:
        lines += [f"\n**{one.claim.name}**: {one.word}. Rule: {rule_of(one.claim)}.\n"]
        lines += [f"- {why}" for why in one.why]
        lines += [f"- beside (does not count): {sentence_of(each)}" for each in one.beside]
    return "\n".join(lines)


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


def _numbers(one: Evidence) -> dict[str, Any]:
    made = one.comparison
    values = {**asdict(made), "quantity": made.quantity._asdict(), "verdict": made.verdict}
    return {"run": one.run, "says": one.word, "least": one.need.least, **values}


def to_json(verdicts: Sequence[Verdict]) -> str:
    """`as_records`, indented."""
    return json.dumps(as_records(verdicts), ensure_ascii=False, indent=1)


FORMATS: Mapping[str, Callable[[Sequence[Verdict]], str]] = {"text": to_text, "md": to_markdown, "json": to_json}
