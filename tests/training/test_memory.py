"""Claims about kept memory: what was freed is used again without a page fault, unless the user decides otherwise."""

import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import torch
from polybatch.training.memory import keep_freed_memory

print(keep_freed_memory())
for _ in range(30):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.zeros(16_000_000).fill_(1)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def run(**environment: str) -> list[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "THP_"))}
    return subprocess.check_output([sys.executable, "-c", SCRIPT], text=True, env=given | environment).split()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_memory_that_was_freed_is_not_faulted_in_again() -> None:
    told, first, *others = run()
    assert told == "True"
    assert int(first) > 10_000
    assert sum(map(int, others[-10:])) < 1000, "after some rounds there is room for each"


def test_the_environment_decides_before_us() -> None:
    assert run(MALLOC_MMAP_MAX_="65536")[0] == "False"
