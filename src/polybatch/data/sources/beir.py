"""BEIR's form for training: a corpus, queries, and judgements, of which those over 0 are pairs."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.draft import joined
from polybatch.data.sources.files import object_rows, table_rows
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.data.sources.store import NamedTexts, named_texts
from polybatch.errors import Fault
from polybatch.languages import language_code
from polybatch.records import Item

COLUMNS = ("query-id", "corpus-id", "score")


class BEIRSource(Source):
    """`source = "beir"`: `corpus.jsonl`, `queries.jsonl` and `qrels/train.tsv` in a folder."""

    about: ClassVar[About] = About(
        what="a folder in BEIR's form: queries and their relevant passages",
        licence="yours",
        upstream="your own files, or huggingface.co/BeIR",
    )

    source: Literal["beir"] = "beir"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    folder: str = Field(description="the folder, under the data folder")
    split: str = Field("train", description="which relevance judgements: `qrels/<split>.tsv`")
    language: str = Field("", description="language of texts that name none, as BEIR's own do")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a judgement over 0: title and text. The passage is the group, the query a further one.

        Queries and passages are of the language on their line, or `language`. They are kept in a database on the disk
        while this runs, so that memory is bounded.
        """
        folder = data / self.folder
        if self.language and not self.knows([self.language], reading):
            return
        with named_texts() as passages, named_texts() as queries:
            self._fill(passages, folder, "corpus.jsonl", reading)
            self._fill(queries, folder, "queries.jsonl", reading)
            if reading.faults:
                return
            judgements = table_rows(folder / "qrels" / f"{self.split}.tsv", reading, fields=COLUMNS)
            for number, (where, row) in enumerate(islice(judgements, self.rows or None)):
                query, passage, score = (row[name] for name in COLUMNS)
                asked, answer = queries.get(query), passages.get(passage)
                if not score.strip().lstrip("-").isdecimal():
                    reading.leave_out("a score that is no whole number", where)
                elif int(score) < 1:
                    reading.leave_out("not relevant by its judgement", where)
                elif asked is None or answer is None:
                    reading.leave_out(f"an unknown {'query' if asked is None else 'passage'}", where)
                else:
                    yield from give(
                        reading,
                        where,
                        id=f"{self.name}-{number}",
                        group=f"{self.name}-{passage}",
                        queries={asked[0]: asked[1]},
                        passages={answer[0]: answer[1]},
                        further=(f"{self.name}-query-{query}",),
                    )

    def folders(self) -> Mapping[str, str]:
        """Its folder."""
        return {self.folder: self.about.upstream}

    def _fill(self, texts: NamedTexts, folder: Path, name: str, reading: Reading) -> None:
        """Add the texts of a file; one of no use is a note, and its judgements are left out."""
        path = folder / name if (folder / name).exists() else folder / f"{name}.gz"
        own = Reading(reading.faults)  # these are no rows: rows are the judgements
        for where, row in object_rows(path, own, fields=("_id", "text")):
            code = self.language or ""
            if named := cleaned(row.get("language")):
                code = language_code(named) or ""
            text = joined(row.get("title"), row["text"])
            if not code:
                reading.note("a text without a language: `language` in the recipe names one", where)
            elif any("\ud800" <= one <= "\udfff" for one in text + row["_id"]):
                reading.note("half a surrogate pair: not text", where)
            elif not texts.add(row["_id"], code, text):
                reading.note("an id met before: its first text is kept", where)
        for reason, count in own.left_out.items():
            for where in own.places[reason]:
                reading.note(f"{name}: {reason}", where)
            reading.notes[f"{name}: {reason}"] += count - len(own.places[reason])
        if not reading.faults and own.read == 0:
            reading.faults.append(Fault(str(path), "no texts", "an object with _id and text on each line"))
