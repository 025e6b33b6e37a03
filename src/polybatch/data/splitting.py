"""Folders of translated articles into an experiment: texts to train on, others to judge by, and two recipes."""

import math
import shutil
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from polybatch.data.collections.beir import write_beir
from polybatch.data.own_recipes import Rows, best_recipe, comparison_recipe
from polybatch.data.sources.documents import DocumentsSource, story_lines
from polybatch.data.sources.source import Reading
from polybatch.errors import DataError, Fault
from polybatch.files import written_aside
from polybatch.languages import check_language
from polybatch.records import Collection, Passage, Query
from polybatch.text.passages import cut_passages

RECIPE, BEST, TRAIN, TEST = "recipe.toml", "best.toml", "train", "test"
FEWEST = 10  # articles in all languages, under which nothing can be said of a model
FEW = 25  # articles held out, under which only large differences are found
LUCK = 0.75  # of the share asked is held out at least, however the hashes fall
PASSAGE_WORDS = 120


@dataclass(frozen=True)
class Split:
    """What was made of the folders: articles on each side, what there is to train on, and what was noted.

    `notes`: what was left out of the training rows, or is odd about them, and how often; `places`: where first.
    """

    rows: Rows
    notes: Mapping[str, int]
    places: Mapping[str, str]

    def said(self) -> list[str]:
        """What was made, for people: a line for the counts, one for each note, one where too few are held out."""
        rows = self.rows
        lines = [f"{rows.trained:,} articles to train on, {rows.rows:,} rows; {rows.tested:,} held out to judge by"]
        lines += [
            f"{count:,}: {note} ({self.places[note]})" if note in self.places else f"{count:,}: {note}"
            for note, count in self.notes.items()
        ]
        if rows.tested < FEW:
            lines.append(
                f"{rows.tested:,} are few to judge by, and show large differences alone: 50 or more are wanted"
            )
        return lines


def split_articles(folders: Mapping[str, Path], out: Path, *, name: str, share: float, licence: str) -> Split:
    """Split articles into training and test, and write both with two recipes to `out`, whole or not at all.

    RECIPE compares the strategies, BEST trains the one encoder that found most on real news (see `own_recipes`).

    `folders`: language -> a folder of plain text files, UTF-8, the first line the headline; files of one name are
    translations. Articles that are there in every language are held out by a hash of their name, about `share` of
    them: the same ones each time, and whatever articles come later; a few more where hashes would leave less than LUCK
    of the share. All languages of an article are on one side. Test queries are the headlines; all passages of the
    article, in every language, answer them. Raises DataError with every fault: an `out` that is there already, which
    may be somebody's own articles, an unknown language, a folder that is missing or empty, fewer than FEWEST articles
    in all languages, an article held out that cannot be read or has no text after its headline. One of those trained on
    is left out, and is in the notes.
    """
    if out.exists():
        raise DataError([Fault(str(out), "is there already", "name another --out")])
    names = _articles(folders)
    whole = sorted(set.intersection(*map(set, names.values())))
    if len(whole) < FEWEST:
        found = f"{len(whole)} articles are there in {', '.join(folders)}, by the names of their files"
        raise DataError([Fault(", ".join(map(str, folders.values())), found, f"{FEWEST} or more work")])
    drawn = sorted(whole, key=_draw)
    least = max(FEWEST // 2, math.ceil(LUCK * share * len(whole)))
    held_out = drawn[: max(least, sum(_draw(article) < share for article in whole))]
    with written_aside(out) as new:
        for code, folder in folders.items():
            for article in set(names[code]) - set(held_out):
                target = new / TRAIN / code / article
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / article, target)
        write_beir(_collection(name, folders, held_out, licence), new / TEST)
        split = _count(new, name, folders, len(whole) - len(held_out), len(held_out), licence)
        for file, recipe in ((RECIPE, comparison_recipe), (BEST, best_recipe)):
            test = (out.resolve() / TEST).as_posix()
            text = recipe(name, split.rows, languages=tuple(folders), licence=licence, train=TRAIN, test=test)
            (new / file).write_text(text, encoding="utf-8")
    return split


def _articles(folders: Mapping[str, Path]) -> dict[str, list[str]]:
    faults = [fault for code in folders for fault in check_language(code, where="languages")]
    if len(folders) < 2:
        faults.append(Fault("languages", ", ".join(folders) or "none", "two or more: en=articles/en sw=articles/sw"))
    names = {}
    for code, folder in folders.items():
        names[code] = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.txt"))]
        if not names[code]:
            found = "no .txt files" if folder.is_dir() else "no such folder"
            faults.append(Fault(str(folder), found, "a folder of plain text files, one an article"))
    if faults:
        raise DataError(faults)
    return names


def _draw(article: str) -> float:
    """A number from 0 to 1 that is the article's own."""
    return int.from_bytes(blake2b(article.encode(errors="surrogateescape"), digest_size=8).digest()) / 2**64


def _collection(name: str, folders: Mapping[str, Path], articles: list[str], licence: str) -> Collection:
    queries: dict[str, list[Query]] = {code: [] for code in folders}
    passages: dict[str, list[Passage]] = {code: [] for code in folders}
    judgements: dict[str, set[str]] = {}
    faults: list[Fault] = []
    for article in articles:
        story = article.removesuffix(".txt")
        for code, folder in folders.items():
            lines = story_lines(folder / article)
            if isinstance(lines, Fault):
                faults.append(lines)
                continue
            if len(lines) < 2:
                found = "a headline alone" if lines else "no text"
                faults.append(Fault(str(folder / article), found, "a headline, and the text in the lines after it"))
                continue
            queries[code].append(Query(story, story, lines[0]))
            for number, text in enumerate(cut_passages("\n".join(lines[1:]), language=code, tokens=PASSAGE_WORDS)):
                passages[code].append(Passage(f"{code}:{story}:{number}", text))
                judgements.setdefault(story, set()).add(f"{code}:{story}:{number}")
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.where))
    return Collection(
        f"{name}-test",
        {code: tuple(found) for code, found in queries.items()},
        {code: tuple(found) for code, found in passages.items()},
        {story: frozenset(found) for story, found in judgements.items()},
        licence=licence,
        notes={"cluster": "article"},
    )


def _count(new: Path, name: str, folders: Mapping[str, Path], trained: int, tested: int, licence: str) -> Split:
    reading = Reading()
    groups, words = set(), set[str]()
    characters: dict[str, Counter[str]] = {code: Counter() for code in folders}
    rows = parallel = texts = length = 0
    for item in _source(name, folders, licence).items(new, reading):
        rows += 1
        groups.add(item.group)
        parallel += len({*item.queries, *item.passages}) > 1
        for side in (item.queries, item.passages):
            for code, text in side.items():
                found = text.split()
                words.update(found)
                length += len(found)
                texts += 1
                characters[code].update(text)
    if reading.faults:
        raise DataError(reading.faults)
    notes = dict(reading.left_out + reading.notes)
    first = {note: places[0] for note, places in {**reading.places, **reading.noted}.items() if places}
    for code, folder in folders.items():
        first = {note: where.replace(str(new / TRAIN / code), str(folder)) for note, where in first.items()}
    scripts = {code: script_of(found) for code, found in characters.items()}
    there = Rows(rows, len(groups), trained, tested, parallel, len(words), 2 * length / max(1, texts), scripts)
    return Split(there, notes, first)


def script_of(characters: Mapping[str, int]) -> str:
    """The script of most letters among counted characters, as Unicode names it: Latin, Devanagari, Thai, CJK."""
    scripts: Counter[str] = Counter()
    for character, count in characters.items():
        if character.isalpha():
            scripts[unicodedata.name(character, "unknown").partition(" ")[0]] += count
    name = max(scripts, key=lambda one: scripts[one], default="unknown")
    return name if name in ("CJK", "unknown") else name.capitalize()


def _source(name: str, folders: Mapping[str, Path], licence: str) -> DocumentsSource:
    return DocumentsSource(name=name, licence=licence, texts={code: f"{TRAIN}/{code}" for code in folders})
