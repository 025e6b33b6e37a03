"""Text in, vectors out: static encoders and transformers from nothing, pretrained models, by an `[encoder]` table."""
