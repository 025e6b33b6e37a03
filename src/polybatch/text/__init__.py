"""Texts as such: normalisation, words, sentences and passages, the language of a text. No model."""
