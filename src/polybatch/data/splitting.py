"""Archives of translated articles into an experiment: texts to train on, others to judge by, and two recipes."""

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from polybatch.data.archives.left_out import file_of
from polybatch.data.collections.beir import write_beir
from polybatch.data.own_articles import TRANSLATIONS, read_stories
from polybatch.data.own_recipes import Rows, best_recipe, comparison_recipe
from polybatch.data.sources.documents import DocumentsSource
from polybatch.data.sources.source import Reading
from polybatch.errors import DataError, Fault
from polybatch.files import written_aside
from polybatch.languages import check_language
from polybatch.records import Collection, Passage, Query
from polybatch.text.passages import cut_passages

RECIPE, BEST, TRAIN, STOP, TEST = "recipe.toml", "best.toml", "train", "stop", "test"
END = ".txt"  # of the file of a story
FEWEST = 10  # articles in all languages, under which nothing can be said of a model
FEW = 25  # articles held out, under which only large differences are found
LUCK = 0.75  # of the share asked is held out at least, however the hashes fall
PASSAGE_WORDS = 120


@dataclass(frozen=True)
class Split:
    """What was made of the archives: articles on each side, what there is to train on, and what was noted.

    `notes`: what was left out of the training rows, or is odd about them, and how often; `places`: where first.
    `told`: what was left out of the archives.
    """

    rows: Rows
    notes: Mapping[str, int]
    places: Mapping[str, str]
    told: Sequence[str] = ()

    def said(self) -> list[str]:
        """What was made, for people: a line for the counts, one for each note, one where too few are held out."""
        rows = self.rows
        lines = [
            *self.told,
            f"{rows.trained:,} articles to train on, {rows.rows:,} rows; {rows.tested:,} held out as a test",
        ]
        lines += [
            f"{count:,}: {note} ({self.places[note]})" if note in self.places else f"{count:,}: {note}"
            for note, count in self.notes.items()
        ]
        if rows.tested < FEW:
            lines.append(f"a test of {rows.tested:,} articles shows only large differences; 50 or more are better")
        return lines


def split_articles(
    archives: Mapping[str, Path],
    out: Path,
    *,
    name: str,
    share: float,
    licence: str,
    order: Path | None = None,
    stop_share: float = 0.0,
) -> Split:
    """Split articles into training and test, and write both with two recipes to `out`, whole or not at all.

    RECIPE compares the strategies, BEST trains the one encoder that found most on real news (see `own_recipes`).

    `archives`: language -> a folder or a file of its articles, as `polybatch index` reads them; translations are joined
    by `read_stories`. Stories that are there in every language are held out by a hash of their name, about `share` of
    them: the same ones each time, and whatever articles come later; a few more where hashes would leave less than LUCK
    of the share. With a `stop_share`, so many more are held out in a collection of their own, STOP, to stop a training
    by. All languages of a story are on one side. Test queries are the headlines; all passages of the story, in every
    language, answer them. Raises DataError with every fault: an `out` that is there already, which may be somebody's
    own articles, an unknown language, an archive that cannot be read, fewer than FEWEST stories in all languages. An
    article that cannot be read or has no text after its headline is left out, which `told` says.
    """
    if out.exists():
        raise DataError([Fault(str(out), "is there already", "name another --out")])
    faults = [fault for code in archives for fault in check_language(code, where="languages")]
    if len(archives) < 2:
        faults.append(Fault("languages", ", ".join(archives) or "none", "two or more: en=articles/en sw=articles/sw"))
    if faults:
        raise DataError(faults)
    stories = read_stories(archives, order)
    whole = sorted(story for story, codes in stories.languages.items() if len(codes) == len(archives))
    if len(whole) < FEWEST:
        there = f"{len(whole)} articles are there in {', '.join(archives)}"
        works = f"{FEWEST} or more; {TRANSLATIONS[0].lower()}{TRANSLATIONS[1:]}, or by --translations"
        raise DataError([Fault(", ".join(map(str, archives.values())), there, works)])
    drawn = sorted(whole, key=_draw)
    least = max(FEWEST // 2, math.ceil(LUCK * share * len(whole)))
    held_out = drawn[: max(least, sum(_draw(story) < share for story in whole))]
    to_stop_by = drawn[len(held_out) :][: math.ceil(stop_share * len(whole))]
    with written_aside(out) as new:
        kept: dict[str, dict[str, list[str]]] = {story: {} for story in sorted([*held_out, *to_stop_by])}
        places = {}
        for story, code, where, lines in stories.articles():
            if story in kept:
                kept[story][code] = lines
                continue
            target = new / TRAIN / code / f"{story}{END}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
            places[str(target)] = where
        for folder, chosen in ((TEST, held_out), (STOP, to_stop_by)):
            if chosen:
                articles = {story: kept[story] for story in sorted(chosen)}
                write_beir(_collection(f"{name}-{folder}", articles, tuple(archives), licence), new / folder)
        trained = len(whole) - len(held_out) - len(to_stop_by)
        split = _count(new, name, tuple(archives), trained, len(held_out), licence, places)
        split = replace(split, told=stories.told)
        for file, recipe in ((RECIPE, comparison_recipe), (BEST, best_recipe)):
            test = (out.resolve() / TEST).as_posix()
            text = recipe(name, split.rows, languages=tuple(archives), licence=licence, train=TRAIN, test=test)
            (new / file).write_text(text, encoding="utf-8")
    return split


def _draw(story: str) -> float:
    """A number from 0 to 1 that is the story's own."""
    return int.from_bytes(blake2b(f"{story}{END}".encode(errors="surrogateescape"), digest_size=8).digest()) / 2**64


def _collection(
    name: str, stories: Mapping[str, Mapping[str, list[str]]], codes: Sequence[str], licence: str
) -> Collection:
    queries: dict[str, list[Query]] = {code: [] for code in codes}
    passages: dict[str, list[Passage]] = {code: [] for code in codes}
    judgements: dict[str, set[str]] = {}
    for story, articles in stories.items():
        for code in codes:
            headline, *lines = articles[code]
            queries[code].append(Query(story, story, headline))
            for number, text in enumerate(cut_passages("\n".join(lines), language=code, tokens=PASSAGE_WORDS)):
                passages[code].append(Passage(f"{code}:{story}:{number}", text))
                judgements.setdefault(story, set()).add(f"{code}:{story}:{number}")
    return Collection(
        name,
        {code: tuple(there) for code, there in queries.items()},
        {code: tuple(there) for code, there in passages.items()},
        {story: frozenset(there) for story, there in judgements.items()},
        licence=licence,
        notes={"cluster": "article"},
    )


def _count(
    new: Path,
    name: str,
    codes: Sequence[str],
    trained: int,
    tested: int,
    licence: str,
    places: Mapping[str, str],
) -> Split:
    reading = Reading()
    groups, words = set(), set[str]()
    characters: dict[str, Counter[str]] = {code: Counter() for code in codes}
    rows = parallel = texts = length = 0
    for item in _source(name, codes, licence).items(new, reading):
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
    first = {note: places.get(file_of(where), where) for note, where in first.items()}
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


def _source(name: str, codes: Sequence[str], licence: str) -> DocumentsSource:
    return DocumentsSource(name=name, licence=licence, texts={code: f"{TRAIN}/{code}" for code in codes})
