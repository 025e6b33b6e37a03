"""Which items share a passage: by a hash of its text in every language, or joined in memory. Reads no file."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from xxhash import xxh3_64_hexdigest

from polybatch.text.normalisation import single_spaced

Key = TypeVar("Key", bound=Hashable)


def text_key(text: str) -> str:
    """A short hash of a text, ignoring case and white space: 64 bits, so that of 10 million two meet by 3 in 10^6."""
    return xxh3_64_hexdigest(single_spaced(text.casefold()).encode("utf-8", "surrogatepass"))


def passage_groups(
    name: str, passages: Mapping[str, str], languages: Sequence[str], *, further: bool = True
) -> tuple[str, tuple[str, ...]]:
    """The group and the further groups of an item, for a source that streams and cannot look ahead.

    Items that share a passage in any of `languages` share a group or a further group: one kind for each language but
    the first, empty where the item has none in it. The group is of the first language that it has. Without `further`
    there are none, which saves most of the time.
    """
    keys = passage_keys(name, passages, languages if further else [code for code in languages if code in passages][:1])
    return next(filter(None, keys), ""), keys[1:]


def passage_keys(name: str, passages: Mapping[str, str], languages: Iterable[str]) -> tuple[str, ...]:
    """A key of the passage in each of some languages, empty where there is none."""
    return tuple([f"{name}-{code}-{text_key(passages[code])}" if code in passages else "" for code in languages])


class Joined(Generic[Key]):
    """Keys joined into sets, each set known by the key of it that came first (union-find). Held in memory."""

    def __init__(self) -> None:
        self._parent: dict[Key, Key] = {}
        self._order: dict[Key, int] = {}

    def of(self, key: Key) -> Key:
        """The first key of a key's set."""
        self._order.setdefault(key, len(self._order))
        while (parent := self._parent.setdefault(key, key)) != key:
            self._parent[key] = self._parent[parent]
            key = parent
        return key

    def join(self, keys: Iterable[Key]) -> None:
        """Make the sets of several keys one."""
        roots = sorted({self.of(key) for key in keys}, key=self._order.__getitem__)
        for root in roots[1:]:
            self._parent[root] = roots[0]
