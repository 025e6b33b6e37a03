"""The optional dependency `mteb`: there, or refused with its install command. Nothing of MTEB is imported here."""

from importlib.util import find_spec

from polybatch.errors import Fault, FaultyInputError


def require_mteb() -> None:
    """Raises FaultyInputError with the install command where MTEB is not installed."""
    if find_spec("mteb") is None:
        raise FaultyInputError([Fault("MTEB", "not installed", "pip install 'polybatch[mteb]'")])
