"""LAReQA's XQuAD-R and MLQA-R: find the sentence that answers a question, among all sentences of all paragraphs."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published, github
from polybatch.data.text import choose_files
from polybatch.errors import DataError, Fault
from polybatch.files import read_text
from polybatch.languages import language_code
from polybatch.records import Collection, Passage, Query

XQUAD_R = DataSet(
    "xquad-r",
    folder="lareqa/xquad-r",
    licence="CC BY-SA 4.0",
    upstream="github.com/google-research-datasets/lareqa",
    made_of="xquad",
)
MLQA_R = DataSet(
    "mlqa-r",
    folder="lareqa/mlqa-r",
    licence="CC BY-NC 4.0",
    upstream="github.com/google-research-datasets/lareqa (mlqa-r at commit 354d67d)",
    made_of="mlqa",
)
LAREQA = DataSet(  # both in one archive
    "lareqa",
    folder="lareqa",
    licence=f"{XQUAD_R.licence} (XQuAD-R), {MLQA_R.licence} (MLQA-R)",
    upstream=MLQA_R.upstream,
    web=github("google-research-datasets/lareqa", "xquad-r/*.json", "mlqa-r/*.json", at="354d67d"),
)
LICENCES = {data_set.name: data_set.licence for data_set in (XQUAD_R, MLQA_R)}


def load_lareqa(
    folder: Path, *, languages: Sequence[str] | None = None, name: str | None = None, paragraph: bool = False
) -> Collection:
    """XQuAD-R or MLQA-R from a folder of `<language>.json` files (arXiv 2004.05484, section 3).

    Every sentence of every paragraph, split at the released `sentence_breaks`, is a candidate, and its id is language,
    paragraph and position, so equal sentences of two paragraphs stay two. The correct one holds the start of the first
    answer (start <= answer_start < end); the answers to the same question id in the other languages are relevant too.
    The candidate's text is the sentence alone, or with `paragraph` the sentence, then its whole paragraph (as LAReQA's
    own models have it): scores of the two are never set side by side. The Wikipedia article is the cluster, its
    versions in all languages together: five questions of XQuAD-R share a paragraph and some 25 an article, so that
    questions are no independent evidence. Articles are matched across languages by the questions that they share.

    Raises DataError with every fault: a missing folder or language, broken JSON, a field that is missing or of the
    wrong type, an answer outside every sentence, a question id twice.
    """
    faults: list[Fault] = []
    files = _files(folder)
    if not files:
        works = f"a folder of <language>.json files with sentence_breaks, from {MLQA_R.upstream}"
        raise DataError([Fault(str(folder), "no XQuAD-R or MLQA-R here", works)])
    files = choose_files(files, languages, faults, where=folder, missing="no {}.json")
    asked: dict[str, list[tuple[str, int, str]]] = {}
    passages: dict[str, tuple[Passage, ...]] = {}
    judgements: dict[str, set[str]] = defaultdict(set)
    for code, path in files.items():
        found = _Language(code, path, faults, paragraph=paragraph)
        asked[code], passages[code] = found.queries, tuple(found.passages)
        for question, passage in found.answers.items():
            judgements[question].add(passage)
    if faults:
        raise DataError(faults)
    name = name or folder.resolve().name
    clusters = _articles(asked)
    return Collection(
        name=name,
        queries={
            code: tuple(Query(question, clusters[question], text) for question, _, text in found)
            for code, found in asked.items()
        },
        passages=passages,
        judgements={question: frozenset(relevant) for question, relevant in judgements.items()},
        licence=LICENCES.get(name.removesuffix("+paragraph"), "unknown"),
        notes={
            "query": "question",
            "candidate": "sentence, then its paragraph" if paragraph else "sentence",
            "cluster": "article",
        },
    )


def _articles(asked: Mapping[str, Sequence[tuple[str, int, str]]]) -> dict[str, str]:
    """Each question's article in all languages, named by its first question: articles that share one are the same."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    questions = list(dict.fromkeys(question for found in asked.values() for question, _, _ in found))
    articles = list(dict.fromkeys((code, article) for code, found in asked.items() for _, article, _ in found))
    node = {name: place for place, name in enumerate((*questions, *articles))}
    links = [(node[question], node[code, article]) for code, found in asked.items() for question, article, _ in found]
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(len(node), len(node)))
    _, part = connected_components(graph, directed=False)
    first: dict[int, str] = {}
    return {question: first.setdefault(int(part[node[question]]), question) for question in questions}


def holds_lareqa(folder: Path) -> bool:
    """Whether a folder looks like XQuAD-R or MLQA-R: JSON files named by languages, the first with sentence breaks."""
    files = _files(folder)
    if not files:
        return False
    with next(iter(files.values())).open(encoding="utf-8", errors="replace") as file:
        # the field stands early in a paragraph; a broken file is for the loader to report
        start = file.read(1_000_000)
    return "sentence_breaks" in start


def _files(folder: Path) -> dict[str, Path]:
    found = ((language_code(path.stem), path) for path in sorted(folder.glob("*.json")))
    return {code: path for code, path in found if code == path.stem}


class _Language:
    """One file, read: its questions with their article's number, its sentences, and which answers each question."""

    def __init__(self, code: str, path: Path, faults: list[Fault], *, paragraph: bool) -> None:
        self.queries: list[tuple[str, int, str]] = []
        self.passages: list[Passage] = []
        self.answers: dict[str, str] = {}
        self._code, self._path, self._faults, self._with_paragraph = code, path, faults, paragraph
        try:
            articles = json.loads(read_text(path))["data"]
            paragraphs = [(place, part) for place, article in enumerate(articles) for part in article["paragraphs"]]
        except json.JSONDecodeError as error:
            faults.append(Fault(f"{path}:{error.lineno}", f"broken JSON: {error.msg}", "fetch the file again"))
            return
        except UnicodeDecodeError as error:
            faults.append(Fault(str(path), f"not UTF-8 at byte {error.start}", "fetch the file again"))
            return
        except (KeyError, TypeError):
            faults.append(Fault(str(path), "not SQuAD's form", "data > paragraphs > context, qas, sentence_breaks"))
            return
        for number, (article, part) in enumerate(paragraphs):
            self._read(number, article, part)

    def _read(self, number: int, article: int, paragraph: Any) -> None:
        where = f"{self._path}: paragraph {number}"
        try:
            context = paragraph["context"]
            breaks = [(int(start), int(end)) for start, end in paragraph["sentence_breaks"]]
            questions = [(qa["id"], qa["question"], int(qa["answers"][0]["answer_start"])) for qa in paragraph["qas"]]
            sentences = [context[start:end] for start, end in breaks]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            works = "context, sentence_breaks, and qas with id, question, answers"
            self._faults.append(Fault(where, f"missing or malformed field ({error!r})", works))
            return
        for position, sentence in enumerate(sentences):
            text = f"{sentence} {context}" if self._with_paragraph else sentence
            self.passages.append(Passage(f"{self._code}:{number}:{position}", text))
        for question, text, answer_start in questions:
            if question in self.answers:
                self._faults.append(Fault(where, f"question {question!r} occurs twice", "ids are unique in a language"))
                continue
            holding = [position for position, (start, end) in enumerate(breaks) if start <= answer_start < end]
            if not holding:
                found = f"question {question!r}: answer_start {answer_start} is outside every sentence"
                self._faults.append(Fault(where, found, f"sentences end at {breaks[-1][1] if breaks else 0}"))
                continue
            self.queries.append((question, article, text))
            self.answers[question] = f"{self._code}:{number}:{holding[0]}"


PUBLISHED = Published(
    data_sets=(LAREQA, XQUAD_R, MLQA_R),
    collections={
        "xquad-r": NamedCollection("XQuAD-R: question to sentence, 11 languages", XQUAD_R, load_lareqa),
        "xquad-r+paragraph": NamedCollection(
            "XQuAD-R: question to sentence with paragraph", XQUAD_R, partial(load_lareqa, paragraph=True)
        ),
        "mlqa-r": NamedCollection("MLQA-R: question to sentence, 7 languages", MLQA_R, load_lareqa),
        "mlqa-r+paragraph": NamedCollection(
            "MLQA-R: question to sentence with paragraph", MLQA_R, partial(load_lareqa, paragraph=True)
        ),
    },
    layout=FolderLayout("LAReQA (<language>.json with sentence_breaks)", holds_lareqa, load_lareqa),
)
