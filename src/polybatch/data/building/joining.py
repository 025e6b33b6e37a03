"""Join the parts of all datasets into one aligned table in a folder, a part at a time. Not here: making the parts."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from polybatch.data.building.built import IDS
from polybatch.data.building.keys import columns_of, negatives_of, shape_of
from polybatch.data.building.parts import Parts, name_columns
from polybatch.progress import Progress
from polybatch.table.columns import side_name
from polybatch.table.folder import write_shape, write_texts
from polybatch.table.shape import NEGATIVES, CorpusShape


def join_parts(parts: Mapping[str, Parts], folder: Path, progress: Progress) -> CorpusShape:
    """Write the table of these datasets to `folder`, texts, shape and names of rows; its shape.

    Its languages are those of queries and passages. Every text of the parts is written, also of hard negatives that
    only some rows of a dataset have and that its shape therefore leaves out.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    found = {name for one in parts.values() for name in columns_of(one) if "." in name}
    languages = tuple(sorted({code for side, code in map(_split, found) if not side.startswith("negative")}))
    datasets = [shape_of(name, one, languages, negatives=negatives_of(one, languages)) for name, one in parts.items()]
    shape = CorpusShape(languages, tuple(datasets))
    sides = range(max(NEGATIVES + one.negatives for one in datasets))
    needed = [f"{side_name(side)}.{code}" for side in sides for code in languages]
    with progress.task("writing the table", sum(len(one.paths) for one in parts.values())) as advance:

        def tables() -> Iterator[pa.Table]:
            for one in parts.values():
                for table in one.tables():
                    yield table
                    advance(1)

        write_texts(folder, sorted({*needed, *found}, key=_place), tables())
    _write_names(folder / IDS, list(parts.values()))
    write_shape(folder, shape)
    return shape


def _write_names(path: Path, parts: Sequence[Parts]) -> None:
    """The names of rows, as the sources have them: item, group, further groups."""
    further = max(sum(name.startswith("further_") for name in columns_of(one)) for one in parts)
    schema = pa.schema([pa.field(name, pa.large_string()) for name in name_columns(further)])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for one in parts:
            for table in one.tables():
                held = [
                    table.column(name) if name in table.column_names else pa.nulls(len(table), pa.large_string())
                    for name in schema.names
                ]
                writer.write_table(pa.table(held, schema))


def _split(column: str) -> tuple[str, str]:
    side, _, code = column.partition(".")
    return side, code


def _place(column: str) -> tuple[int, int, str]:
    """Queries, passages, then hard negatives by number; each by language."""
    side, code = _split(column)
    kind, _, number = side.partition("_")
    return ("query", "passage", "negative").index(kind), int(number or 0), code
