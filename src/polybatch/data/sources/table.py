"""The sources of training rows by name: the table that recipes, the command line and messages read."""

from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.newswire import NewswireSource
from polybatch.data.sources.source import Source

SOURCES: dict[str, type[Source]] = {
    "lines": LinesSource,
    "newswire": NewswireSource,
}
