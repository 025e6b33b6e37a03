"""The built-in newswire: deterministic, parallel, answerable by one passage, and unseen where it should be."""

import random
import re
import string
from collections import Counter
from functools import cache
from itertools import chain, combinations, pairwise

import pytest

from polybatch.data.newswire import LANGUAGES, newswire_collection, newswire_corpus
from polybatch.data.newswire.events import EVENTS
from polybatch.data.newswire.patterns import SPLITS, check_patterns, patterns_of, slots_of
from polybatch.data.newswire.stories import Story, draw_stories, most_stories
from polybatch.data.newswire.words import filling, vocabulary
from polybatch.errors import DataError
from polybatch.records import Collection, ParallelCorpus

PUNCTUATION = string.punctuation + "।"
each_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def training() -> ParallelCorpus:
    return newswire_corpus()


@cache
def judged() -> Collection:
    return newswire_collection()


@cache
def stories(split: str) -> dict[str, Story]:
    count = {"train": 2400, "test": 300}[split]
    return {story.id: story for story in draw_stories(split, stories=count, seed=1)}


@cache
def texts(split: str, language: str) -> dict[str, tuple[str, str]]:
    """Query and passage of every story of a split."""
    if split == "train":
        return {item.id: (item.queries[language], item.passages[language]) for item in training().items}
    pairs = zip(judged().queries[language], judged().passages[language], strict=True)
    return {query.id: (query.text, passage.text) for query, passage in pairs}


def words(text: str) -> set[str]:
    tokens = (token.strip(PUNCTUATION).lower() for token in text.split())
    return {token for token in tokens if token and not any(character.isdigit() for character in token)}


def told(pattern: str, story: Story, language: str) -> str:
    return pattern.format_map({slot: filling(slot, value, language) for slot, value in story.values.items()})


def runs_outside_slots(pattern: str, length: int) -> set[tuple[str, ...]]:
    """Runs of words between slots; what is attached to a slot counts as a word of its own."""
    pieces = (re.split(r"\s+", piece.lower()) for piece in re.split(r"\{\w+\}", pattern))
    clean = ([word for token in piece if (word := token.strip(PUNCTUATION))] for piece in pieces)
    return {tuple(piece[i : i + length]) for piece in clean for i in range(len(piece) - length + 1)}


def unordered_key(story: Story) -> tuple[str, frozenset[tuple[str, int]]]:
    """The event and its key words, blind to which of two countries or currencies comes first."""
    same = {"partner": "country", "rival": "currency"}
    key = EVENTS[story.event].key
    return story.event, frozenset((same.get(slot, slot), story.values[slot]) for slot in key)


def test_the_training_split_has_2400_stories_in_all_three_languages() -> None:
    assert training().name == "newswire"
    assert training().languages == LANGUAGES == ("en", "ne", "sw")
    assert len({item.id for item in training().items}) == 2400
    for item in training().items:
        assert item.group == item.id
        assert set(item.queries) == set(item.passages) == set(LANGUAGES)


def test_the_test_split_has_300_queries_each_answered_in_all_three_languages() -> None:
    collection = judged()
    assert collection.languages == LANGUAGES
    for language in LANGUAGES:
        assert len(collection.queries[language]) == len(collection.passages[language]) == 300
        for query, passage in zip(collection.queries[language], collection.passages[language], strict=True):
            assert query.id == query.cluster
            assert passage.id == f"{language}-{query.id}"
            assert passage.id in collection.judgements[query.id]
    assert {len(answers) for answers in collection.judgements.values()} == {3}


def test_one_seed_tells_the_same_stories_and_leaves_global_randomness_alone() -> None:
    state = random.getstate()
    assert newswire_corpus() == training()
    assert newswire_collection() == judged()
    assert random.getstate() == state


def test_another_seed_tells_other_stories() -> None:
    for split in SPLITS:
        first, second = (draw_stories(split, stories=300, seed=seed) for seed in (1, 2))
        same = sum(one.values == other.values for one, other in zip(first, second, strict=True))
        assert same == 0
    assert newswire_corpus(stories=60, seed=2).items[0] != training().items[0]


def test_fewer_stories_are_the_first_ones_of_more() -> None:
    assert newswire_corpus(stories=50).items == training().items[:50]


def test_fewer_languages_leave_the_texts_as_they_are() -> None:
    alone = newswire_collection(languages=["sw"])
    assert alone.languages == ("sw",)
    assert alone.passages["sw"] == judged().passages["sw"]
    assert alone.queries["sw"] == judged().queries["sw"]
    assert set(alone.judgements.values()) == {frozenset({passage.id}) for passage in alone.passages["sw"]}


@pytest.mark.parametrize("split", SPLITS)
def test_at_least_eight_kinds_of_event_take_turns(split: str) -> None:
    counts = Counter(story.event for story in stories(split).values())
    assert len(counts) >= 8
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize("event", EVENTS)
@each_language
def test_every_event_has_enough_patterns_and_some_held_out(language: str, event: str) -> None:
    for kind in range(2):
        train, test = (patterns_of(language, event, split)[kind] for split in ("train", "test"))
        assert len(train) >= 4
        assert len(test) >= 2
        assert not set(train) & set(test)


@each_language
def test_no_test_story_is_told_in_a_pattern_of_training(language: str) -> None:
    for story in stories("test").values():
        query, passage = texts("test", language)[story.id]
        seen, unseen = (patterns_of(language, story.event, split) for split in ("train", "test"))
        assert query not in {told(pattern, story, language) for pattern in seen.queries}
        assert query in {told(pattern, story, language) for pattern in unseen.queries}
        assert passage not in {told(pattern, story, language) for pattern in seen.passages}
        assert passage in {told(pattern, story, language) for pattern in unseen.passages}


@each_language
def test_every_test_word_was_seen_in_training(language: str) -> None:
    seen = set().union(*map(words, chain.from_iterable(texts("train", language).values())))
    asked = set().union(*map(words, chain.from_iterable(texts("test", language).values())))
    assert len(asked) > 300
    assert asked <= seen


def test_no_choice_of_key_words_is_in_both_splits_whatever_the_seeds() -> None:
    train, test = (
        {unordered_key(story) for story in draw_stories(split, stories=most_stories(split), seed=seed)}
        for split, seed in (("train", 1), ("test", 2))
    )
    assert not train & test


@pytest.mark.parametrize("split", SPLITS)
@each_language
def test_what_a_query_names_singles_out_its_story(split: str, language: str) -> None:
    by_event: dict[str, list[Story]] = {}
    for story in stories(split).values():
        by_event.setdefault(story.event, []).append(story)
    for event, of_event in by_event.items():
        for pattern in patterns_of(language, event, split).queries:
            named = sorted(slots_of(pattern))
            assert len({tuple(story.values[slot] for slot in named) for story in of_event}) == len(of_event)
    queries = [query for query, _ in texts(split, language).values()]
    assert len(set(queries)) == len(queries)


@pytest.mark.parametrize("split", SPLITS)
def test_no_two_stories_are_one_with_its_countries_or_currencies_swapped(split: str) -> None:
    assert len({unordered_key(story) for story in stories(split).values()}) == len(stories(split))


@pytest.mark.parametrize("split", SPLITS)
@each_language
def test_no_query_copies_its_passage(split: str, language: str) -> None:
    for query, passage in texts(split, language).values():
        assert query.strip(PUNCTUATION) not in passage


@pytest.mark.parametrize("split", SPLITS)
@each_language
def test_a_query_shares_no_four_words_in_a_row_and_few_words_with_any_passage_of_its_event(
    split: str, language: str
) -> None:
    shares = []
    for event in EVENTS:
        patterns = patterns_of(language, event, split)
        for query in patterns.queries:
            own = {word for (word,) in runs_outside_slots(query, 1) if len(word) > 3}
            for passage in patterns.passages:
                assert not runs_outside_slots(query, 4) & runs_outside_slots(passage, 4)
                common = own & {word for (word,) in runs_outside_slots(passage, 1)}
                shares.append(len(common) / max(len(own), 1))
    print(split, language, max(shares), sum(shares) / len(shares))
    assert max(shares) <= 0.5
    assert sum(shares) / len(shares) < 0.15


def test_each_language_chooses_its_pattern_on_its_own() -> None:
    chosen: dict[str, list[int]] = {language: [] for language in LANGUAGES}
    elections = [story for story in stories("train").values() if story.event == "election"]
    for story, language in ((story, language) for story in elections for language in LANGUAGES):
        patterns = patterns_of(language, story.event, "train").passages
        passages = [told(pattern, story, language) for pattern in patterns]
        chosen[language].append(passages.index(texts("train", language)[story.id][1]))
    for first, second in combinations(LANGUAGES, 2):
        assert len(set(zip(chosen[first], chosen[second], strict=True))) == 16


@each_language
def test_texts_look_like_their_language(language: str) -> None:
    stop = "।" if language == "ne" else "."
    for query, passage in (*texts("train", language).values(), *texts("test", language).values()):
        assert passage.endswith(stop)
        assert 2 <= len(re.findall(rf"{re.escape(stop)}(?:\s|$)", passage)) <= 3
        assert not set("{}") & set(query + passage)
        if language == "ne":
            assert not set(string.ascii_letters + string.digits + ".") & set(query + passage)
        else:
            assert query[0].isupper()
            sentences = re.split(r"(?<=[.?:]) ", passage)
            assert sentences[0][0].isupper()
            assert all(after[0].isupper() for before, after in pairwise(sentences) if before.endswith("."))


def test_names_come_from_cldr_in_the_language_asked_for() -> None:
    assert vocabulary("partner") is vocabulary("country")
    assert vocabulary("country")[0] == {"en": "Kenya", "sw": "Kenya", "ne": "केन्या"}
    assert vocabulary("weekday")[0] == {"en": "Monday", "sw": "Jumatatu", "ne": "सोमबार"}
    assert [len(vocabulary(slot)) for slot in ("country", "currency", "language")] == [42, 16, 20]


def test_numbers_are_printed_as_newspapers_print_them() -> None:
    assert [filling("crowd", 12_500, language) for language in LANGUAGES] == ["12,500", "१२,५००", "12,500"]
    assert [filling("amount", 34, language) for language in LANGUAGES] == [
        "340 million",
        "३४ करोड",
        "milioni 340",
    ]


def test_names_differ_within_a_vocabulary() -> None:
    for slot in {slot for event in EVENTS.values() for slot in (*event.key, *event.words)}:
        for language in LANGUAGES:
            names = [word[language] for word in vocabulary(slot)]
            assert len(set(names)) == len(names), (slot, language)


def test_unknown_languages_are_all_named_in_one_error() -> None:
    with pytest.raises(DataError) as error:
        newswire_collection(languages=["en", "fr", "de"])
    assert len(error.value.faults) == 2
    assert "'fr'" in str(error.value)
    assert "known: en, ne, sw" in str(error.value)
    with pytest.raises(DataError, match="none asked for"):
        newswire_collection(languages=[])


def test_too_many_stories_are_refused_and_the_largest_number_works() -> None:
    most = most_stories("test")
    assert len(newswire_collection(stories=most).judgements) == most
    for wrong in (most + 1, 0):
        with pytest.raises(DataError, match=f"{wrong} stories asked for; 1 to {most} work"):
            newswire_collection(stories=wrong)
    with pytest.raises(DataError, match=f"1 to {most_stories('train')} work"):
        newswire_corpus(stories=10**6)


def test_broken_patterns_are_refused_with_every_fault_named() -> None:
    tables = {
        event: {
            split: {
                "passages": [" ".join(f"{{{slot}}}" for slot in EVENTS[event].slots)] * 3,
                "queries": [" ".join(f"{{{slot}}}" for slot in EVENTS[event].key)] * 3,
            }
            for split in SPLITS
        }
        for event in EVENTS
    }
    assert list(check_patterns(tables, where="xx.toml")) == []
    tables["flood"]["train"]["queries"] = ["{country} {month} {colour}", "{country}", "{country"]
    tables["strike"]["test"]["passages"] = []
    del tables["visit"]
    faults = [str(fault) for fault in check_patterns(tables, where="xx.toml")]
    assert len(faults) == 3 + 1 + 4
    assert "xx.toml: flood.train.queries: '{country} {month} {colour}'" in faults[0]
    assert faults[0].endswith("colour")
    assert faults[1].endswith("month")
    assert "expected '}'" in faults[2]
    assert faults[3] == "xx.toml: strike.test.passages: 0 patterns; at least 1"
