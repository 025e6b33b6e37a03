"""Parallel rows out of line-aligned running text: each sentence is paired with what follows it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, product
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, Field

from polybatch.data.sources.source import About, Reading, Source
from polybatch.data.text import check_aligned, read_lines
from polybatch.errors import DataError, Fault, gathered
from polybatch.languages import check_language
from polybatch.records import Item, ParallelCorpus

Pairing: TypeAlias = Literal["with-sentence", "what-follows"]
WITH_SENTENCE: Pairing = "with-sentence"


def _each_once(pairings: list[Pairing]) -> list[Pairing]:
    if len(set(pairings)) < len(pairings):
        raise ValueError("each pairing once")
    return pairings


class LinesSource(Source):
    """`source = "lines"`: line-aligned running text. Held in memory: equal lines are looked for over all of it."""

    about: ClassVar[About] = About(
        what="line-aligned running text: a sentence to what follows it", licence="yours", upstream="your own files"
    )

    source: Literal["lines"]
    name: str = Field(description="name of the dataset, in counts and ids")
    files: dict[str, list[str]] = Field(description="language -> files, under the data folder, aligned in this order")
    documents: list[str] = Field([], description="files with a document id for each line")
    run: Annotated[int, Field(ge=1)] = Field(3, description="lines per run; a line's passage ends where its run ends")
    pairings: Annotated[list[Pairing], Field(min_length=1), AfterValidator(_each_once)] = Field(
        [WITH_SENTENCE], description="a line's passages: from itself on, from the next line on, or one of each"
    )
    licence: str = Field("unknown", description="for the manifest and the report")
    upstream: str = Field("", description="where the files come from, for the message when they are missing")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """See `load_lines`."""
        with gathered(reading.faults):
            files = {code: [data / path for path in paths] for code, paths in self.files.items()}
            documents = [data / path for path in self.documents]
            runs = _read(self.name, files, documents=documents, run=self.run, pairings=self.pairings)
            for where, item in _items(self.name, runs, self.pairings):
                reading.read += 1
                reading.where = where
                yield item

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        first = next(path for paths in self.files.values() for path in paths)
        return {first.split("/")[0]: self.upstream or self.about.upstream}


def load_lines(
    name: str,
    files: Mapping[str, Sequence[Path]],
    *,
    documents: Sequence[Path] = (),
    run: int = 3,
    pairings: Sequence[Pairing] = (WITH_SENTENCE,),
    licence: str = "unknown",
) -> ParallelCorpus:
    """A corpus from line-aligned files, one list of files per language, in the same order.

    Text is cut into runs of `run` lines, never across a file or a document. Each line of a run is a query, in any
    language, and gives an item for each of `pairings`: its passage is the run from this line on (`with-sentence`), or
    what follows it in the run (`what-follows`), which the last line has nothing of.

    `documents` are files with a document id on each line (FLORES v1 `doc_id`, NTREX `DOCUMENT_IDS.tsv`); without them
    each file is one document. All passages of a run overlap, so a run is a passage group. Runs that hold an equal line
    in one language, ignoring case and spaces, are one group, since one's passage would answer the other's query.

    Raises DataError with every fault: files missing or not aligned, empty lines, unknown languages, `run` too small.
    """
    runs = _read(name, files, documents=documents, run=run, pairings=pairings)
    return ParallelCorpus(name, tuple(item for _, item in _items(name, runs, pairings)), licence)


class _Run(NamedTuple):
    """Consecutive lines of one document, a list of them per language, and where the first stands."""

    path: Path
    line: int
    texts: Mapping[str, Sequence[str]]


def _read(
    name: str,
    files: Mapping[str, Sequence[Path]],
    *,
    documents: Sequence[Path],
    run: int,
    pairings: Sequence[Pairing],
) -> list[_Run]:
    """The runs of all files; places are in the files of the first language."""
    faults: list[Fault] = []
    if run < (smallest := 1 if WITH_SENTENCE in pairings else 2):
        faults.append(Fault(f"{name}: run", f"{run} lines", f"{smallest} or more works"))
    for code in files:
        faults.extend(check_language(code, where=f"{name}: files"))
    counts = {code: len(paths) for code, paths in files.items()} | ({"documents": len(documents)} if documents else {})
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{code} {count}" for code, count in counts.items())
        faults.append(Fault(f"{name}: files", f"the lists differ in length: {found}", "one file each, in one order"))
        raise DataError(faults)

    runs: list[_Run] = []
    for number, first in enumerate(next(iter(files.values()), ())):
        texts = {code: read_lines(paths[number], faults) for code, paths in files.items()}
        sources = {paths[number]: texts[code] for code, paths in files.items()}
        marks: Sequence[str] = ()
        if documents:
            marks = sources[documents[number]] = read_lines(documents[number], faults)
        check_aligned(sources, faults)
        if not faults:
            runs.extend(_cut(first, texts, marks, run))
    if not faults and not runs:
        faults.append(Fault(f"{name}: files", "no lines", "name at least one file per language"))
    if faults:
        raise DataError(faults)
    return runs


def _cut(path: Path, texts: Mapping[str, Sequence[str]], marks: Sequence[str], run: int) -> Iterator[_Run]:
    count = len(next(iter(texts.values())))
    for _, document in groupby(range(count), key=lambda line: marks[line] if marks else ""):
        lines = list(document)
        for start in range(lines[0], lines[-1] + 1, run):
            stop = min(start + run, lines[-1] + 1)
            yield _Run(path, start + 1, {code: list(text[start:stop]) for code, text in texts.items()})


def _items(name: str, runs: Sequence[_Run], pairings: Sequence[Pairing]) -> Iterator[tuple[str, Item]]:
    """The items of all runs, each with the place of its query."""
    groups = _groups(runs)
    for number, (path, first, run) in enumerate(runs):
        length = len(next(iter(run.values())))
        for line, pairing in product(range(length), pairings):
            start, mark = (line, "") if pairing == WITH_SENTENCE else (line + 1, "+")
            if start == length:
                continue
            yield (
                f"{path}:{first + line}",
                Item(
                    id=f"{name}-{number}.{line}{mark}",
                    group=f"{name}-{groups[number]}",
                    queries={code: texts[line] for code, texts in run.items()},
                    passages={code: " ".join(texts[start:]) for code, texts in run.items()},
                ),
            )


def _groups(runs: Sequence[_Run]) -> list[int]:
    """For each run the number of the first run that it is joined to by a chain of equal lines (union-find)."""
    parent = list(range(len(runs)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    seen: dict[tuple[str, str], int] = {}
    for number, run in enumerate(runs):
        for code, texts in run.texts.items():
            for text in texts:
                first = seen.setdefault((code, " ".join(text.casefold().split())), number)
                one, other = sorted((root(first), root(number)))
                parent[other] = one
    return [root(run) for run in range(len(runs))]
