"""Ways to break a file's bytes, drawn by Hypothesis: shared by the fuzz of sources, of collections and of commands."""

import os
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

FUZZ = "POLYBATCH_FUZZ"  # how many examples a fuzz test draws, instead of the few that every run of the tests affords
SPLICES = [
    b"",
    b"\n",
    b"\t",
    b'"',
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"{",
    b"]",
    b"null",
    b'"\\ud800"',
    b"<html>",
    b"\n\n",
    b"1e999",
]


def examples(usual: int) -> int:
    """How many examples a fuzz test draws."""
    return int(os.environ.get(FUZZ, usual))


Mutation = tuple[int, str, float, int, bytes]

mutation: st.SearchStrategy[Mutation] = st.tuples(
    st.integers(0, 9),  # which file
    st.sampled_from(["cut", "splice", "swap", "replace", "repeat"]),
    st.floats(0, 1),  # where
    st.integers(0, 12),  # how much goes
    st.one_of(st.sampled_from(SPLICES), st.binary(max_size=6)),
)
mutations = st.lists(mutation, min_size=1, max_size=3)


def mutate(data: bytes, how: str, where: float, length: int, splice: bytes) -> bytes:
    """The bytes with one thing done to them."""
    at = int(where * len(data))
    if how == "cut":
        return data[:at]
    if how == "replace":
        return splice * (length + 1)
    if how == "repeat":
        return data + data[at:]
    if how == "swap":
        return data[:at] + data[at + length :] + data[at : at + length]
    return data[:at] + splice + data[at + length :]


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, sorted."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def write_mutated(originals: Mapping[Path, bytes], drawn: list[Mutation]) -> None:
    """Write the files anew, with what was drawn done to some of them."""
    changed = dict(originals)
    for which, *how in drawn:
        path = list(changed)[which % len(changed)]
        changed[path] = mutate(changed[path], *how)  # type: ignore[arg-type]
    for path, content in changed.items():
        path.write_bytes(content)
