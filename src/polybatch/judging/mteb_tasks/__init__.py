"""MTEB both ways: collections as its tasks, its tasks on our models, its result files as our results."""
