"""Sources of parallel corpora and collections: one file per source, read from disk. No model, no torch."""
