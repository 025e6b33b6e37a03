"""Small files of every published data set's form, out of the tests of each: rows to train on, and collections.

A test file of this folder offers `FORMS`, sources by name, and `WRITERS`, which write a collection's files by its name.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from tests.data import published
from tests.data.sources.forms import Form

_MODULES = [
    import_module(f"{published.__name__}.{module.name}")
    for module in iter_modules(published.__path__)
    if module.name.startswith("test_") and module.name != "test_contract"
]
FORMS: dict[str, Form] = {name: form for one in _MODULES for name, form in getattr(one, "FORMS", {}).items()}
WRITERS: dict[str, Callable[[Path], Any]] = {
    name: write for one in _MODULES for name, write in getattr(one, "WRITERS", {}).items()
}
