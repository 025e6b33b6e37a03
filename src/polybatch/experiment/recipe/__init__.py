"""Recipes: one experiment as a TOML file, checked whole before any work starts. Nothing here does the work."""

from polybatch.experiment.recipe.reading import load_recipe
from polybatch.experiment.recipe.recipe import SYSTEMS, Recipe

__all__ = [
    "SYSTEMS",
    "Recipe",
    "load_recipe",
]
