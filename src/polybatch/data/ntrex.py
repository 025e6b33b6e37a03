"""NTREX-128, human-translated news, as a collection: find a document's passages by its headline."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from polybatch.data.text import check_aligned, choose_files, read_lines
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection, Passage, Query

UPSTREAM = "github.com/MicrosoftTranslator/NTREX"
LICENCE = "CC BY-SA 4.0"
LINES_PER_PASSAGE = 3


def load_ntrex_news(folder: Path, *, languages: Sequence[str] | None = None, name: str = "ntrex-news") -> Collection:
    """NTREX-news from a folder in the upstream layout (`DOCUMENT_IDS.tsv` beside `NTREX-128/`).

    A query is a document's first line, its headline. Passages are the rest of every document, cut into runs of three
    lines (the last may be shorter), in every language. All passages of the document are relevant, and the document is
    the cluster. Where several files are of one language (zho-CN, zho-TW), the one with the shortest, then
    alphabetically first code is read. All languages found are loaded unless `languages` names some.

    Raises DataError with every fault: a missing folder, language or file, misaligned lines, a document of one line.
    """
    faults: list[Fault] = []
    files = _files(folder)
    if not files:
        works = f"a folder with DOCUMENT_IDS.tsv and NTREX-128/newstest2019-*.txt, from {UPSTREAM}"
        raise DataError([Fault(str(folder), "no NTREX-128 here", works)])
    files = choose_files(files, languages, faults, where=folder / "NTREX-128", missing="no file for {!r}")
    marks_path = folder / "DOCUMENT_IDS.tsv"
    marks = read_lines(marks_path, faults, works=f"from {UPSTREAM}")
    texts = {code: read_lines(path, faults) for code, path in files.items()}
    check_aligned({marks_path: marks} | {files[code]: text for code, text in texts.items()}, faults)
    documents: dict[str, list[int]] = defaultdict(list)
    for line, document in enumerate(marks):
        documents[document].append(line)
    for document, lines in documents.items():
        if len(lines) < 2:
            found = f"document {document!r} has only a headline"
            faults.append(Fault(f"{marks_path}:{lines[0] + 1}", found, "2 or more lines a document"))
    if faults:
        raise DataError(faults)

    passages: dict[str, list[Passage]] = {code: [] for code in texts}
    judgements: dict[str, set[str]] = defaultdict(set)
    for document, (_, *rest) in documents.items():
        for number, start in enumerate(range(0, len(rest), LINES_PER_PASSAGE)):
            run = rest[start : start + LINES_PER_PASSAGE]
            for code, text in texts.items():
                passage = Passage(f"{code}:{document}:{number}", " ".join(text[line] for line in run))
                passages[code].append(passage)
                judgements[document].add(passage.id)
    return Collection(
        name=name,
        queries={
            code: tuple(Query(document, document, text[first]) for document, (first, *_) in documents.items())
            for code, text in texts.items()
        },
        passages={code: tuple(found) for code, found in passages.items()},
        judgements={query: frozenset(relevant) for query, relevant in judgements.items()},
        licence=LICENCE,
        notes={"query": "headline", "candidate": f"{LINES_PER_PASSAGE} lines of the body"},
    )


def holds_ntrex(folder: Path) -> bool:
    """Whether a folder looks like NTREX-128's upstream layout."""
    return bool(_files(folder))


def _files(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    found = (folder / "NTREX-128").glob("newstest2019-*.txt")
    for path in sorted(found, key=lambda path: (len(path.name), path.name)):
        code = language_code(path.name.removesuffix(".txt").split(".")[-1])
        if code:
            files.setdefault(code, path)
    return files
