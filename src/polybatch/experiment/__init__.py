"""A whole experiment: a recipe read and checked, its rows and collections, its runs and sweeps."""
