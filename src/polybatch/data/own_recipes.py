"""Recipes for somebody's own articles: one that compares strategies, one for the best encoder; each value with why."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_ROWS = 512  # of a batch
LEAST_STEPS = 100


class Rows(NamedTuple):
    """What there is: rows to train on, groups of articles that share no text, articles trained on and held out."""

    rows: int
    groups: int
    trained: int
    tested: int


def recipe_name(folder: str) -> str:
    """A name that a recipe may have, out of a folder's, which may have any letters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder).strip("._-") or "articles"


def comparison_recipe(name: str, rows: Rows, *, languages: Sequence[str], licence: str, train: str, test: str) -> str:
    """A recipe that trains every strategy with three seeds and judges it: does hybrid training help here?

    `train` is the folder with a folder of articles for each language, `test` that of the collection held out.
    """
    systems = [one for one in ("untuned", "en-en", "x-x-mono", "x-y", "hybrid") if one != "en-en" or "en" in languages]
    lines = [
        f"# {rows.trained:,} articles give {rows.rows:,} rows to train on; {rows.tested:,} are held out.",
        *_head(name, systems, [1, 2, 3], languages, licence, train, test),
        "[encoder]",
        'kind = "static"',
        "vocabulary = 16000  # at most; a small archive gives fewer",
        "dimension = 512",
        "",
        *_training(rows, passes=40, most=800),
        "",
        "[batches]",
        "alpha = 0.5",
        'composition = "pair"',
    ]
    return "\n".join(lines) + "\n"


def best_recipe(name: str, rows: Rows, *, languages: Sequence[str], licence: str, train: str, test: str) -> str:
    """A recipe for the encoder to search with: what found most on Swahili and Nepali news, in this archive's sizes.

    Its values are those of `recipes/best-news.toml`; `comparison_recipe` says what the arguments are.
    """
    lines = [
        f"# The encoder to search {', '.join(languages)} with. Its settings found most on Swahili and Nepali news;",
        "# docs/experiments.md has the table. Batch and steps are by what there is:",
        f"# {rows.trained:,} articles give {rows.rows:,} rows to train on; {rows.tested:,} are held out.",
        *_head(f"{name}-best", ["untuned", "x-y"], [1], languages, licence, train, test),
        "[encoder]",
        'kind = "static"',
        "vocabulary = 16000  # at most; a small archive gives fewer",
        "dimension = 512",
        "ngrams = 4  # parts of words, in Latin letters: names and inflected words are told by them in any script",
        "lexical = 2048  # what is written counts beside what is learned, the more the rarer it is",
        "",
        *_training(rows, passes=60, most=1200),
        "",
        "[loss]",
        "temperature = 0.1  # softer than 0.05: few rows, and neighbours that answer a little as well",
        "symmetric = true",
        "",
        "[batches]",
        'composition = "pair"',
    ]
    return "\n".join(lines) + "\n"


def _head(
    name: str,
    systems: Sequence[str],
    seeds: Sequence[int],
    languages: Sequence[str],
    licence: str,
    train: str,
    test: str,
) -> list[str]:
    texts = ", ".join(f"{code} = {_quoted(f'{train}/{code}')}" for code in languages)
    return [
        f"name = {_quoted(name)}",
        f"languages = [{', '.join(map(_quoted, languages))}]",
        f"systems = [{', '.join(map(_quoted, systems))}]",
        f"seeds = [{', '.join(map(str, seeds))}]",
        f"test = [{_quoted(test)}]",
        "",
        "[[train]]",
        'source = "documents"',
        f"name = {_quoted(name)}",
        f"licence = {_quoted(licence)}",
        f"texts = {{ {texts} }}",
        "",
    ]


def _training(rows: Rows, *, passes: int, most: int) -> list[str]:
    # a batch holds each article once at most; some room is left for articles that share text
    batch = max(2, min(MOST_ROWS, rows.groups * 3 // 4))
    steps = max(LEAST_STEPS, min(most, passes * rows.rows // batch))
    return [
        "[training]",
        f"batch_size = {batch}  # 3/4 of {rows.groups:,} groups of articles that share no text, {MOST_ROWS} at most",
        f"steps = {steps}  # each row some {passes} times, {most} steps at most",
    ]


def _quoted(word: str) -> str:
    """A string as TOML writes it: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
