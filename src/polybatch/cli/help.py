"""Help texts as they are shown: source line breaks taken out, brackets kept, commands in panels. No command here."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption
from typer.models import ParameterInfo

COLLECTION_NAMES = "{collections}"  # stands for them in help until it is shown: to list them imports every loader


class Command(TyperCommand):
    """A command whose help gets the names of collections when it is shown."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """As typer shows it."""
        for parameter in self.params:
            if isinstance(parameter, TyperArgument | TyperOption) and parameter.help:
                parameter.help = with_names(parameter.help)
        super().format_help(ctx, formatter)


def register(app: typer.Typer, panels: Mapping[str, Sequence[Callable[..., None]]]) -> None:
    """Add commands to an app, each in its panel, with their help as it is to be shown."""
    for panel, commands in panels.items():
        for command in commands:
            for parameter in inspect.signature(command, eval_str=True).parameters.values():
                for info in getattr(parameter.annotation, "__metadata__", ()):
                    if isinstance(info, ParameterInfo) and info.help:
                        info.help = with_brackets(info.help)
            name = command.__name__.replace("_", "-")
            app.command(name, cls=Command, help=reflowed(command.__doc__ or ""), rich_help_panel=panel or None)(command)


def reflowed(docstring: str) -> str:
    """A docstring with each paragraph in one line, so that a terminal of any width breaks it, and its brackets kept."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return with_brackets("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs))


def with_brackets(text: str) -> str:
    """Text in which rich takes nothing for markup but bold; doing it twice changes nothing."""
    return re.sub(r"(?<!\\)\[(?!/?bold\])", r"\\[", text)


def with_names(text: str) -> str:
    """Help with the names of all collections in it, where it lists them."""
    if COLLECTION_NAMES not in text:
        return text
    from polybatch.data.collections.table import COLLECTIONS

    return text.replace(COLLECTION_NAMES, ", ".join(COLLECTIONS))


def plain(text: str) -> str:
    """Help as it was before `with_brackets`, bold as Markdown has code."""
    return re.sub(r"\[/?bold\]", "`", text).replace("\\[", "[")
