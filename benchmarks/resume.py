"""Kill a training with SIGKILL at random moments, again and again, and let the same command go on to the end.

    python benchmarks/resume.py [--kills 10] [--encoder static|transformer]

Prints, for each training killed once, the checkpoint it went on from and how far its losses are from those of a
training that was left alone: the largest difference of any step, and that of the last one.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECIPE = """\
name = "resume"
languages = ["en", "sw"]
test = ["newswire"]

[[train]]
source = "newswire"
stories = 1200

[encoder]
{encoder}

[training]
steps = 120
batch_size = 32
checkpoint_every = 25
"""
ENCODERS = {
    "static": 'kind = "static"\nvocabulary = 2000\ndimension = 64',
    "transformer": 'kind = "transformer"\nvocabulary = 1000\nlayers = 2\nhidden_size = 64\nintermediate = 128',
}


def start(recipe: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "polybatch", "train", str(recipe), "--strategy", "hybrid", "--out", str(out)]
    with out.with_name(f"{out.name}.log").open("ab") as log:
        return subprocess.Popen([*command, "--track", "none"], stdout=log, stderr=log, env=os.environ)


def finish(process: subprocess.Popen[bytes], out: Path) -> list[float]:
    if process.wait():
        raise SystemExit(out.with_name(f"{out.name}.log").read_text(encoding="utf-8"))
    lines = (out / "losses.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [float(line.split(",")[1]) for line in lines]


def newest_checkpoint(out: Path) -> str:
    """The one that a training goes on from."""
    found = sorted(int(path.name[5:]) for path in out.with_name(f"{out.name}.training").glob("step-*[0-9]"))
    return f"step {found[-1]}" if found else "none"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--encoder", choices=ENCODERS, default="transformer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = folder / "resume.toml"
        recipe.write_text(RECIPE.format(encoder=ENCODERS[options.encoder]), encoding="utf-8")
        out = folder / "whole"
        process = start(recipe, out)
        tokens = out.with_name("whole.training") / "tokens" / "tokens.json"
        while not tokens.exists() and process.poll() is None:
            time.sleep(0.01)
        clock = time.monotonic()
        whole = finish(process, out)
        seconds = time.monotonic() - clock
        print(f"{options.encoder}: {len(whole)} steps, last loss {whole[-1]:.6f}, some {seconds:.0f} s")
        print("| killed after, s | went on from | largest difference of a loss | of the last |\n|--:|---|--:|--:|")
        worst = 0.0
        kills = number = 0
        while kills < options.kills:
            number += 1
            out = folder / f"killed-{number}"
            process = start(recipe, out)
            tokens = out.with_name(f"{out.name}.training") / "tokens" / "tokens.json"
            while not tokens.exists() and process.poll() is None:
                time.sleep(0.01)
            wait = rng.uniform(0.1, 1) * seconds
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if (out / "losses.csv").exists():  # it was quicker than the kill, which then does not count
                continue
            kills += 1
            went_on = newest_checkpoint(out)
            losses = finish(start(recipe, out), out)
            apart = [abs(one - other) for one, other in zip(whole, losses, strict=True)]
            worst = max(worst, *apart)
            print(f"| {wait:.1f} | {went_on} | {max(apart):.1e} | {apart[-1]:.1e} |", flush=True)
        print(f"largest difference over {options.kills} kills: {worst:.1e}")
        raise SystemExit(worst > 1e-6)


if __name__ == "__main__":
    main()
