"""The built-in newswire: invented parallel news in English, Nepali and Swahili. No files to fetch, no model.

Every story is made up: countries and numbers are drawn at random and say nothing about the world. Sentences and
lexicon are polybatch's own, written by hand in each language; names come from CLDR.
"""

from polybatch.data.newswire.wire import newswire_collection, newswire_corpus
from polybatch.data.newswire.words import LANGUAGES

__all__ = ["LANGUAGES", "newswire_collection", "newswire_corpus"]
