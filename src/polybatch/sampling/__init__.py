"""Which rows make a batch: strategies, plans, the aligned table, and what sentence-transformers trains with."""

from typing import TYPE_CHECKING, Any

from polybatch.sampling.mix import count_mix
from polybatch.sampling.plan import Batch, Plan, make_plan
from polybatch.sampling.sampler import direction_sampler
from polybatch.sampling.schedules import Schedule, make_schedule
from polybatch.sampling.shape import CorpusShape, DatasetShape, dataset_shape, parallel_dataset
from polybatch.sampling.strategies import STRATEGIES, make_strategy
from polybatch.sampling.table import AlignedTable

if TYPE_CHECKING:
    from polybatch.sampling.trainer import HybridTrainer

__all__ = [
    "STRATEGIES",
    "AlignedTable",
    "Batch",
    "CorpusShape",
    "DatasetShape",
    "HybridTrainer",
    "Plan",
    "Schedule",
    "count_mix",
    "dataset_shape",
    "direction_sampler",
    "make_plan",
    "make_schedule",
    "make_strategy",
    "parallel_dataset",
]


def __getattr__(name: str) -> Any:
    if name == "HybridTrainer":  # brings in torch, which plans do without
        from polybatch.sampling.trainer import HybridTrainer

        return HybridTrainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
