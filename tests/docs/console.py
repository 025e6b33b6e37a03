"""Run the blocks of a page as a reader would, in the current folder, and set what they print beside what is shown."""

import contextlib
import doctest
import io
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
from typer.testing import CliRunner

from polybatch.cli import app

SERVE = "polybatch serve "
_FIGURE = re.compile(r"[-+]?\.?\d[\d,.:]*")


def commands(text: str) -> Iterator[str]:
    """The commands of a block, one a line, with lines that end in a backslash made whole; comments left out."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def run_command(line: str) -> str:
    """What a `polybatch` command prints, stdout and stderr together; a status other than 0 is a failure."""
    if line.startswith(SERVE):
        return _serve(line)
    program, *words = shlex.split(line)
    assert program == "polybatch", line
    ran = CliRunner().invoke(app, words, env={"POLYBATCH_DATA": None, "COLUMNS": "200"})
    assert ran.exit_code == 0, f"{line}\n{ran.output}\n{ran.exception!r}"
    return ran.output


def _serve(line: str) -> str:
    """The address that it prints first, after a search was answered there, and an interrupt ended it in order."""
    words = [*shlex.split(line)[1:], "--port", "0"]
    command = [sys.executable, "-c", "from polybatch.cli import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline()
            assert address.startswith("http://127.0.0.1:"), address
            answer = httpx.get(f"{address.strip()}search", params={"query": "uchaguzi"}, timeout=60)
            assert answer.json()["hits"]
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            process.kill()
    return address


def run_python(text: str, names: dict[str, object]) -> str:
    """What a block of Python prints; it finds `names` and leaves its own there."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "<page>", "exec"), names)
    return printed.getvalue()


def agrees(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed: figures, bold marks and white space aside, `...` for what is left out."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(_plain(shown), _plain(printed), flags)


def _plain(text: str) -> str:
    text = re.sub(r"(?m)^\.\.\.$", "\0", text)
    text = re.sub(r"-{3,}", "---", _FIGURE.sub("0", text.replace("**", "")))
    return text.replace("\0", "...")
