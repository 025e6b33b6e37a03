"""Modules of polybatch itself in a saved model, such as corrections: loaded without trusting foreign code."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

OWN = "polybatch.correction.module."


def own_modules(listing: Path | None) -> dict[str, type[Any]]:
    """The classes of polybatch that a `modules.json` names, by the names there; none for other models."""
    try:
        names = {str(one["type"]) for one in json.loads(listing.read_text(encoding="utf-8"))} if listing else set()
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    own = {name for name in names if name.startswith(OWN)}
    # by name, since corrections stand above encoders
    return {name: getattr(import_module(OWN.rstrip(".")), name.removeprefix(OWN)) for name in sorted(own)}
