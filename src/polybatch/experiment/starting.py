"""A recipe to start from, for what somebody has: a data folder, a model, or nothing. Every value says why. No files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Reading, Source
from polybatch.data.sources.table import SOURCES
from polybatch.errors import DataError, Fault
from polybatch.sampling.strategies import compared_strategies

LANGUAGES = ("en", "sw", "ne")  # of the built-in newswire
MOST = 4  # sources that are trained on; further ones stand in a comment


def starting_recipe(name: str, *, data: Path | None, model: str, languages: Sequence[str]) -> str:
    """The text of a recipe that `load_recipe` takes.

    Of a data folder the sources whose folder is there are trained on, and the first collection that none of them holds
    is the test; DataError where there is nothing to train on, or nothing to test on.
    """
    wanted = list(languages or LANGUAGES)
    there = [one for one in SOURCES.values() if data and one.about.folder and (data / one.about.folder).is_dir()]
    sources = [one for one in there if data and _reads(one, data, wanted)]
    tests = [key for key, one in COLLECTIONS.items() if data and one.folder and (data / one.folder).is_dir()]
    trained = _apart(sources, tests)
    if data and not (trained and tests):
        known = ", ".join(sorted({str(one.about.folder) for one in SOURCES.values() if one.about.folder}))
        lacking = "a set to train on and another to test on"
        raise DataError([Fault(str(data), f"does not hold {lacking} in {', '.join(wanted)}", f"folders named {known}")])
    test = _test_of(trained, tests) if data else "newswire"
    return "\n".join(
        [
            "# A recipe is one experiment: what is trained, on which rows, and what it is evaluated on.",
            "# polybatch run trains every system below with every seed; docs/recipes.md lists all keys.",
            f"name = {_quoted(_name(name))}",
            f"languages = {json.dumps(wanted)}  # of the test",
            *_systems(wanted, pretrained=bool(model)),
            f"test = [{_quoted(test)}]  # never trained on{_others(tests, test)}",
            "",
            *(line for one in trained or [SOURCES["newswire"]] for line in _train(one, wanted)),
            *_rest(sources, trained),
            *(_pretrained(model) if model else _static()),
            "[batches]",
            "alpha = 0.5  # share of batches of one language in hybrid; polybatch sweep chooses it on development data",
            'composition = "pair"  # one pair of languages in each cross-lingual batch',
            "",
        ]
    )


def _reads(source: type[Source], data: Path, languages: Sequence[str]) -> bool:
    """Whether a source has a row in two of the languages, or its only one, and needs to be told nothing more."""
    known = set(source.about.languages)
    if len(known & set(languages)) < min(2, len(known)):
        return False
    try:
        asked = source.model_validate(_table(source, languages))
        first = next(iter(asked.items(data, reading := Reading())), None)
    except (ValidationError, DataError):
        return False
    return first is not None and not reading.faults


def _table(source: type[Source], languages: Sequence[str]) -> dict[str, Any]:
    """The keys of a source's `[[train]]` table."""
    key = next(name for name, one in SOURCES.items() if one is source)
    known = [code for code in languages if not source.about.languages or code in source.about.languages]
    return {"source": key} | ({"languages": known} if "languages" in source.model_fields else {})


def _apart(sources: Sequence[type[Source]], tests: Sequence[str]) -> list[type[Source]]:
    """The sources to train on: as many as leave a collection of another folder to test on."""
    if not tests:
        return list(sources[:MOST])
    last = COLLECTIONS[tests[0]].folder
    others = [one for one in sources if one.about.folder != last]
    return others[:MOST]


def _test_of(trained: Sequence[type[Source]], tests: Sequence[str]) -> str:
    folders = {one.about.folder for one in trained}
    return next(key for key in tests if COLLECTIONS[key].folder not in folders)


def _systems(languages: Sequence[str], *, pretrained: bool) -> Iterator[str]:
    systems = ["bm25", "untuned", *compared_strategies(languages)]
    yield f"systems = {json.dumps(systems)}  # bm25 and untuned are not trained: baselines"
    seeds = [1] if pretrained else [1, 2, 3]
    why = (
        "more seeds show the variance over seeds; use three or more for a claim"
        if pretrained
        else "three seeds show the variance"
    )
    yield f"seeds = {json.dumps(seeds)}  # {why}"


def _others(tests: Sequence[str], test: str) -> str:
    others = [one for one in tests if one != test]
    return f"; there are {', '.join(others)} as well" if others else ""


def _train(source: type[Source], languages: Sequence[str]) -> Iterator[str]:
    key, *others = (f"{key} = {json.dumps(value)}" for key, value in _table(source, languages).items())
    yield "[[train]]"
    yield f"{key}  # {source.about.what}; licence: {source.about.licence}"
    yield from (*others, "")


def _rest(sources: Sequence[type[Source]], trained: Sequence[type[Source]]) -> list[str]:
    names = [name for name, one in SOURCES.items() if one in sources and one not in trained]
    return [f"# To train on as well, if it is not tested on: {', '.join(names)}.", ""] if names else []


def _pretrained(model: str) -> list[str]:
    return [
        "[encoder]",
        'kind = "pretrained"',
        f"model = {_quoted(model)}  # its own pooling, prompts and lengths are kept",
        "",
        "[training]",
        "batch_size = 64  # as many rows as memory takes: every other row is a negative",
        "steps = 500  # polybatch run --dry-run estimates time and memory",
        "",
    ]


def _static() -> list[str]:
    return [
        "[encoder]",
        'kind = "static"  # learns from random weights in a minute; "pretrained" with a model is stronger',
        "dimension = 256",
        "",
        "[training]",
        "batch_size = 128  # every other row is a negative",
        "steps = 300",
        "",
    ]


def _name(stem: str) -> str:
    from polybatch.data.own_recipes import recipe_name

    return recipe_name(stem)


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
