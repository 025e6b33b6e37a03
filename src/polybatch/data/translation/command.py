"""Any program as a translator: lines on its standard input, as many lines on its standard output. No shell."""

import shlex
import subprocess
from collections.abc import Sequence

from polybatch.errors import Fault, ModelError

WORKS = "a program that writes one line of UTF-8 for every line it reads"


class CommandTranslator:
    """Runs a program for some lines at a time; `{source}` and `{target}` in its words are the language codes.

    Its words, split as a shell would, are all that its translations are known by: a cache does not see that the program
    itself has changed.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise ModelError(
                [Fault(f"translator {command!r}", str(error), "words as a shell would split them")]
            ) from None
        if not self._words:
            raise ModelError([Fault("translator", "a command without words", "command:PROGRAM {source} {target}")])

    @property
    def identity(self) -> str:
        """The words."""
        return f"command {shlex.join(self._words)}"

    def check(self, source: str, target: str) -> None:
        """Whether a program knows two languages is for it to say."""

    def translate(self, lines: Sequence[str], source: str, target: str) -> list[tuple[str, str]]:
        """Run it. Raises ModelError where it cannot be run, fails, or gives another number of lines."""
        words = [word.replace("{source}", source).replace("{target}", target) for word in self._words]
        where = f"translator {shlex.join(words)}"
        sent = "".join(f"{line}\n" for line in lines)
        try:
            done = subprocess.run(words, input=sent.encode(), capture_output=True, check=False)
        except OSError as error:
            raise ModelError([Fault(where, error.strerror or str(error), "a program that is there")]) from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            found = f"ended with status {done.returncode}" + (f": {said[-1]}" if said else "")
            raise ModelError([Fault(where, found, WORKS)])
        try:
            found_lines = done.stdout.decode().removesuffix("\n").split("\n") if done.stdout else []
        except UnicodeDecodeError as error:
            found = f"wrote byte 0x{done.stdout[error.start]:02x}, which is not UTF-8"
            raise ModelError([Fault(where, found, WORKS)]) from None
        if len(found_lines) != len(lines):
            raise ModelError([Fault(where, f"wrote {len(found_lines)} lines for {len(lines)}", WORKS)])
        stripped = [line.strip() for line in found_lines]
        return [(line, "" if line else "an empty translation") for line in stripped]
