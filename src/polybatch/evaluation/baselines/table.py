"""The table of baselines that can be judged by a name alone. What each does is in its own file."""

from collections.abc import Callable, Mapping, Sequence

from polybatch.evaluation.baselines.bm25 import Bm25, languages_of
from polybatch.evaluation.scorers import Scorer
from polybatch.records import Collection

BASELINES: Mapping[str, Callable[[Sequence[Collection]], Scorer]] = {
    "bm25": lambda collections: Bm25(languages_of(collections)),
}
"""Every baseline by name, made for the collections that it is judged on."""
