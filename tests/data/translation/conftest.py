"""The toy translation model, trained once, and a program that translates as it does."""

import sys
from functools import cache
from pathlib import Path

import pytest

from tests.data.translation.toy import make_toy

PROGRAM = """\
import sys
from tests.data.translation.toy import PLACES, WORDS

source, target, log = sys.argv[1:]
back = {{word: english for english, words in WORDS.items() for word in words}}
for line in sys.stdin:
    with open(log, "a", encoding="utf-8") as file:
        file.write(f"{{source}} {{target}} {{line}}")
    bare = line.strip().rstrip(".")
    words = [(WORDS[word][PLACES[target]] if source == "en" else back[word]) for word in bare.lower().split()]
    print(" ".join(words) + line.strip()[len(bare) :])
"""


@cache
def _made(root: Path) -> Path:
    # once in a session, also where another folder's tests take the fixture from here
    return make_toy(root / "toy")


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the toy model."""
    return _made(tmp_path_factory.getbasetemp())


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command that translates right, and writes each line that it is given to `asked.txt`."""
    root = Path(__file__).parent.parent.parent.parent
    monkeypatch.setenv("PYTHONPATH", str(root))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(), encoding="utf-8")
    return f"{sys.executable} {script} {{source}} {{target}} {tmp_path / 'asked.txt'}"
