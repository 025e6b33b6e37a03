"""Baselines beside trained encoders: BM25, and its fusion with an encoder. Random and ideal rankers are not here."""
