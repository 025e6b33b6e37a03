"""Topics and judgements in TREC's and in BEIR's form, line by line. Not here: runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from polybatch.data.formats.lines import numbered_lines
from polybatch.errors import Fault


class Judgement(NamedTuple):
    """A line of judgements: where it stands, what it says. Grade 0 or less is judged and not relevant."""

    where: str
    query: str
    passage: str
    grade: int


def topic_rows(path: Path, faults: list[Fault], *, works: str = "") -> Iterator[tuple[str, str, str]]:
    """The topics of a file without header and quotes: place, id, text (all after the first tab)."""
    for where, line in numbered_lines(path, faults, works=works):
        topic, tab, text = line.partition("\t")
        if not tab:
            faults.append(Fault(where, "no tab", "id, tab, text"))
            continue
        yield where, topic.strip(), text.strip()


def qrels_rows(path: Path, faults: list[Fault], *, works: str = "") -> Iterator[Judgement]:
    """The judgements of a file in TREC's form: query, anything, passage, grade, apart by white space."""
    for where, line in numbered_lines(path, faults, works=works):
        parts = line.split()
        if len(parts) != 4:
            faults.append(Fault(where, f"{len(parts)} columns", "query, Q0, passage, grade"))
        elif (grade := _grade(parts[3], where, faults)) is not None:
            yield Judgement(where, parts[0], parts[2], grade)


def scored_rows(path: Path, faults: list[Fault]) -> Iterator[Judgement]:
    """The judgements of a file in BEIR's form: a header `query-id corpus-id score`, then those three, apart by tabs."""
    lines = numbered_lines(path, faults)
    for where, header in lines:
        if header.split("\t") == ["query-id", "corpus-id", "score"]:
            break
        faults.append(Fault(where, f"header {header!r}", "query-id, corpus-id, score, apart by tabs"))
        return
    for where, line in lines:
        parts = line.split("\t")
        if len(parts) != 3:
            faults.append(Fault(where, f"{len(parts)} columns", "query-id, corpus-id, score"))
        elif (grade := _grade(parts[2], where, faults)) is not None:
            yield Judgement(where, parts[0], parts[1], grade)


def _grade(text: str, where: str, faults: list[Fault]) -> int | None:
    try:
        return int(text)
    except ValueError:
        faults.append(Fault(where, f"grade {text!r}", "a whole number; 0 means not relevant"))
        return None
