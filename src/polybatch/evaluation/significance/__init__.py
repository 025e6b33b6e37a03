"""Which differences between systems are sure, by whole questions or documents: tests, intervals, seeds, verdicts."""

from polybatch.evaluation.significance.compare import Method, compare
from polybatch.evaluation.significance.comparison import VERDICTS, Comparison
from polybatch.evaluation.significance.formats import FORMATS

__all__ = ["FORMATS", "VERDICTS", "Comparison", "Method", "compare"]
