"""Corrections of language bias after training, fitted on parallel texts and saved with the model as a module."""
