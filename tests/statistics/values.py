"""Tables of per-query values that the tests make."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

Systems = Mapping[tuple[str, int | None], np.ndarray]

COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("system", "strategy")),
        ("seed", pa.int64()),
        *((name, pa.string()) for name in ("collection", "setting", "query_id", "cluster")),
        *((name, pa.string()) for name in ("query_language", "passage_language", "measure")),
        ("value", pa.float64()),
    ]
)


def values_of(
    systems: Systems,
    *,
    collection: str = "news",
    setting: str = "multilingual",
    measure: str = "mAP",
) -> pa.Table:
    """Values by system and seed, each of shape (clusters, languages), one query in each language of each cluster."""
    rows = [
        {
            "system": system,
            "strategy": system,
            "seed": seed,
            "collection": collection,
            "setting": setting,
            "query_id": f"q{cluster}",
            "cluster": f"q{cluster}",
            "query_language": f"l{language}",
            "passage_language": "all",
            "measure": measure,
            "value": value,
        }
        for (system, seed), values in systems.items()
        for (cluster, language), value in np.ndenumerate(values)
    ]
    return pa.Table.from_pylist(rows, COLUMNS)
