"""Collections of aligned running text: lines are queries, runs of other lines passages. Not here: which lines."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from polybatch.records import Collection, Passage, Query

LINES_PER_PASSAGE = 3


def runs_of(lines: Sequence[int]) -> list[list[int]]:
    """Runs of LINES_PER_PASSAGE lines that follow each other in `lines`; the last may be shorter."""
    return [list(lines[start : start + LINES_PER_PASSAGE]) for start in range(0, len(lines), LINES_PER_PASSAGE)]


def running_collection(
    name: str,
    texts: Mapping[str, Sequence[str]],
    queries: Mapping[str, Sequence[int]],
    runs: Mapping[str, Sequence[Sequence[int]]],
    *,
    licence: str,
    notes: Mapping[str, str],
) -> Collection:
    """A collection of documents whose runs, in every language, answer all queries of the document, which is a cluster.

    `texts`: language -> lines, aligned. `queries` and `runs`: document -> numbers of lines. A query is named as its
    document, or `document:place` where it has several; a passage `language:document:place`.
    """
    ids = {
        document: [document if len(lines) == 1 else f"{document}:{place}" for place in range(len(lines))]
        for document, lines in queries.items()
    }
    passages: dict[str, list[Passage]] = {code: [] for code in texts}
    relevant: dict[str, set[str]] = defaultdict(set)
    for document, cut in runs.items():
        for number, run in enumerate(cut):
            for code, text in texts.items():
                passage = Passage(f"{code}:{document}:{number}", " ".join(text[line] for line in run))
                passages[code].append(passage)
                relevant[document].add(passage.id)
    return Collection(
        name=name,
        queries={
            code: tuple(
                Query(one, document, text[line])
                for document, lines in queries.items()
                for one, line in zip(ids[document], lines, strict=True)
            )
            for code, text in texts.items()
        },
        passages={code: tuple(found) for code, found in passages.items()},
        judgements={one: frozenset(relevant[document]) for document in queries for one in ids[document]},
        licence=licence,
        notes=dict(notes),
    )
