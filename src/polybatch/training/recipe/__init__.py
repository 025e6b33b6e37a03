"""Recipes: one experiment as a TOML file, checked whole before any work starts. Nothing here does the work."""

from polybatch.training.recipe.reading import load_recipe
from polybatch.training.recipe.recipe import OF_NO_TRAINING, SYSTEMS, UNTUNED, Recipe
from polybatch.training.recipe.tables import AlphaSchedule, Batches, Selection, Training

__all__ = [
    "OF_NO_TRAINING",
    "SYSTEMS",
    "UNTUNED",
    "AlphaSchedule",
    "Batches",
    "Recipe",
    "Selection",
    "Training",
    "load_recipe",
]
