"""Stream the rows of a file on the hub without a copy: the one door to the `datasets` library."""

from collections.abc import Iterator
from typing import Any

from polybatch.data.sources.source import Reading
from polybatch.errors import Fault

KINDS = {".parquet": "parquet", ".jsonl": "json", ".jsonl.gz": "json"}
HUB = "hf://datasets/{repository}@{revision}"


def stream_rows(root: str, pattern: str, reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of the files below `root` that match `pattern`, each with its place and counted as read.

    `root` is a repository on the hub (see HUB), or a folder laid out as one. Nothing but a buffer is held. Whatever
    goes wrong is a fault, with the library's own words.
    """
    import datasets

    kind = next(kind for suffix, kind in KINDS.items() if pattern.endswith(suffix))
    place, number = f"{root}/{pattern}", 0
    try:
        rows = datasets.load_dataset(kind, data_files={"train": place}, split="train", streaming=True)
        for number, row in enumerate(rows, start=1):
            reading.read += 1
            yield f"{place}: row {number}", dict(row)
    except Exception as error:  # of the library, of its readers, of the HTTP client beneath
        found = f"cannot be streamed after row {number}: {' '.join(str(error).split())[:300]}"
        works = "a network and HF_HUB_OFFLINE unset; or `polybatch data fetch`, and no `stream` in the recipe"
        reading.faults.append(Fault(place, found, works))
