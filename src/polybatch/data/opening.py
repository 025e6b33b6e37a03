"""A file or folder of training rows as a source, by what it is: for commands that take one without a recipe."""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from polybatch.data.building.built import open_built
from polybatch.data.building.manifest import MANIFEST
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.sources.jsonl import JSONLSource
from polybatch.data.sources.source import About, Reading, Source
from polybatch.data.sources.tmx import TMXSource
from polybatch.data.sources.tsv import TSVSource
from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable
from polybatch.languages import check_language
from polybatch.records import Item

OWN = "your own"  # terms of a file that names none
WORKS = "a .jsonl, .tsv or .tmx file (also .gz), or a folder that `polybatch data build` wrote"
SIDES = ("query", "passage")


class BuiltSource(Source):
    """The rows of a built table, as they were built."""

    about: ClassVar[About] = About(what="a built table", licence="yours", upstream="`polybatch data build`")

    source: Literal["built"] = "built"
    name: str
    licence: str = OWN
    folder: str

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """Its rows, a chunk in memory. Raises DataError where the folder is no built table."""
        for item in open_built(data / self.folder).items():
            reading.read += 1
            yield item


def open_source(path: Path, *, languages: Sequence[str] | None = None) -> Source:
    """The source that a file or folder is; its paths start from the folder `path.parent`.

    A folder is a built table. JSONL is our form of it: of it, and of a table, only `languages` are read where they are
    given, else all; a table (TSV) names its columns `query.en`, `passage.sw`, or by language alone, where each text is
    query and passage both; TMX needs `languages`. Raises DataError for anything else.
    """
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    name = path.name.partition(".")[0] or "rows"
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            raise DataError([Fault(str(path), "a folder that is no built table", WORKS)])
        return BuiltSource(name=path.resolve().name, folder=path.name)
    if not path.is_file():
        raise DataError([Fault(str(path), "no such file or folder", WORKS)])
    if kind == "jsonl":
        found = list(languages or _languages(path))
        return JSONLSource(name=name, licence=OWN, files=[path.name], languages=found)
    if kind == "tsv":
        queries, passages = _columns(path, languages)
        return TSVSource(name=name, licence=OWN, files=[path.name], queries=queries, passages=passages)
    if kind == "tmx":
        if not languages or len(languages) < 2:
            raise DataError([Fault(str(path), "no languages named", "two or more of those in it, such as en,sw")])
        return TMXSource(name=name, licence=OWN, files=[path.name], languages=list(languages))
    raise DataError([Fault(str(path), f"files of {path.suffix or 'no suffix'} are not known", WORKS)])


def _languages(path: Path) -> list[str]:
    """The languages that the rows of a JSONL file name, sorted. What is wrong with rows is for the source to say."""
    faults: list[Fault] = []
    found: set[str] = set()
    for _, row in json_rows(path, faults, fields=()):
        for side in ("queries", "passages"):
            if isinstance(texts := row.get(side), dict):
                found.update(texts)
    known = sorted(code for code in found if not check_language(code, where=""))
    if not known:
        works = '{"id": "1", "queries": {"en": "..."}, "passages": {"sw": "..."}} a line'
        raise DataError([*faults[:1], Fault(str(path), "no row with queries and passages by language", works)])
    return known


def _columns(path: Path, languages: Sequence[str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """The columns of queries and of passages by language, by the first line of a table."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            header = file.readline().decode("utf-8-sig").rstrip("\r\n").split("\t")
    except (OSError, EOFError) as error:
        found = why_unreadable(error) if isinstance(error, OSError) else "broken archive"
        raise DataError([Fault(str(path), found)]) from None
    except UnicodeDecodeError:
        raise DataError([Fault(f"{path}:1", "not UTF-8", "save it as UTF-8")]) from None
    sides: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for column in header:
        side, _, code = column.rpartition(".")
        # a column "id" is Indonesian only to those who say so
        wanted = code in languages if languages else column != "id"
        if wanted and (side in SIDES or not side) and not check_language(code, where=""):
            for one in (side,) if side else SIDES:
                sides[one][code] = column
    if not all(sides.values()):
        works = "columns named query.en, passage.en, passage.sw, or en and sw, where each is query and passage"
        raise DataError([Fault(f"{path}:1", f"columns {', '.join(header)[:200]}", works)])
    return sides["query"], sides["passage"]
