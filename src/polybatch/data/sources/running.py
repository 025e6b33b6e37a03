"""What sources of running text have in common: how pairs are made of a document. Not here: reading documents."""

from typing import Annotated

from pydantic import AfterValidator, Field

from polybatch.data.pairing import PAIRINGS

PAIRS = (
    "pairs made of a document: `headline` to each passage, sentence to the `next` ones, a `held-out` sentence to the "
    "rest of its passage, `summary` to the whole"
)


def _known(kind: str) -> str:
    if kind not in PAIRINGS:
        raise ValueError(f"no such kind of pair; known: {', '.join(PAIRINGS)}")
    return kind


Kinds = Annotated[list[Annotated[str, AfterValidator(_known)]], Field(min_length=1)]
Tokens = Annotated[int, Field(ge=1, description="words of a passage at most; its last sentence is whole")]
