"""Train multilingual dense retrievers on hybrid batches, and judge them honestly."""

from importlib.metadata import version

__version__ = version("polybatch")
