"""Tables with tabs between the columns: which columns are queries and passages, in which language, the recipe says."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.sources.files import table_rows
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import item_of
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.records import Item

Columns = Annotated[dict[str, str], Field(min_length=1)]


class TSVSource(Source):
    """`source = "tsv"`: `queries = { en = "title" }`, `passages = { en = "body", sw = "mwili" }`."""

    about: ClassVar[About] = About(
        what="tables with tabs: columns of queries and of passages",
        licence="yours",
        upstream="your own files, or opus.nlpl.eu and the like",
    )

    source: Literal["tsv"] = "tsv"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    files: Annotated[list[str], Field(min_length=1)] = Field(description="tables, under the data folder; plain or .gz")
    queries: Columns = Field(description="language -> column of the query")
    passages: dict[str, str] = Field({}, description="language -> column of the passage; those of the queries if none")
    group: str = Field("", description="column of the passage's or document's id, if there is one")
    header: bool = Field(True, description="whether the first row names the columns; else they are `1`, `2` and so on")
    quotes: bool = Field(False, description="quotes as spreadsheets write them; else a quotation mark is text")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a row, in all its languages. Equal passages in any language share a group, or the group's column."""
        passages = self.passages or self.queries
        if not self.knows([*self.queries, *self.passages], reading):
            return
        columns = dict.fromkeys([*self.queries.values(), *passages.values(), *filter(None, [self.group])])
        rows = (
            row
            for path in self.files
            for row in table_rows(
                data / path,
                reading,
                fields=list(columns),
                quotes=self.quotes,
                header=self.header,
                works="a path under the data folder",
            )
        )
        for number, (where, row) in enumerate(islice(rows, self.rows or None)):
            texts = _texts(row, passages)
            group, further = passage_groups(self.name, texts, list(passages), further=reading.further)
            if self.group:
                further = (*further, f"{self.name}-{row[self.group]}")
            id, queries = f"{self.name}-{number}", _texts(row, self.queries)
            item = item_of(reading, where, id=id, group=group, queries=queries, passages=texts, further=further)
            if item:
                yield item

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        return {self.files[0].split("/")[0]: self.about.upstream}


def _texts(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    return {code: text for code, column in columns.items() if (text := row[column].strip())}
