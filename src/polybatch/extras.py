"""Optional packages: there, or refused with their install command. Nothing is imported before it is asked for."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from polybatch.errors import Fault, FaultyInputError


def required(package: str, extra: str) -> Any:
    """A module of an optional package; raises FaultyInputError with the install command where it is not installed."""
    if find_spec(package) is None:
        raise FaultyInputError([Fault(package, "not installed", f"pip install 'polybatch[{extra}]'")])
    return import_module(package)
