"""Train multilingual dense retrievers on hybrid batches, and evaluate them honestly.

The names below load what they need when they are first used, so that `import polybatch` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from polybatch.version import __version__ as __version__

if TYPE_CHECKING:
    from polybatch.api.comparing import Comparisons, compare
    from polybatch.api.evaluating import Run, evaluate, load_collection, load_run
    from polybatch.api.searching import Hits, SearchIndex, open_index
    from polybatch.api.training import load_recipe, run, train
    from polybatch.sampling import HybridTrainer, direction_sampler
    from polybatch.table.aligned import AlignedTable


HOMES = {
    "load_collection": "polybatch.api.evaluating",
    "evaluate": "polybatch.api.evaluating",
    "load_run": "polybatch.api.evaluating",
    "Run": "polybatch.api.evaluating",
    "compare": "polybatch.api.comparing",
    "Comparisons": "polybatch.api.comparing",
    "load_recipe": "polybatch.api.training",
    "train": "polybatch.api.training",
    "run": "polybatch.api.training",
    "open_index": "polybatch.api.searching",
    "SearchIndex": "polybatch.api.searching",
    "Hits": "polybatch.api.searching",
    "AlignedTable": "polybatch.table.aligned",
    "HybridTrainer": "polybatch.sampling",
    "direction_sampler": "polybatch.sampling",
}
"""The public names, and the module that has each."""

__all__ = [
    "AlignedTable",
    "Comparisons",
    "Hits",
    "HybridTrainer",
    "Run",
    "SearchIndex",
    "compare",
    "direction_sampler",
    "evaluate",
    "load_collection",
    "load_recipe",
    "load_run",
    "open_index",
    "run",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'polybatch' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *HOMES])
