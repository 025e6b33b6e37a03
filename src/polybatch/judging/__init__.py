"""A model, a baseline or a run on a collection: pools, exact ranks, MTEB."""
