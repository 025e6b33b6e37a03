"""Parallel rows in a form of our own: a JSON object a line, with queries and passages by language."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from xxhash import xxh3_64_intdigest

from polybatch.data.sources.files import Row, object_rows
from polybatch.data.sources.grouping import passage_groups, passage_keys
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import item_of, texts_of
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.languages import check_language
from polybatch.records import Item


class JSONLSource(Source):
    """`source = "jsonl"`: `{"id": "1", "group": "a", "queries": {"en": "..."}, "passages": {"sw": "..."}}` a line.

    Besides: `negatives`, a list of objects like `passages`; `further`, a list of the names of further groups.
    """

    about: ClassVar[About] = About(
        what="a JSON object a line: queries and passages by language, perhaps negatives and groups",
        licence="yours",
        upstream="your own files",
    )

    source: Literal["jsonl"] = "jsonl"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    files: Annotated[list[str], Field(min_length=1)] = Field(description=".jsonl or .jsonl.gz, under the data folder")
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a row. Without a `group`, equal passages in any language share one; an id met before is left out.

        Held in memory: 8 bytes of each id, some 80 MB for a million. A row has as many further groups as the first one,
        since all items of a corpus have the same number; fewer are filled up, and more are left out.
        """
        if not self.knows(self.languages, reading):
            return
        rows = (
            row
            for path in self.files
            for row in object_rows(data / path, reading, fields=("id",), works="a path under the data folder")
        )
        name, languages = self.name, self.languages
        seen: set[int] = set()
        kinds: int | None = None
        for where, row in islice(rows, self.rows or None):
            key = xxh3_64_intdigest(row["id"].encode("utf-8", "surrogatepass"))
            if key in seen:
                reading.leave_out("an id met before", f"{where} ({row['id']!r})")
                continue
            seen.add(key)
            if wrong := _wrong(row):
                reading.leave_out(wrong, where)
                continue
            queries, passages = texts_of(row["queries"], languages), texts_of(row["passages"], languages)
            if row.get("group"):  # the passage's own is not made for nothing
                group = f"{name}-group-{row['group']}"
                further = passage_keys(name, passages, languages[1:]) if reading.further else ()
            else:
                group, further = passage_groups(name, passages, languages, further=reading.further)
            named = [f"{name}-{one}" if one else "" for one in row.get("further") or ()]
            kinds = len(named) if kinds is None else kinds
            if len(named) > kinds:
                reading.leave_out("more further groups than the first row has", where)
                continue
            if kinds:
                further = (*further, *(named + [""] * kinds)[:kinds])
            item = item_of(
                reading,
                where,
                id=f"{name}-{row['id']}",
                group=group,
                queries=queries,
                passages=passages,
                negatives=[texts_of(one, languages) for one in row.get("negatives") or ()],
                further=further,
            )
            if item:
                yield item

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        return {self.files[0].split("/")[0]: self.about.upstream}


def _wrong(row: Row) -> str:
    """What is wrong with the form of a row, if anything."""
    for name in ("queries", "passages"):
        side = row.get(name)
        if not isinstance(side, dict) or not side:
            return f"no {name} by language"
        for code in side:
            if not _is_language(code):
                return f"unknown language {code[:20]!r}"
    if "negatives" in row and not _is_list(row["negatives"], dict):
        return "negatives that are no list of objects"
    if "further" in row and not _is_list(row["further"], str):
        return "further groups that are no list of names"
    if not isinstance(row.get("group") or "", (str, int)):
        return "a group that is no name"
    return ""


@lru_cache(maxsize=1024)
def _is_language(code: str) -> bool:
    return not check_language(code, where="")


def _is_list(found: Any, kind: type) -> bool:
    return found is None or (isinstance(found, list) and all(isinstance(one, kind) for one in found))
