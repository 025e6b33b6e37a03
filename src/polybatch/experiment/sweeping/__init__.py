"""Sweeps: one key of a recipe over several values, the choice on development data, one measurement on the test."""

from polybatch.experiment.sweeping.keys import KEYS
from polybatch.experiment.sweeping.sweep import Found, run_sweep

__all__ = ["KEYS", "Found", "run_sweep"]
