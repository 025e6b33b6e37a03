"""How long polybatch takes to start: `--help`, and from the command to hits on a small index. Medians of several runs.

python benchmarks/start.py INDEX [RUNS]
"""

import resource
import statistics
import subprocess
import sys
import time


def measure(command: list[str], runs: int) -> str:
    """Median seconds on the clock and of the processor."""
    clock, processor = [], []
    for _ in range(runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock.append(time.perf_counter() - start)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return f"{statistics.median(clock):.2f} s, of the processor {statistics.median(processor):.2f} s"


if __name__ == "__main__":
    index, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    polybatch = [sys.executable, "-m", "polybatch"]
    print("--help:", measure([*polybatch, "--help"], runs))
    print("search:", measure([*polybatch, "search", index, "river"], runs))
