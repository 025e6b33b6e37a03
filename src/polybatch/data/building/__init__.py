"""From the sources of a recipe to one aligned table in a folder: streamed, resumable, the same bytes every time."""

from polybatch.data.building.build import build_table
from polybatch.data.building.built import Built, BuiltDataset, open_built

__all__ = ["Built", "BuiltDataset", "build_table", "open_built"]
