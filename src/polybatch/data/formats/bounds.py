"""The bounds that every reader keeps, so that no file can fill the memory or take hours. What is beyond is left out."""

from collections.abc import Callable, Iterable
from typing import Protocol

from polybatch.errors import Fault

LINE = 1 << 24  # bytes of a line, characters of a row of a table or of an object of JSON
TEXT = 1 << 20  # characters of a text, some 170,000 words: a longer one is several
FIELD = 1 << 13  # characters of a title, a source or an address
BLANK = 1 << 20  # blank lines on end, after which a file holds nothing more
UNPACKED = 1 << 26  # bytes that any packed file may unpack to
PACKED = 200  # bytes that a byte of a larger one may unpack to; text rarely reaches 20

BadLine = Callable[[Fault], None]
"""What takes the fault of a single line or row; those after it are read on."""


class Faults(Protocol):
    """What takes the faults that end the reading of a file: a list of them, or what counts them."""

    def append(self, fault: Fault, /) -> None:
        """Take a fault."""
        ...

    def extend(self, faults: Iterable[Fault], /) -> None:
        """Take several."""
        ...


def unpacked_limit(size: int) -> int:
    """The bytes that a packed file of `size` bytes may unpack to."""
    return max(UNPACKED, PACKED * size)
