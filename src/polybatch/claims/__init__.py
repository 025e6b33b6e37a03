"""Claims under test: statements with a rule fixed before the run, and the verdict that stored results allow."""

from polybatch.claims.claim import ClaimSettings
from polybatch.claims.formats import FORMATS
from polybatch.claims.testing import put_to_test

__all__ = ["FORMATS", "ClaimSettings", "put_to_test"]
