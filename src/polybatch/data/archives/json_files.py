"""A `.json` file of an export as rows: a list, an object around one, a single article, or JSONL under that name."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from polybatch.data.formats.bounds import Faults
from polybatch.data.formats.json_lists import list_rows, whole_json
from polybatch.data.formats.jsonl import json_rows
from polybatch.errors import Fault
from polybatch.files import why_unreadable

AROUND: Sequence[tuple[str, ...]] = (
    ("db", "0", "data", "posts"),
    ("hits", "hits"),
    ("response", "docs"),
    ("data", "posts"),
    ("data", "articles"),
    *((name,) for name in ("posts", "articles", "stories", "items", "results", "documents", "docs", "data", "rows")),
    ("content_elements",),
)
"""Where the rows are in an object around them: exports of Ghost, Elasticsearch, Solr, JSON:API, JSON Feed, Arc."""

LOOK = 1 << 16  # bytes of a file by which it is told what it is
PARTS_OF_A_STORY = {"headlines", "headline", "title"}
"""Arc has content elements in a story, and stories in a list of content elements."""


def json_file_rows(path: Path, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a JSON file, each with its place; what an object around them says of all (its language) is theirs."""
    try:
        with path.open("rb") as file:
            start = file.read(LOOK).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
        return
    if start.startswith(b"["):
        rows = list_rows(path, faults)
    elif _is_lines(start):
        rows = json_rows(path, faults)
    else:
        rows = _whole(path, faults)
    for where, row in rows:
        inner = row.pop("_source", None)  # Elasticsearch
        yield where, {**row, **inner} if isinstance(inner, dict) else row


def _is_lines(start: bytes) -> bool:
    """Whether a file begins with an object on its first line, and another thing on the next."""
    first, _, rest = start.partition(b"\n")
    try:
        return isinstance(json.loads(first), dict) and bool(rest.strip())
    except (ValueError, RecursionError):
        return False


def _whole(path: Path, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    whole = whole_json(path, faults)
    if whole is None:
        return
    if not isinstance(whole, dict):
        faults.append(Fault(str(path), f"{type(whole).__name__}, not an object", "a list of objects, or JSONL"))
        return
    for steps in AROUND:
        rows = _below(whole, steps)
        if isinstance(rows, list) and any(isinstance(row, dict) for row in rows):
            if steps == ("content_elements",) and PARTS_OF_A_STORY & whole.keys():
                break
            about = {key: whole[key] for key in ("language", "lang") if isinstance(whole.get(key), str)}
            for number, row in enumerate(rows, start=1):
                where = f"{path}: row {number}"
                if isinstance(row, dict):
                    yield where, about | row
                else:
                    faults.append(Fault(where, "not a JSON object", "a list of objects"))
            return
    yield f"{path}: row 1", whole


def _below(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(value, list) and step == "0":
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value
