"""The objects of a JSONL file, one a line. Not here: a JSON file that holds one list."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import DecodeError
from msgspec.json import Decoder

from polybatch.data.formats.bounds import BadLine, Faults
from polybatch.data.formats.lines import AGAIN, line_text, placed_lines
from polybatch.errors import Fault

# A third of the time of json.loads, which takes more (NaN, half a surrogate pair) and says what is wrong with the rest.
_parse = Decoder().decode
_NOT_STRICT = (DecodeError, UnicodeDecodeError, RecursionError)


def json_rows(
    path: Path,
    faults: Faults,
    *,
    fields: Sequence[str] = (),
    member: str = "",
    works: str = "",
    bad: BadLine | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSONL file, one at a time, each with its place.

    Every one of `fields` must be there as a string or a whole number, and comes back as a string; further fields come
    as they are. A line that is broken, no object, or lacks a field is a fault and is not returned; such faults go to
    `bad` where it is given.
    """
    bad = bad or faults.append
    for where, raw in placed_lines(path, faults, member=member, works=works, bad=bad):
        try:
            row = _parse(raw)
        except _NOT_STRICT:
            if not (line := line_text(raw, where, bad)):
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                bad(Fault(where, f"broken JSON: {error}", AGAIN))
                continue
        if isinstance(row, dict):
            if not (wrong := _not_text(row, fields)):
                yield where, row
                continue
            wrong_form = f"no {', '.join(wrong)} as text"
        else:
            wrong_form = "not a JSON object"
        bad(Fault(where, wrong_form, f"an object with {', '.join(fields)}" if fields else "an object on each line"))


def _not_text(row: dict[str, Any], fields: Sequence[str]) -> list[str]:
    """Those of the fields that are neither a string nor a whole number, which is made one."""
    wrong = []
    for name in fields:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            row[name] = str(value)
        elif not isinstance(value, str):
            wrong.append(name)
    return wrong
