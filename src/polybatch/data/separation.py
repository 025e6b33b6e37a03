"""Whether two collections or sources hold the same texts, by what they are made of. Not here: comparing their texts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from polybatch.data.collections.table import COLLECTIONS, HUB
from polybatch.data.sources.table import SOURCES

KIND = "+"  # what follows it in a collection's name says what a candidate is, not which texts there are


class Made(NamedTuple):
    """What texts are made of: a data set, and the part of it; an empty part may be any, or all."""

    data_set: str
    part: str = ""

    def shares_texts(self, other: "Made") -> bool:
        """Whether both have texts of one data set, in parts that are not known to differ."""
        return self.data_set == other.data_set and (self.part == other.part or not (self.part and other.part))


def collection_of(name: str) -> Made:
    """What a collection is made of, by its name or its folder."""
    base = name.removeprefix(HUB).partition(KIND)[0]
    known = COLLECTIONS.get(base)
    if known is None:
        return Made(str(Path(name).resolve()))
    return Made(known.data_set.texts, known.split)


def source_of(table: Mapping[str, Any]) -> Made | None:
    """What the rows of a `[[train]]` table are made of; None for somebody's own files, which their texts alone tell."""
    source = SOURCES.get(str(table.get("source")))
    if source is None:
        return None
    if not source.about.texts:
        return Made(str(table["source"]), "train") if table["source"] in COLLECTIONS else None
    split = table.get("split") or (source.model_fields["split"].default if "split" in source.model_fields else "")
    return Made(source.about.texts, str(split or ""))


def shared(used: Iterable[Made], tested: Sequence[str]) -> list[str]:
    """The collections tested on that have texts of what was used, in their order."""
    made = list(used)
    return [name for name in tested if any(collection_of(name).shares_texts(each) for each in made)]
