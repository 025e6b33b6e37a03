"""English questions and the passages that answer them, a row each: what four of the hub's sets have in common."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import HubSource
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.source import Reading
from polybatch.records import Item
from polybatch.text.passages import cut_passages

Tokens = Annotated[
    int, Field(ge=0, description="cut the text, and take the passage that holds an answer; 0 for the whole text")
]
NOT_IN_TEXT = "no passage holds an answer word for word"
LANGUAGE = "en"


class QuestionSource(HubSource):
    """A set of `question` and `text` columns, perhaps with `answers`. A text is a passage group, cut or whole."""

    question: ClassVar[str] = "question"
    text: ClassVar[str]
    answers: ClassVar[str] = ""

    def pattern(self) -> str:
        """Where the files of the training split lie in the repository."""
        raise NotImplementedError

    def columns(self) -> tuple[str, str]:
        """The columns of the query and of the passage."""
        return self.question, self.text

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a row; a row without an answer in its text is left out where the text is cut."""
        question, text = self.columns()
        tokens = getattr(self, "tokens", 0)
        lists = (self.answers,) if tokens else ()
        before: tuple[str, list[str]] = "", []  # rows of one text follow one another
        for number, (where, row) in enumerate(
            self.read(data, self.pattern(), reading, texts=(question, text), lists=lists)
        ):
            passage = whole = cleaned(row[text])
            if tokens and whole:
                if before[0] != whole:
                    before = whole, cut_passages(whole, language=LANGUAGE, tokens=tokens)
                passage = holding(before[1], row.get(self.answers))
                if not passage:
                    reading.leave_out(NOT_IN_TEXT, where)
                    continue
            yield from give(
                reading,
                where,
                id=f"{self.name}-{number}",
                group=f"{self.name}-{text_key(whole)}",
                queries={LANGUAGE: row[question]},
                passages={LANGUAGE: passage},
            )


def holding(passages: Sequence[str], answers: Any) -> str:
    """The first passage that has one of the answers in it, ignoring case; empty where none has."""
    wanted = [answer.casefold() for one in answers if (answer := cleaned(one))] if isinstance(answers, list) else []
    return next((one for one in passages if any(answer in one.casefold() for answer in wanted)), "")
