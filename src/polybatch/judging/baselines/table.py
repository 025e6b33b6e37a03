"""The table of baselines that can be judged by a name alone. What each does is in its own file."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from polybatch.records import Collection

if TYPE_CHECKING:
    from polybatch.judging.scorers import Scorer


def _bm25(collections: Sequence[Collection]) -> "Scorer":
    from polybatch.judging.baselines.bm25 import Bm25, languages_of

    return Bm25(languages_of(collections))


BASELINES: "Mapping[str, Callable[[Sequence[Collection]], Scorer]]" = {"bm25": _bm25}
"""Every baseline by name, made for the collections that it is judged on."""
