"""Text in, vectors out: the static encoder, and any sentence-transformers model."""
