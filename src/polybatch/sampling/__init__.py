"""Which rows make a batch: strategies, plans, and what sentence-transformers trains with. Texts are in `table`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polybatch.sampling.mix import count_mix
    from polybatch.sampling.plan import Batch, Plan, make_plan
    from polybatch.sampling.sampler import direction_sampler
    from polybatch.sampling.schedules import Schedule, make_schedule
    from polybatch.sampling.strategies import STRATEGIES, make_strategy
    from polybatch.sampling.trainer import HybridTrainer

__all__ = [
    "STRATEGIES",
    "Batch",
    "HybridTrainer",
    "Plan",
    "Schedule",
    "count_mix",
    "direction_sampler",
    "make_plan",
    "make_schedule",
    "make_strategy",
]

# each is imported when it is asked for: strategies need no numpy, plans no torch
_HOMES = {
    "mix": ("count_mix",),
    "plan": ("Batch", "Plan", "make_plan"),
    "sampler": ("direction_sampler",),
    "schedules": ("Schedule", "make_schedule"),
    "strategies": ("STRATEGIES", "make_strategy"),
    "trainer": ("HybridTrainer",),
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
