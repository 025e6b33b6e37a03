"""From a recipe to trained models, judged: recipe, training of one system, the whole run."""
