"""Claims about kept memory: it is used again without a page fault, given back if asked; the user decides first."""

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


GROWING = """
import sys
import torch
from polybatch.training.memory import give_back_memory, keep_freed_memory

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

keep_freed_memory()
before = held()
texts = [torch.zeros(size).fill_(1) for size in range(1_000_000, 3_000_000, 50_000)]
keeper = torch.zeros(1000)  # at the end, so that the heap cannot shrink from there
del texts
print(held() - before)
give_back_memory()
print(held() - before)
"""


def run(script: str = SCRIPT, **environment: str) -> list[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "THP_"))}
    return subprocess.check_output([sys.executable, "-c", script], text=True, env=given | environment).split()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_what_was_kept_is_given_back_when_asked() -> None:
    kept, after = map(int, run(GROWING))
    assert kept > 200e6
    assert after < kept / 5


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_memory_that_was_freed_is_not_faulted_in_again() -> None:
    told, first, *others = run()
    assert told == "True"
    assert int(first) > 10_000
    assert sum(map(int, others[-10:])) < 1000, "after some rounds there is room for each"


def test_the_environment_decides_before_us() -> None:
    assert run(MALLOC_MMAP_MAX_="65536")[0] == "False"
