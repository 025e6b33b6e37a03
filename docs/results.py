"""Store the main tables of a run in docs/results/, so that tests can hold the figures of pages against them.

python docs/results.py runs/demo
"""

import json
import re
import sys
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from polybatch.files import write_text
from polybatch.report import load_runs
from polybatch.report.tables import main_table

RESULTS = Path(__file__).parent / "results"


def stored(run: Path) -> dict[str, Any]:
    """Every main table of a run folder, unrounded with the values of all seeds, and which run it was."""
    report = load_runs([run])
    manifest = (run / "manifest.json").read_bytes()
    command = re.sub(r" --data \S+", "", json.loads(manifest)["command"])  # where data lie is a machine's own affair
    return {
        "title": report.title,
        "command": command,
        "manifest_sha256": sha256(manifest).hexdigest(),
        "tables": {name: asdict(main_table(report, name)) for name in report.collections},
    }


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        path = RESULTS / f"{folder.name}.json"
        write_text(path, json.dumps(stored(folder), ensure_ascii=False, indent=1) + "\n")
        print(path)
