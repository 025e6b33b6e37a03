"""Which differences between systems are significant, by whole clusters: tests, intervals, power, verdicts."""

from polybatch.statistics.compare import compare
from polybatch.statistics.comparison import VERDICTS, Comparison
from polybatch.statistics.family import Method
from polybatch.statistics.formats import FORMATS

__all__ = ["FORMATS", "VERDICTS", "Comparison", "Method", "compare"]
