"""Recipes for somebody's own articles: one that compares strategies, one for the best encoder; each value with why."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

PRESETS = {"best": "the best encoder on Swahili and Nepali news, sized for your articles"}
STRATEGY = "x-y"  # of the best recipe

MOST_ROWS = 1000  # of a batch; a comparison, which trains many systems, has COMPARED_ROWS
COMPARED_ROWS = 512
LEAST_STEPS, MOST_STEPS = 100, 2000
WORDS = 100  # of a row; best-news has some 66, and MOST_STEPS of MOST_ROWS rows of it take 273 s on two cores


@dataclass(frozen=True)
class Rows:
    """What there is to train on.

    `groups` of articles share no text with others; `trained` and `tested` are articles. `parallel`: rows in more than
    one language. `words`: different ones in all texts; `length`: words of a row, query and passage, in the mean;
    `scripts`: the script of each language's texts.
    """

    rows: int
    groups: int
    trained: int
    tested: int
    parallel: int
    words: int
    length: float
    scripts: Mapping[str, str]


class Choice(NamedTuple):
    """A value of a recipe as TOML writes it, where it stands, and why it is that."""

    table: str
    key: str
    value: str
    why: str

    def __str__(self) -> str:
        return f"{self.key} = {self.value}{f'  # {self.why}' if self.why else ''}"


def recipe_name(folder: str) -> str:
    """A name that a recipe may have, out of a folder's, which may have any letters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder).strip("._-") or "articles"


def comparison_recipe(name: str, rows: Rows, *, languages: Sequence[str], licence: str, train: str, test: str) -> str:
    """A recipe that trains every strategy with three seeds and judges it: does hybrid training help here?

    `train` is the folder with a folder of articles for each language, `test` that of the collection held out.
    """
    systems = [
        one for one in ("bm25", "untuned", "en-en", "x-x-mono", "x-y", "hybrid") if one != "en-en" or "en" in languages
    ]
    lines = [
        f"# {rows.trained:,} articles give {rows.rows:,} rows to train on; {rows.tested:,} are held out.",
        *_head(name, systems, [1, 2, 3], languages, licence, train, test),
        "[encoder]",
        'kind = "static"',
        "vocabulary = 16000  # at most; a small archive gives fewer",
        "dimension = 512",
        "",
        "[training]",
        *map(str, _training(rows, largest=COMPARED_ROWS, passes=40, most=800)),
        "",
        "[batches]",
        "alpha = 0.5",
        'composition = "pair"',
    ]
    return "\n".join(lines) + "\n"


def best_recipe(name: str, rows: Rows, *, languages: Sequence[str], licence: str, train: str, test: str) -> str:
    """A recipe for the encoder to search with, of `best_choices`; `comparison_recipe` says what the arguments are."""
    lines = [
        f"# The encoder to search {', '.join(languages)} with. Its settings found most on Swahili and Nepali news;",
        "# docs/experiments.md has the table. Batch and steps are by what there is:",
        f"# {rows.trained:,} articles give {rows.rows:,} rows to train on; {rows.tested:,} are held out.",
        *_head(f"{name}-best", ["bm25", "untuned", STRATEGY], [1], languages, licence, train, test),
    ]
    for table, choices in groupby(best_choices(rows), key=lambda one: one.table):
        lines += [f"[{table}]", *map(str, choices), ""]
    return "\n".join(lines[:-1]) + "\n"


def best_choices(rows: Rows) -> list[Choice]:
    """The values of `recipes/best-news.toml`, batch and steps by the size and lengths of these texts, each with why."""
    kinds = sorted(set(rows.scripts.values()))
    scripts = f"the {kinds[0]} script" if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]} scripts"
    met = "they match names and inflected words"
    if len(kinds) > 1:
        met = "they match names across scripts, and inflected words"
    return [
        Choice("encoder", "kind", '"static"', ""),
        Choice("encoder", "vocabulary", "16000", f"at most; these texts have {rows.words:,} distinct words"),
        Choice("encoder", "dimension", "512", ""),
        Choice("encoder", "ngrams", "4", f"character n-grams in Latin letters; {scripts}: {met}"),
        Choice("encoder", "lexical", "2048", "a lexical part of each vector: shared words count, rare ones more"),
        *_training(rows, largest=MOST_ROWS, passes=60, most=_most_steps(rows)),
        Choice(
            "loss",
            "temperature",
            "0.1",
            "softer than 0.05: there are few rows, and related articles also answer a query in part",
        ),
        Choice("loss", "symmetric", "true", ""),
        Choice("batches", "composition", '"pair"', f"{rows.parallel:,} of {rows.rows:,} rows have several languages"),
    ]


def _most_steps(rows: Rows) -> int:
    """As many steps as ten minutes on two cores do: MOST_STEPS of rows of up to WORDS words, fewer of longer ones."""
    return max(LEAST_STEPS, int(MOST_STEPS * min(1.0, WORDS / max(1.0, rows.length))) // 50 * 50)


def recipe_head(name: str, strategy: str, languages: Sequence[str], train: str, test: str) -> list[str]:
    """The head of a recipe that trains one encoder of private articles, and knows it untuned too."""
    head = _head(name, ["untuned", strategy], [1], languages, "private", train, test)
    place = head.index("")
    return [*head[:place], "drop_contaminated = true", *head[place:]]


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


def _training(rows: Rows, *, largest: int, passes: int, most: int) -> list[Choice]:
    # a batch holds each article once at most; some room is left for articles that share text
    batch = max(2, min(largest, rows.groups * 3 // 4))
    wanted = passes * rows.rows // batch
    steps = max(LEAST_STEPS, min(most, wanted))
    shared = f"3/4 of {rows.groups:,} groups of articles that share no text, {largest:,} at most"
    why = f"each row some {passes} times, {most:,} steps at most"
    if most < min(wanted, MOST_STEPS):
        why = f"{most:,} at most, to stay within ten minutes on two cores: a row has {rows.length:.0f} words"
    elif wanted < LEAST_STEPS:
        why = f"{LEAST_STEPS} at least"
    return [Choice("training", "batch_size", str(batch), shared), Choice("training", "steps", str(steps), why)]


def _quoted(word: str) -> str:
    """A string as TOML writes it: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
