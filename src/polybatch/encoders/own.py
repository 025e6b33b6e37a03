"""Modules of polybatch itself in a saved model, such as corrections: loaded without trusting foreign code."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

MODULES = ("polybatch.correction.module", "polybatch.encoders.lexical")
"""Where they are defined; by name, since corrections stand above encoders."""


def own_module(name: str) -> type[Any] | None:
    """The class of polybatch that a saved model names by its full name; None for any other."""
    module, _, called = name.rpartition(".")
    found: type[Any] | None = getattr(import_module(module), called, None) if module in MODULES else None
    return found


def own_modules(listing: Path | None) -> dict[str, type[Any]]:
    """The classes of polybatch that a `modules.json` names, by the names there; none for other models."""
    try:
        names = {str(one["type"]) for one in json.loads(listing.read_text(encoding="utf-8"))} if listing else set()
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {name: own for name in sorted(names) if (own := own_module(name))}
