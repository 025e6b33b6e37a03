"""What `manifest.json` says of a built table: where rows come from, what was left out and why, hashes of texts."""

import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from polybatch.data.building.parts import DIGEST, Parts
from polybatch.data.sources.source import Source
from polybatch.provenance import content_hash, versions
from polybatch.records import Direction
from polybatch.table.shape import PASSAGE, QUERY, CorpusShape, DatasetShape
from polybatch.text.normalisation import Normalisation

MANIFEST, KIND = "manifest.json", "aligned table"


def make_manifest(
    sources: Sequence[Source],
    parts: Mapping[str, Parts],
    shape: CorpusShape,
    *,
    normalisation: Normalisation,
    command: str,
    made_of: Mapping[str, str],
) -> dict[str, Any]:
    """The manifest; nothing in it depends on when the table was built, or in how many goes.

    Of a dataset, `read` is the rows that its source read, `rows` those of the table, `left_out` the others by reason;
    `notes` are of what left nothing out, and `places` the first of each reason and note. `fingerprint` is a hash of
    all names and texts in their order.
    """
    datasets = [
        _dataset(source, parts[source.name], one, shape.languages)
        for source, one in zip(sources, shape.datasets, strict=True)
    ]
    libraries = {one: version(one) for one in ("pyarrow", "icu4py")} | {"unicode": unicodedata.unidata_version}
    found = versions()
    return {
        "polybatch": found["polybatch"],
        "kind": KIND,
        "command": command,
        "versions": found | libraries,
        "normalisation": normalisation.to_record(),
        "made_of": dict(made_of),
        "fingerprint": content_hash([part for one in datasets for part in (one["name"], one["fingerprint"])]),
        "rows": shape.rows,
        "languages": list(shape.languages),
        "datasets": datasets,
    }


def _dataset(source: Source, parts: Parts, shape: DatasetShape, languages: Sequence[str]) -> dict[str, Any]:
    sides = {code: shape.pattern_rows @ shape.patterns[:, :, number] for number, code in enumerate(languages)}
    counts = {code: {"queries": int(one[QUERY]), "passages": int(one[PASSAGE])} for code, one in sides.items()}
    directions = {
        str(Direction(query, passage)): shape.rows_in(first, second)
        for first, query in enumerate(languages)
        for second, passage in enumerate(languages)
    }
    return {
        "name": source.name,
        "licence": source.licence,
        "source": source.model_dump(mode="json"),
        "read": parts.read,
        "rows": parts.rows,
        "groups": shape.groups,
        "left_out": parts.left_out,
        "notes": parts.notes,
        "places": parts.places,
        "languages": {code: one for code, one in counts.items() if any(one.values())},
        "directions": {direction: rows for direction, rows in directions.items() if rows},
        "negatives": shape.negatives,
        "fingerprint": _fingerprint(parts),
    }


def _fingerprint(parts: Parts) -> str:
    """A hash of the hashes of all rows, whatever the parts they stand in."""
    state = blake2b(digest_size=16)
    for table in parts.tables():
        for digest in table.column(DIGEST).to_pylist():
            state.update(digest)
    return state.hexdigest()
