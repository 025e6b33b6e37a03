"""The sources of training rows by name: the table that recipes, the command line and messages read."""

from collections.abc import Mapping

from polybatch.data.published import table as published
from polybatch.data.sources.beir import BEIRSource
from polybatch.data.sources.bitext import BitextSource
from polybatch.data.sources.documents import DocumentsSource
from polybatch.data.sources.jsonl import JSONLSource
from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.newswire import NewswireSource
from polybatch.data.sources.source import Source
from polybatch.data.sources.squad import SquadSource
from polybatch.data.sources.tmx import TMXSource
from polybatch.data.sources.tsv import TSVSource

SOURCES: Mapping[str, type[Source]] = {
    "newswire": NewswireSource,
    # files of one's own
    "documents": DocumentsSource,
    "lines": LinesSource,
    "bitext": BitextSource,
    "tsv": TSVSource,
    "tmx": TMXSource,
    "squad": SquadSource,
    "jsonl": JSONLSource,
    "beir": BEIRSource,
    **published.SOURCES,
}
