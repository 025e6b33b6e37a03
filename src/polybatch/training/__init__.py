"""Fit one model: losses, tuning, selection, checkpoints, its folder and its card. No recipe file is read here."""
