"""AfriQA: questions in ten African languages, translated, and passages of English and French Wikipedia."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.draft import Draft, joined
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published, github
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection, Item

LANGUAGES = ("ak", "bem", "fon", "ha", "ig", "rw", "sw", "wo", "yo", "zu")
PIVOTS = ("en", "fr")

AFRIQA = DataSet(
    "afriqa",
    folder="afriqa",
    licence="CC BY 4.0",
    upstream="github.com/masakhane-io/afriqa",
    web=github("masakhane-io/afriqa", "data/gold_passages/*"),
)


class AfriQASource(Source):
    """`source = "afriqa"`: `data/gold_passages/swa/gold_span_passages.afriqa.swa.en.train.json`, a row a question."""

    about: ClassVar[About] = AFRIQA.about(
        "African question, and its translation, to an English or French passage",
        languages=(*LANGUAGES, *PIVOTS),
        size="12,000 questions over all splits",
    )

    source: Literal["afriqa"] = "afriqa"
    name: str = Field("afriqa", description=NAMED)
    licence: Licence = Field(AFRIQA.licence, description=LICENSED)
    languages: Annotated[list[Literal[LANGUAGES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(LANGUAGES), description="languages of the questions"
    )
    split: Literal["train", "dev"] = Field("train", description="upstream's split; test is kept for evaluation")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a question with a gold passage: title and text. The passage is the group."""
        folder = data / AFRIQA.folder
        named = (
            (language_code(path.name.split(".")[-4]), language_code(path.name.split(".")[-3]), path)
            for path in sorted(folder.glob(f"data/gold_passages/*/gold_span_passages.afriqa.*.*.{self.split}.json"))
        )
        paths = [
            (asked, answering, path)
            for asked, answering, path in named
            if asked and asked in self.languages and answering in PIVOTS
        ]
        if not paths:
            found = f"no gold passages of the {self.split} split in {', '.join(self.languages)}"
            reading.faults.append(Fault(str(folder), found, AFRIQA.works))
        number = -1
        for asked, answering, path in paths:
            for where, row in islice(object_rows(path, reading, fields=("id", "question_lang")), self.rows or None):
                number += 1
                text = joined(row.get("title"), row.get("context")) if cleaned(row.get("context")) else ""
                group, further = passage_groups(self.name, {answering: text}, PIVOTS)
                yield from give(
                    reading,
                    where,
                    id=f"{self.name}-{number}",
                    group=group,
                    queries={asked: row["question_lang"], answering: row.get("question_translated")},
                    passages={answering: text},
                    further=further,
                )


def load_afriqa(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "afriqa", split: str = "test"
) -> Collection:
    """AfriQA's gold passages (arXiv 2305.06897) from a folder in the upstream layout.

    Read: `data/gold_passages/swa/gold_span_passages.afriqa.swa.en.<split>.json`, a row a question: id, question_lang,
    question_translated, title, context. Queries are the questions of `split`, in the African language and, as a second
    version, in the passages' language as people translated them. The pool of English (French) is every gold passage of
    every language and split that is there, title and text, equal ones once: so a pool does not depend on the languages
    asked for. Questions without a gold passage or a translation are counted in the notes. The article of the gold
    passage (its title) is the cluster, the passage where it has no title.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=AFRIQA.licence, languages=languages)
    draft.notes |= {"query": "question, and its translation", "candidate": "title and gold passage", "split": split}
    draft.notes |= {"cluster": "article"}
    found = _files(folder)
    if not found:
        raise DataError(
            [Fault(str(folder), "no AfriQA here", f"data/gold_passages/swa/ and so on, from {AFRIQA.upstream}")]
        )
    passages: dict[tuple[str, str], str] = {}
    for path in found:
        asked, answering, part = path.name.split(".")[-4:-1]
        african, pivot = language_code(asked), language_code(answering)
        if african is None or pivot is None:
            draft.faults.append(Fault(str(path), "unknown languages in its name", "gold_span_passages.afriqa.swa.en."))
            continue
        for where, row in json_rows(path, draft.faults, fields=("id", "question_lang")):
            text = joined(row.get("title"), row.get("context"))
            if not joined(row.get("context")):
                draft.count("questions without a gold passage, left out")
                continue
            if (passage := passages.get((pivot, text))) is None:
                passage = passages[pivot, text] = f"{pivot}:{len(passages)}"
                draft.add_passage(pivot, passage, text, where)
            if part == split and draft.wants(african):
                question = f"{african}:{row['id']}"
                article = f"{pivot}:{joined(row.get('title')) or passage}"
                draft.add_query(african, question, row["question_lang"], where, cluster=article)
                if translated := joined(row.get("question_translated")):
                    draft.add_query(pivot, question, translated, where, cluster=article)
                else:
                    draft.count("questions without a translation")
                draft.judge(question, passage, 1, where)
    return draft.finish()


def holds_afriqa(folder: Path) -> bool:
    """Whether a folder looks like AfriQA's upstream layout."""
    return bool(_files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("data/gold_passages/*/gold_span_passages.afriqa.*.*.*.json"))


PUBLISHED = Published(
    data_sets=(AFRIQA,),
    sources=(AfriQASource,),
    collections={
        "afriqa": NamedCollection("AfriQA: African question to English or French passage", AFRIQA, load_afriqa)
    },
    layout=FolderLayout("AfriQA (data/gold_passages/)", holds_afriqa, load_afriqa),
)
