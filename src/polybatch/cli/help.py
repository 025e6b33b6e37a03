"""Help texts as they are shown: source line breaks taken out, brackets kept, commands in panels. No command here."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence

import typer
from typer.models import ParameterInfo


def register(app: typer.Typer, panels: Mapping[str, Sequence[Callable[..., None]]]) -> None:
    """Add commands to an app, each in its panel, with their help as it is to be shown."""
    for panel, commands in panels.items():
        for command in commands:
            for parameter in inspect.signature(command, eval_str=True).parameters.values():
                for info in getattr(parameter.annotation, "__metadata__", ()):
                    if isinstance(info, ParameterInfo) and info.help:
                        info.help = with_brackets(info.help)
            name = command.__name__.replace("_", "-")
            app.command(name, help=reflowed(command.__doc__ or ""), rich_help_panel=panel or None)(command)


def reflowed(docstring: str) -> str:
    """A docstring with each paragraph in one line, so that a terminal of any width breaks it, and its brackets kept."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return with_brackets("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs))


def with_brackets(text: str) -> str:
    """Text in which rich takes nothing for markup but bold; doing it twice changes nothing."""
    return re.sub(r"(?<!\\)\[(?!/?bold\])", r"\\[", text)


def plain(text: str) -> str:
    """Help as it was before `with_brackets`, bold as Markdown has code."""
    return re.sub(r"\[/?bold\]", "`", text).replace("\\[", "[")
