"""Train multilingual dense retrievers on hybrid batches, and judge them honestly."""

__version__ = "0.1.0"
