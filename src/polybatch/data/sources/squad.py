"""Files in SQuAD's form, one list of files per language, questions joined by their id. Not here: any one set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from polybatch.data.sources.files import whole_json
from polybatch.data.sources.grouping import Joined, text_key
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.records import Item

FORM = "data > paragraphs > context, qas > id, question"
MALFORMED = "not SQuAD's form"


class Question(NamedTuple):
    """A question of a file, with its paragraph."""

    id: str
    text: str
    context: str
    title: str
    where: str


@dataclass
class _Joined:
    """A question in every language that has it."""

    where: str
    title: str
    queries: dict[str, str] = field(default_factory=dict)
    passages: dict[str, str] = field(default_factory=dict)


class SquadForm(Source):
    """A source of files in SQuAD's form. Files are read whole, and all texts held: SQuAD's own are 40 MB."""

    rows: Limit = 0

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """The files of each language."""
        raise NotImplementedError

    def works(self) -> str:
        """Where files that are missing come from."""
        return f"`polybatch data fetch {self.source}`, or from {self.about.upstream}"

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a question, in the order of the files: the question, and its whole paragraph, in each language.

        Items that share a paragraph in any language, by a chain of them, are one group; the article is a further group.
        Left out: questions without an answer (SQuAD 2), and an id that a language has twice.
        """
        found: dict[str, _Joined] = {}
        paragraphs: Joined[tuple[str, str]] = Joined()
        for code, paths in self.paths(data, reading).items():
            for path in paths:
                for one in questions(path, reading, works=self.works()):
                    question = found.setdefault(one.id, _Joined(one.where, one.title))
                    if code in question.queries:
                        reading.read += 1
                        reading.leave_out(f"an id met before in {code}", f"{one.where}, as in {question.where}")
                        continue
                    question.queries[code], question.passages[code] = one.text, one.context
        for question in found.values():
            paragraphs.join((code, text_key(text)) for code, text in question.passages.items())
        for id, question in islice(found.items(), self.rows or None):
            reading.read += 1
            group = paragraphs.of(next((code, text_key(text)) for code, text in question.passages.items()))
            yield from give(
                reading,
                question.where,
                id=f"{self.name}-{id}",
                group=f"{self.name}-{'-'.join(group)}",
                queries=question.queries,
                passages=question.passages,
                further=(f"{self.name}-{question.title}" if question.title else "",),
            )


class SquadSource(SquadForm):
    """`source = "squad"`: any files in SQuAD's form, such as a set of your own or one translated by machine."""

    about: ClassVar[About] = About(
        what="files in SQuAD's form: question to paragraph; languages joined by question id",
        licence="yours",
        upstream="your own files",
    )

    source: Literal["squad"] = "squad"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    files: Annotated[dict[str, Annotated[list[str], Field(min_length=1)]], Field(min_length=1)] = Field(
        description="language -> files, under the data folder"
    )

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """The files as the recipe names them."""
        if not self.knows(self.files, reading):
            return {}
        return {code: [data / path for path in paths] for code, paths in self.files.items()}

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        return {next(iter(self.files.values()))[0].split("/")[0]: self.about.upstream}

    def works(self) -> str:
        """The user's own files come from nowhere."""
        return "a path under the data folder"


def questions(path: Path, reading: Reading, *, works: str = "") -> Iterator[Question]:
    """The questions of a file in SQuAD's form; those left out are counted, each as a row.

    A row is counted as read only where it is left out: the caller joins rows, and counts what comes of them.
    """
    whole = whole_json(path, reading, works=works)
    if whole is None:
        return
    articles = whole.get("data") if isinstance(whole, dict) else None
    if not isinstance(articles, list):
        reading.faults.append(Fault(str(path), MALFORMED, FORM))
        return
    for number, article in enumerate(articles):
        place = f"{path}: article {number}"
        for at, paragraph in enumerate(_list(article, "paragraphs", place, reading)):
            where = f"{place}, paragraph {at}"
            for qa in _list(paragraph, "qas", where, reading):
                context, title = cleaned(paragraph.get("context")), cleaned(article.get("title"))
                yield from _question(qa, context, title, where, reading)


def _question(qa: Any, context: str, title: str, where: str, reading: Reading) -> Iterator[Question]:
    id = qa.get("id") if isinstance(qa, dict) else None
    if not isinstance(id, str | int) or not cleaned(qa.get("question")) or not context:
        reading.read += 1
        reading.leave_out("no id, no question or no context", f"{where}, question {id}")
    elif qa.get("is_impossible") is True or qa.get("answers") == []:
        reading.read += 1
        reading.leave_out("a question without an answer", f"{where}, question {id}")
    else:
        yield Question(str(id), qa["question"], context, title, f"{where}, question {id}")


def _list(parent: Any, key: str, where: str, reading: Reading) -> list[Any]:
    found = parent.get(key) if isinstance(parent, dict) else None
    if isinstance(found, list):
        return found
    reading.read += 1
    reading.leave_out(f"{MALFORMED}: no list of {key}", where)
    return []
