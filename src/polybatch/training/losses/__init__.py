"""Losses by name: what a recipe's `[loss]` table chooses, and the torch module for it. Nothing here loads torch."""

from polybatch.training.losses.making import make_loss
from polybatch.training.losses.settings import LossSettings
from polybatch.training.losses.table import LOSSES

__all__ = ["LOSSES", "LossSettings", "make_loss"]
