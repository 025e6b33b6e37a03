"""The version of polybatch."""

__version__ = "0.1.0"
