"""Measures of retrieval and of language bias, each beside its random ranker. No model, no files."""
