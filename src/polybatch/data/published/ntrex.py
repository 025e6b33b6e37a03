"""NTREX-128: 123 news documents in 128 languages, line by line, translated by people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from polybatch.data.collections.running import LINES_PER_PASSAGE, running_collection, runs_of
from polybatch.data.collections.sentences import sentence_collection
from polybatch.data.pairing import Document
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published, github
from polybatch.data.sources.items import give_document
from polybatch.data.sources.running import PAIRS, Kinds, Tokens
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.text import check_aligned, choose_files, read_lines
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection, Item

NTREX = DataSet(
    "ntrex",
    folder="ntrex",
    licence="CC BY-SA 4.0",
    upstream="github.com/MicrosoftTranslator/NTREX",
    web=github("MicrosoftTranslator/NTREX", "NTREX-128/*.txt", "DOCUMENT_IDS.tsv", "LANGUAGES.tsv"),
)


class NTREXSource(Source):
    """`source = "ntrex"`: `DOCUMENT_IDS.tsv` beside `NTREX-128/newstest2019-ref.swa.txt`. Never test on it."""

    about: ClassVar[About] = NTREX.about(
        "news, parallel: headline to passages, sentence to the next; ntrex-news is made of it",
        size="123 documents, 1,997 lines, 128 languages",
    )

    source: Literal["ntrex"] = "ntrex"
    name: str = Field("ntrex", description=NAMED)
    licence: Licence = Field(NTREX.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    pairs: Kinds = Field(["headline", "next"], description=PAIRS)
    tokens: Tokens = 180

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """The pairs of each document, whose first line is its headline; a document is a group. Held in memory.

        Of several files in one language (zho-CN, zho-TW), the one with the shortest, then first code is read. A fault
        in any line refuses the source, since its files must align.
        """
        folder = data / NTREX.folder
        if not self.knows(self.languages, reading):
            return
        works = NTREX.works
        if not (folder / "NTREX-128").is_dir():
            reading.faults.append(Fault(str(folder / "NTREX-128"), "no such folder", works))
            return
        found = _files(folder)
        files = choose_files(found, self.languages, reading.faults, where=folder, missing="no file for {!r}")
        marks_path = folder / "DOCUMENT_IDS.tsv"
        marks = read_lines(marks_path, reading.faults, works=works)
        texts = {code: read_lines(path, reading.faults) for code, path in files.items()}
        check_aligned({marks_path: marks} | {files[code]: lines for code, lines in texts.items()}, reading.faults)
        if reading.faults:
            return
        documents: dict[str, list[int]] = defaultdict(list)
        for line, mark in enumerate(marks):
            documents[mark].append(line)
        for mark, (first, *body) in documents.items():
            document = Document(
                id=f"{self.name}-{mark}",
                sentences={code: [lines[line] for line in body] for code, lines in texts.items()},
                headlines={code: lines[first] for code, lines in texts.items()},
                aligned=True,
            )
            yield from give_document(document, self.pairs, self.tokens, reading, f"{marks_path}:{first + 1}")


def load_ntrex_news(folder: Path, *, languages: Sequence[str] | None = None, name: str = "ntrex-news") -> Collection:
    """NTREX-news by headline, from a folder in the upstream layout (`DOCUMENT_IDS.tsv` beside `NTREX-128/`).

    A query is a document's first line, its headline. Passages are the rest of every document, cut into runs of three
    lines (the last may be shorter), in every language. All passages of the document are relevant, and the document is
    the cluster. Where several files are of one language (zho-CN, zho-TW), the one with the shortest, then
    alphabetically first code is read. All languages found are loaded unless `languages` names some.

    Raises DataError with every fault: a missing folder, language or file, misaligned lines, a document of one line.
    """
    news = _read(folder, languages)
    queries = {document: [first] for document, (first, *_) in news.documents.items()}
    runs = {document: runs_of(rest) for document, (_, *rest) in news.documents.items()}
    return _collection(news, name, queries, runs, query="headline")


def load_ntrex_held_out(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "ntrex-news-held-out"
) -> Collection:
    """NTREX-news by a sentence held out: find the other passages of the document that a line was taken from.

    After the headline, which is not used, a document's lines are dealt in fours: three make a passage, the fourth is a
    query and in no passage. A document too short for that gives its last line as the query. All passages of the
    document are relevant, in every language, and the document is the cluster. A line that its document says twice is
    held out once (one query of the 214 in half of NTREX).

    Files, and faults, as in `load_ntrex_news`; a document of two lines has no passage beside its query: a fault.
    """
    news = _read(folder, languages, least=3)
    queries: dict[str, list[int]] = {}
    runs: dict[str, list[list[int]]] = {}
    for document, (_, *body) in news.documents.items():
        queries[document] = body[LINES_PER_PASSAGE :: LINES_PER_PASSAGE + 1] or body[-1:]
        kept = [line for line in body if line not in queries[document]]
        runs[document] = runs_of(kept)
    return _collection(news, name, queries, runs, query="sentence taken out of the body")


def load_ntrex_sentences(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "ntrex-sentences"
) -> Collection:
    """NTREX sentence to sentence: find a line's translation among all lines; see `sentence_collection`.

    The document is the cluster. Files, and faults, as in `load_ntrex_news`.
    """
    news = _read(folder, languages)
    lines = [(f"{document}:{number}", document) for document, lines in news.documents.items() for number in lines]
    order = [number for lines in news.documents.values() for number in lines]
    texts = {code: [text[number] for number in order] for code, text in news.texts.items()}
    ids, clusters = zip(*lines, strict=True)
    return sentence_collection(name, texts, ids, clusters, licence=NTREX.licence, notes={"cluster": "document"})


def holds_ntrex(folder: Path) -> bool:
    """Whether a folder looks like NTREX-128's upstream layout."""
    return bool(_files(folder))


class _News(NamedTuple):
    """The lines of every language, and the numbers of each document's lines, from 0."""

    texts: Mapping[str, Sequence[str]]
    documents: Mapping[str, Sequence[int]]


def _read(folder: Path, languages: Sequence[str] | None, *, least: int = 2) -> _News:
    faults: list[Fault] = []
    files = _files(folder)
    if not files:
        works = f"a folder with DOCUMENT_IDS.tsv and NTREX-128/newstest2019-*.txt, from {NTREX.upstream}"
        raise DataError([Fault(str(folder), "no NTREX-128 here", works)])
    files = choose_files(files, languages, faults, where=folder / "NTREX-128", missing="no file for {!r}")
    marks_path = folder / "DOCUMENT_IDS.tsv"
    marks = read_lines(marks_path, faults, works=f"from {NTREX.upstream}")
    texts = {code: read_lines(path, faults) for code, path in files.items()}
    check_aligned({marks_path: marks} | {files[code]: text for code, text in texts.items()}, faults)
    documents: dict[str, list[int]] = defaultdict(list)
    for line, document in enumerate(marks):
        documents[document].append(line)
    for document, lines in documents.items():
        if len(lines) < least:
            found = f"document {document!r} has only {'a headline' if len(lines) == 1 else f'{len(lines)} lines'}"
            faults.append(Fault(f"{marks_path}:{lines[0] + 1}", found, f"{least} or more lines a document"))
    if faults:
        raise DataError(faults)
    return _News(texts, documents)


def _collection(
    news: _News,
    name: str,
    queries: Mapping[str, Sequence[int]],
    runs: Mapping[str, Sequence[Sequence[int]]],
    *,
    query: str,
) -> Collection:
    notes = {"query": query, "candidate": f"{LINES_PER_PASSAGE} lines of the body", "cluster": "document"}
    return running_collection(name, news.texts, queries, runs, licence=NTREX.licence, notes=notes)


def _files(folder: Path) -> dict[str, Path]:
    """The file of each language; of several in one, that with the shortest, then first name."""
    files: dict[str, Path] = {}
    found = (folder / "NTREX-128").glob("newstest2019-*.txt")
    for path in sorted(found, key=lambda path: (len(path.name), path.name)):
        code = language_code(path.name.removesuffix(".txt").split(".")[-1])
        if code:
            files.setdefault(code, path)
    return files


PUBLISHED = Published(
    data_sets=(NTREX,),
    sources=(NTREXSource,),
    collections={
        "ntrex-news": NamedCollection("NTREX-128 news: headline to passages", NTREX, load_ntrex_news),
        "ntrex-news-held-out": NamedCollection(
            "NTREX-128 news: sentence to the rest of its document", NTREX, load_ntrex_held_out
        ),
        "ntrex-sentences": NamedCollection("NTREX-128 news: sentence to translation", NTREX, load_ntrex_sentences),
    },
    layout=FolderLayout("NTREX-128 (DOCUMENT_IDS.tsv, NTREX-128/)", holds_ntrex, load_ntrex_news),
)
