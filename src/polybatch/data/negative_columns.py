"""Write mined hard negatives as columns of a built table, in a new folder. Not here: which passages they are."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.data.building.built import IDS, Built, open_built
from polybatch.data.building.manifest import MANIFEST
from polybatch.data.negatives import Mined, Rule, present_sides
from polybatch.errors import DataError, Fault
from polybatch.files import write_json, written_aside
from polybatch.provenance import content_hash
from polybatch.table.columns import side_name
from polybatch.table.folder import write_shape, write_texts
from polybatch.table.shape import NEGATIVES, PASSAGE, QUERY, CorpusShape, dataset_shape


def check_out(built: Built, out: Path) -> None:
    """Raise DataError where `write_negatives` would not write to `out`: mining takes minutes."""
    if out.resolve() == built.folder.resolve() or (out.exists() and not (out / MANIFEST).is_file()):
        raise DataError([Fault(str(out), "holds something else", "a new folder, beside the table's own")])


def write_negatives(built: Built, mined: Sequence[Mined], out: Path, *, rule: Rule, by: str, command: str) -> Built:
    """Write a built table with these negatives to the folder `out`, whole or not at all; those it had are replaced.

    It opens as what `polybatch data build` writes does; its manifest says under `negatives` what mined them, by which
    rule, and how many there are in each dataset and language. Raises DataError where `out` holds anything else.
    """
    check_out(built, out)
    shape = _with_negatives(built.table.shape, mined, rule.count)
    with written_aside(out) as new:
        new.mkdir()
        sides = [side_name(side) for side in range(NEGATIVES + rule.count)]
        write_texts(new, [f"{side}.{code}" for side in sides for code in shape.languages], _parts(built, mined))
        shutil.copyfile(built.folder / IDS, new / IDS)
        write_shape(new, shape)
        write_json(new / MANIFEST, _manifest(built, mined, rule, by, command))
    return open_built(out)


def _parts(built: Built, mined: Sequence[Mined]) -> Iterator[pa.Table]:
    """The texts of a table and its negatives, as many rows at a time as the parts of its names have."""
    table = built.table
    names = pa.ipc.open_file(pa.memory_map(str(built.folder / IDS)))
    ends = np.cumsum([names.get_batch(number).num_rows for number in range(names.num_record_batches)]).tolist()
    firsts = dict(zip((one.name for one in table.shape.datasets), table.shape.firsts.tolist(), strict=False))
    for start, end in pairwise([0, *ends]):
        rows = np.arange(start, end)
        columns: dict[str, Any] = {
            f"{side_name(side)}.{code}": pa.array(table.texts(side, code, rows), pa.large_string())
            for side in (QUERY, PASSAGE)
            for code in table.languages
        }
        for code in table.languages:
            chosen = np.full((len(rows), mined[0].chosen.shape[1]), -1)
            for one in mined:
                if one.language == code:
                    first = firsts[one.dataset]
                    begin, stop = max(start, first), min(end, first + len(one.chosen))
                    if begin < stop:
                        chosen[begin - start : stop - start] = one.chosen[begin - first : stop - first]
            for number, of in enumerate(chosen.T):
                texts = iter(table.texts(PASSAGE, code, of[of >= 0]))
                column = [next(texts) if row >= 0 else None for row in of.tolist()]
                columns[f"{side_name(NEGATIVES + number)}.{code}"] = pa.array(column, pa.large_string())
        yield pa.table(columns)


def _with_negatives(shape: CorpusShape, mined: Sequence[Mined], count: int) -> CorpusShape:
    datasets = []
    for dataset, first in zip(shape.datasets, shape.firsts.tolist(), strict=False):
        present = np.zeros((dataset.rows, NEGATIVES + count, len(shape.languages)), dtype=bool)
        present[:, :NEGATIVES] = present_sides(dataset)
        for number, code in enumerate(shape.languages):
            for one in mined:
                if (one.dataset, one.language) == (dataset.name, code):
                    present[:, NEGATIVES:, number] = one.chosen >= 0
        groups = shape.groups[first : first + dataset.rows]
        further = [] if dataset.further is None else [np.asarray(kind) for kind in dataset.further]
        datasets.append(dataset_shape(dataset.name, present, groups, further))
    return CorpusShape(shape.languages, tuple(datasets))


def _manifest(built: Built, mined: Sequence[Mined], rule: Rule, by: str, command: str) -> dict[str, Any]:
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for one in mined:
        counts.setdefault(one.dataset, {})[one.language] = {"mined": one.mined, "drawn": one.drawn}
    said = {"by": by, **asdict(rule), "of": built.fingerprint, "counts": counts}
    fingerprint = content_hash([built.fingerprint, *(one.chosen.tobytes().hex() for one in mined)])
    datasets = [{**one, "negatives": rule.count} for one in built.manifest["datasets"]]
    # made of something else than what a build of the same sources is, which must not take it for its own
    made_of = {name: content_hash([one, fingerprint]) for name, one in built.manifest["made_of"].items()}
    changed = {"command": command, "fingerprint": fingerprint, "made_of": made_of, "datasets": datasets}
    return built.manifest | changed | {"negatives": said}
