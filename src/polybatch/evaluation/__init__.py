"""Pools, exact ranks, measures, and the files that results live in."""
