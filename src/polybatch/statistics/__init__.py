"""Which differences between systems are sure, by whole questions or documents: tests, intervals, seeds, verdicts."""

from polybatch.statistics.compare import Method, compare
from polybatch.statistics.comparison import VERDICTS, Comparison
from polybatch.statistics.formats import FORMATS

__all__ = ["FORMATS", "VERDICTS", "Comparison", "Method", "compare"]
