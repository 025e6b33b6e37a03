"""Store the main tables of a run in docs/results/, so that tests can hold the figures of pages against them.

python docs/results.py runs/demo

A run with corrections has two files: RUN.json of its trained systems alone, and RUN-corrections.json of all.
"""

import json
import re
import sys
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from polybatch.files import write_text
from polybatch.report import load_runs
from polybatch.report.tables import main_table

RESULTS = Path(__file__).parent / "results"


def stored(run: Path, *, corrections: bool) -> dict[str, Any]:
    """Every main table of a run folder, unrounded with the values of all seeds, and which run it was."""
    report = load_runs([run])
    if not corrections:
        report = replace(report, systems=tuple(one for one in report.systems if not is_corrected(one.name)))
    manifest = (run / "manifest.json").read_bytes()
    command = re.sub(r" --data \S+", "", json.loads(manifest)["command"])  # where data lie is a machine's own affair
    return {
        "title": report.title,
        "command": command,
        "manifest_sha256": sha256(manifest).hexdigest(),
        "tables": {name: asdict(main_table(report, name)) for name in report.collections},
    }


def is_corrected(system: str) -> bool:
    """Whether a system is another with a correction."""
    return "+" in system


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        has_corrections = any(is_corrected(one.name) for one in load_runs([folder]).systems)
        for corrections in (False, True)[: 1 + has_corrections]:
            path = RESULTS / f"{folder.name}{'-corrections' if corrections else ''}.json"
            write_text(path, json.dumps(stored(folder, corrections=corrections), ensure_ascii=False, indent=1) + "\n")
            print(path)
