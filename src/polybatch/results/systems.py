"""How the systems of a run are written: strategies, systems without a training, corrections. No results."""

from collections.abc import Mapping

from polybatch.sampling.strategies import STRATEGIES

UNTRAINED = {"bm25": "BM25", "untuned": "Untuned"}
TITLES: Mapping[str, str] = UNTRAINED | {name: strategy.title for name, strategy in STRATEGIES.items()}
"""How systems of a run are written, by name, in the order in which they are shown, those without a training first."""

ACRONYMS = ("lir", "lsar", "shift", "bm25")  # corrections, or what is fused, which stand after a plus sign


def title_of(system: str) -> str:
    """How a system is written: `X-Y` for `x-y`, `Hybrid + LSAR` for `hybrid+lsar`; any other name as it is."""
    name, plus, correction = system.partition("+")
    if not plus or name not in TITLES:
        return TITLES.get(system, system)
    return f"{TITLES[name]} + {correction.upper() if correction in ACRONYMS else correction}"
