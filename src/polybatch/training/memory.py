"""Freed memory kept for the next step of a training on the processor, instead of given back and asked for again."""

import ctypes
import os
import platform

_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # glibc's mallopt(3)
_MOST = 2**31 - 1

STEPS_BETWEEN_TRIMS = 2
"""Of a transformer: to trim at every step costs time, and less often memory (docs/experiments.md)."""


def keep_freed_memory() -> bool:
    """Tell glibc to keep what this process frees; False where it was not told, as where another library allocates.

    A step of a static encoder allocates gradients as large as its embedding table. By default each of them is mapped
    anew and given back, so that every page of it is first faulted in and zeroed by the system. The process then stays
    as large as it was at its largest. MALLOC_MMAP_MAX_ in the environment is the user's own choice, and stands.
    """
    if platform.libc_ver()[0] != "glibc" or "MALLOC_MMAP_MAX_" in os.environ:
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.mallopt(_MMAP_MAX, 0) and libc.mallopt(_TRIM_THRESHOLD, _MOST))


def give_back_memory() -> None:
    """Give the system the pages in which nothing is held, of what `keep_freed_memory` kept.

    A transformer's tensors have another size in every step, so that what is kept of them breaks up and grows to twice
    what a step needs.
    """
    ctypes.CDLL(None).malloc_trim(0)
