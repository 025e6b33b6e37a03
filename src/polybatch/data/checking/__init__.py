"""Checks of training rows: what is wrong with their texts, within a row, and over a corpus. Nothing is mended."""
