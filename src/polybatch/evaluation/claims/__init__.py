"""Claims under test: statements with a rule fixed before the run, and the verdict that stored results allow."""

from polybatch.evaluation.claims.claim import ClaimSettings
from polybatch.evaluation.claims.formats import FORMATS
from polybatch.evaluation.claims.testing import put_to_test

__all__ = ["FORMATS", "ClaimSettings", "put_to_test"]
