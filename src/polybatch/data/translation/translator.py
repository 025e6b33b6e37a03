"""What a translator is, and how one is opened by the word that a user gives. Not here: models and programs."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from polybatch.data.translation.command import CommandTranslator

COMMAND = "command:"


class Translation(NamedTuple):
    """A translated text; or none, and why it was refused."""

    text: str
    fault: str = ""


class Translator(Protocol):
    """What translates lines of text, each by itself."""

    @property
    def identity(self) -> str:
        """What translations depend on: two translators with one identity give the same for the same text."""
        ...

    def check(self, source: str, target: str) -> None:
        """Raise ModelError where it cannot translate between two languages (our codes)."""
        ...

    def translate(self, lines: Sequence[str], source: str, target: str) -> list[tuple[str, str]]:
        """A translation and a fault for each line, one of them empty. Lines have no line ends. Raises ModelError."""
        ...


def open_translator(name: str, *, batch_size: int = 16, beams: int = 4, device: str = "cpu") -> Translator:
    """The translator `command:WORDS`, a program, or else a transformers model by folder or hub name.

    Raises ModelError where there is none.
    """
    if name.startswith(COMMAND):
        return CommandTranslator(name.removeprefix(COMMAND))
    from polybatch.data.translation.model import load_translator

    return load_translator(name, batch_size=batch_size, beams=beams, device=device)
