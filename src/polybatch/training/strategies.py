"""A recipe's strategies over the directions that its corpora can fill."""

from polybatch.sampling.shape import CorpusShape
from polybatch.sampling.strategies import Strategy, make_strategy
from polybatch.training.recipe import Recipe


def strategy_of(recipe: Recipe, name: str, shape: CorpusShape) -> Strategy:
    """The strategy of this name with the recipe's alpha and composition."""
    batches = recipe.batches
    return make_strategy(name, shape.directions, alpha=batches.alpha, composition=batches.composition)
