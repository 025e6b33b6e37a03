"""mMARCO: MS MARCO's triples by id, queries and passages translated by machine into 13 languages. Streamed."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.files import line_rows
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.sources.store import NumberedTexts
from polybatch.records import Item

NAMES = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french", "hi": "hindi",
    "id": "indonesian", "it": "italian", "ja": "japanese", "nl": "dutch", "pt": "portuguese", "ru": "russian",
    "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
COLLECTION, QUERIES = (
    "data/google/collections/{name}_collection.tsv",
    "data/google/queries/train/{name}_queries.train.tsv",
)
TRIPLES = "data/triples.train.ids.small.tsv"

MMARCO = DataSet(
    "mmarco",
    folder="mmarco",
    licence="Apache-2.0; MS MARCO is for research that is not commercial",
    upstream="huggingface.co/datasets/unicamp-dl/mmarco",
    hub=(Repository("unicamp-dl/mmarco", (TRIPLES, COLLECTION, QUERIES)),),
)


class MMarcoSource(Source):
    """`source = "mmarco"`: the triples, and a collection and queries per language; an item a triple, in all of them."""

    about: ClassVar[About] = MMARCO.about(
        "question to a passage of the web, with a hard negative; parallel",
        languages=tuple(NAMES),
        size="39,780,811 triples, 8.8 million passages",
    )
    source: Literal["mmarco"] = "mmarco"
    name: str = Field("mmarco", description=NAMED)
    licence: Licence = Field(MMARCO.licence, description=LICENSED)
    languages: Annotated[list[Literal[tuple(NAMES)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        description="languages to read, each of query, passage and negative"
    )
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """Items in the order of the triples, which upstream shuffled: the first million are a sample of all.

        A passage is the group, by its number; the question a further group, since a question with two passages has no
        negative in either. A text that one language lacks is a note, and the item is without it there.
        """
        folder = data / MMARCO.folder
        works = f"{MMARCO.works} into {folder}"
        with ExitStack() as stack:

            def texts(pattern: str) -> dict[str, NumberedTexts]:
                return {
                    code: stack.enter_context(
                        closing(NumberedTexts(folder / pattern.format(name=NAMES[code]), reading, works=works))
                    )
                    for code in self.languages
                }

            passages, queries = texts(COLLECTION), texts(QUERIES)
            if reading.faults:
                return
            triples = line_rows(folder / TRIPLES, reading, works=works)
            for number, (where, line) in enumerate(islice(triples, self.rows or None)):
                columns = line.split("\t")
                if len(columns) != 3 or not all(one.isascii() and one.isdigit() and len(one) < 9 for one in columns):
                    reading.leave_out("not three numbers", where)
                    continue
                query, positive, negative = map(int, columns)
                found = [
                    {code: text for code, one in side.items() if (text := one[wanted])}
                    for side, wanted in ((queries, query), (passages, positive), (passages, negative))
                ]
                for what, one in zip(("query", "passage", "negative"), found, strict=True):
                    for code in self.languages:
                        if code not in one:
                            reading.note(f"a {what} that {code} lacks", where)
                yield from give(
                    reading,
                    where,
                    id=f"{self.name}-{number}",
                    group=f"{self.name}-{positive}",
                    queries=found[0],
                    passages=found[1],
                    negatives=found[2:],
                    further=(f"{self.name}-query-{query}",),
                )


PUBLISHED = Published(data_sets=(MMARCO,), sources=(MMarcoSource,))
