"""Mr. TyDi: questions that people asked in eleven languages, passages of their Wikipedia, with hard negatives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.draft import joined
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.hub import HubSource
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.records import Item

NAMES = {
    "ar": "arabic", "bn": "bengali", "en": "english", "fi": "finnish", "id": "indonesian", "ja": "japanese",
    "ko": "korean", "ru": "russian", "sw": "swahili", "te": "telugu", "th": "thai",
}  # fmt: skip

MR_TYDI = DataSet(
    "mr-tydi",
    folder="mr-tydi",
    licence="Apache-2.0",
    upstream="huggingface.co/datasets/castorini/mr-tydi",
    hub=(Repository("castorini/mr-tydi", ("mrtydi-v1.1-{name}/train.jsonl.gz",)),),
)


class MrTyDiSource(HubSource):
    """`source = "mr-tydi"`: `mrtydi-v1.1-<name>/train.jsonl.gz`, a row a question with its passages."""

    about: ClassVar[About] = MR_TYDI.about(
        "question to a passage of Wikipedia, with hard negatives; one language a row",
        languages=tuple(NAMES),
        size="48,700 questions, 3,547 of them English",
    )
    repository: ClassVar[Repository] = MR_TYDI.hub[0]
    source: Literal["mr-tydi"] = "mr-tydi"
    name: str = Field("mr-tydi", description=NAMED)
    licence: Licence = Field(MR_TYDI.licence, description=LICENSED)
    languages: Annotated[list[Literal[tuple(NAMES)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        ["en"], description="languages to read"
    )
    negatives: Annotated[int, Field(ge=0)] = Field(0, description="hard negatives of an item at most")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item for each passage that answers. Items of one question share a further group."""
        lists = ("positive_passages", "negative_passages")
        number = -1
        for code in self.languages:
            pattern = self.repository.files[0].format(name=NAMES[code])
            for where, row in self.read(data, pattern, reading, texts=("query_id", "query"), lists=lists):
                positives, negatives = (_passages(row.get(name)) for name in lists)
                if not positives:
                    reading.leave_out("no passage that answers", where)
                    continue
                reading.read += len(positives) - 1
                question = f"{self.name}-{code}-{row['query_id']}"
                for docid, text in positives:
                    number += 1
                    yield from give(
                        reading,
                        where,
                        id=f"{self.name}-{number}",
                        group=f"{self.name}-{code}-{docid}",
                        queries={code: row["query"]},
                        passages={code: text},
                        negatives=[{code: one} for _, one in negatives[: self.negatives]],
                        further=(question,),
                    )


def _passages(found: Any) -> list[tuple[str, str]]:
    """Ids and texts, titles before them."""
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [(str(one.get("docid")), joined(one.get("title"), one.get("text"))) for one in rows]


PUBLISHED = Published(data_sets=(MR_TYDI,), sources=(MrTyDiSource,))
