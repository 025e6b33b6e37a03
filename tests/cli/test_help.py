"""Claims about help: every bracket is shown, lines break where the terminal does, commands stand in panels."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from polybatch.cli import app
from polybatch.cli.help import plain, reflowed, with_brackets


def commands() -> Iterator[tuple[str, Any]]:
    """Every command and its name, those of groups too."""
    group: Any = get_command(app)
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        yield from ((f"{name} {sub}", one) for sub, one in inner.items()) if inner else ((name, command),)


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_bracket_of_a_help_text_reaches_the_reader(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    packed = re.sub(r"[\s│]", "", shown)
    command = dict(commands())[name]
    for text in (command.help, *(one.help for one in command.params if getattr(one, "help", None))):
        for word in re.findall(r"\S*\[(?!/?bold\])[^\]\s]*\]+", plain(text)):
            assert re.sub(r"\s", "", word) in packed, (name, word)


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_help_has_no_line_breaks_of_its_source_and_speaks_of_evaluating(name: str) -> None:
    command = dict(commands())[name]
    assert not re.search(r"[^\n]\n[^\n]", command.help), name
    for text in (command.help, *(one.help or "" for one in command.params if hasattr(one, "help"))):
        assert not re.search(r"\bjudg(e|ed|es|ing)\b", text, re.IGNORECASE), (name, text)


def test_commands_stand_in_panels_and_completion_can_be_installed() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    for word in ("Train", "Evaluate", "Search", "Data", "More", "--install-completion", "init"):
        assert word in shown


def test_brackets_are_kept_once_however_often_they_are_kept() -> None:
    text = "under [batches] and [[train]], [bold]not[/bold] this"
    kept = with_brackets(text)
    assert with_brackets(kept) == kept
    assert plain(kept) == "under [batches] and [[train]], `not` this"
    assert reflowed("one\n    two\n\n    three") == "one two\n\nthree"
