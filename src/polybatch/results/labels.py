"""Several out folders side by side: short labels that tell them apart, and names that keep their systems apart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from polybatch.errors import Fault


class Judgement(NamedTuple):
    """That the folder of this label judged a system, trained with this seed, on a collection."""

    label: str
    system: str
    seed: int | None
    collection: str


def repeated(folders: Sequence[Path]) -> list[Fault]:
    """A fault for each folder that is named more than once, by whatever path."""
    times = Counter(folder.resolve() for folder in folders)
    return [Fault(str(path), f"named {count} times", "once works") for path, count in times.items() if count > 1]


def folder_labels(folders: Sequence[Path]) -> list[str]:
    """Each folder's name, with as many of its parents as it takes to tell the folders apart."""
    parts = [folder.resolve().parts for folder in folders]
    for depth in range(1, max(map(len, parts), default=0) + 1):
        labels = ["/".join(part[-depth:]) for part in parts]
        if len(set(labels)) == len(labels):
            return labels
    return [str(folder) for folder in folders]


def names_apart(judgements: Iterable[Judgement]) -> Mapping[tuple[str, str], str]:
    """What to call the system of a folder, by label and system: its own name, unless two would mix under it.

    A system that two folders judged on one collection with one seed is `name (label)` in every folder that has it, so
    that nothing is averaged or paired twice; seeds that folders share out among them stay one system.
    """
    judgements = list(judgements)
    homes: dict[tuple[str, int | None, str], set[str]] = {}
    for label, system, seed, collection in judgements:
        homes.setdefault((system, seed, collection), set()).add(label)
    shared = {system for (system, _, _), labels in homes.items() if len(labels) > 1}
    return {
        (label, system): f"{system} ({label})" if system in shared else system for label, system, _, _ in judgements
    }
