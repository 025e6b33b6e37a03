"""Read a recipe out of its TOML file, every fault at its line. Not here: what the tables hold."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from polybatch.claims.claim import ClaimSettings
from polybatch.data.separation import collection_of, shared, source_of
from polybatch.data.sources.table import SOURCES
from polybatch.encoders.settings import ENCODERS
from polybatch.errors import Fault, RecipeError, did_you_mean
from polybatch.experiment.recipe.encoder import key_faults
from polybatch.experiment.recipe.lines import line_of
from polybatch.experiment.recipe.recipe import Recipe
from polybatch.files import read_text, why_unreadable
from polybatch.languages import check_language
from polybatch.measures.table import FAMILIES
from polybatch.text.normalisation import Normalisation
from polybatch.training.losses.settings import LossSettings
from polybatch.training.settings import NUMBER, TABLE, WORD, AlphaSchedule, Batches, Selection, Training
from polybatch.training.tuning.settings import Tuning

OF_READING = {"text", "file"}  # what a Recipe has that is no key of the file
_SOURCE_TABLES = ("train", "validation", "development")


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe; raises RecipeError with every fault, each at its line."""
    try:
        text = read_text(path)
    except OSError as error:
        raise RecipeError([Fault(str(path), why_unreadable(error), "recipes are .toml files, see recipes/")]) from None
    except UnicodeDecodeError as error:
        raise RecipeError([Fault(str(path), f"not UTF-8 at byte {error.start}", "save it as UTF-8")]) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = re.search(r"line (\d+)", message)
        where = f"{path}:{line[1]}" if line else str(path)
        raise RecipeError([Fault(where, f"not TOML: {message}")]) from None
    faults: list[Fault] = []
    recipe: Recipe | None = None
    for key in OF_READING & set(values):
        faults.append(Fault(f"{path}:{line_of(text, (key,))}", f"{key}: no such key", _known_keys(())))
        del values[key]
    try:
        recipe = Recipe.model_validate(values | {"text": text, "file": str(path)})
    except ValidationError as error:
        faults.extend(_fault(path, text, values, dict(found)) for found in error.errors())
    faults.extend(_check_values(path, text, values))
    if faults or recipe is None:
        raise RecipeError(sorted(faults, key=lambda fault: int(fault.where.rpartition(":")[2])))
    return recipe


def _check_values(path: Path, text: str, values: dict[str, Any]) -> list[Fault]:
    """What the types cannot say: languages that exist, names used once, lists of files of one length, selection."""
    faults: list[Fault] = []

    def at(*place: str | int) -> str:
        return f"{path}:{line_of(text, place)}"

    for code in _strings(values.get("languages")):
        faults.extend(check_language(code, where=at("languages")))
    for key in ("languages", "systems", "test", "seeds", "corrections"):
        found = values.get(key)
        if isinstance(found, list):
            repeated = sorted({str(one) for one in found if found.count(one) > 1})
            if repeated:
                faults.append(Fault(at(key), f"{key}: {', '.join(repeated)} twice", "once each"))
    for table in _SOURCE_TABLES:
        names: set[str] = set()
        for number, source in enumerate(values.get(table) or ()):
            if not isinstance(source, dict):
                continue
            name = source.get("name", source.get("source"))
            if name in names:
                faults.append(Fault(at(table, number, "name"), f"name {name!r} twice", "once each"))
            names.add(str(name))
            files = source.get("files")
            if isinstance(files, dict):
                where = at(table, number, "files")
                if not files or any(value == [] for value in files.values()):
                    works = 'files = { en = ["a.en"], sw = ["a.sw"] }'
                    faults.append(Fault(where, "files: a language without a file", works))
                for code in files:
                    faults.extend(check_language(code, where=where))
    if isinstance(values.get("selection"), dict):
        faults.extend(_check_selection(values, at))
    elif values.get("validation"):
        works = "a [selection] table, or no [[validation]]"
        faults.append(Fault(at("validation", 0), "validation: rows without a [selection] that looks at them", works))
    faults.extend(_check_languages_of(values, at))
    faults.extend(_check_development(values, at))
    faults.extend(key_faults(values, at))
    return faults


def _check_languages_of(values: dict[str, Any], at: Any) -> list[Fault]:
    """Languages of collections that the recipe names."""
    languages_of, faults = values.get("languages_of"), []
    selection = values.get("selection")
    named = [*_strings(values.get("test")), *([selection.get("development")] if isinstance(selection, dict) else [])]
    for collection, languages in languages_of.items() if isinstance(languages_of, dict) else ():
        where = at("languages_of", collection)
        if collection not in named:
            faults.append(Fault(where, f"languages_of: {collection} is not tested on", f"known: {_listed(named)}"))
        for code in _strings(languages):
            faults.extend(check_language(code, where=where))
    return faults


def _listed(named: list[Any]) -> str:
    return ", ".join(str(one) for one in named if one)


def _check_development(values: dict[str, Any], at: Any) -> list[Fault]:
    """Rows to fit corrections on: where there are any to fit, and none of a set that is tested on.

    A source of which upstream has several splits may stand beside a test of another split; which texts they share is
    looked at when they are read.
    """
    sources, faults = values.get("development"), []
    if not isinstance(sources, list) or not sources:
        return []
    if not values.get("corrections"):
        works = 'corrections = ["lsar"], or no [[development]]'
        faults.append(Fault(at("development", 0), "development: rows without a correction to fit on them", works))
    return [*faults, *_check_untested("development", "what a correction is fitted on cannot test it", values, at)]


def _check_untested(table: str, works: str, values: dict[str, Any], at: Any) -> list[Fault]:
    """A fault for every source of a table that reads the very texts of a test collection."""
    faults = []
    for number, source in enumerate(values.get(table) or ()):
        made = source_of(source) if isinstance(source, dict) else None
        if made and (same := shared([made], _strings(values.get("test")))):
            found = f"{table}: {source['source']} has the texts of {', '.join(same)}, a test collection"
            faults.append(Fault(at(table, number, "source"), found, works))
    return faults


def _check_selection(values: dict[str, Any], at: Any) -> list[Fault]:
    """A selection by something, by one thing, and by none of the test collections."""
    selection, faults = values["selection"], []
    for code in _strings(selection.get("languages")):
        faults.extend(check_language(code, where=at("selection", "languages")))
    development, validation = selection.get("development", ""), values.get("validation") or []
    if not development and not validation:
        works = "[[validation]] tables, written like [[train]], or development = a collection"
        faults.append(Fault(at("selection"), "selection: nothing to select by", works))
    if development and validation:
        works = "[[validation]] for the loss, or selection.development for a measure"
        faults.append(Fault(at("selection", "development"), "selection: two things to select by", works))
    works = "what a model is chosen by cannot test it"
    if development and (same := shared([collection_of(str(development))], _strings(values.get("test")))):
        found = f"development: {development} is a test collection, or has the texts of one ({', '.join(same)})"
        faults.append(Fault(at("selection", "development"), found, works))
    faults.extend(_check_untested("validation", works, values, at))
    measure = selection.get("measure", "mAP")
    if isinstance(measure, str) and not _is_better_higher(measure):
        found = f"selection.measure: {measure} is no measure of which more is better"
        meant = did_you_mean(measure.split("@")[0], FAMILIES)
        works = f"{meant}known: mAP, nDCG@10 and the like; docs/measures.md lists them"
        faults.append(Fault(at("selection", "measure"), found, works))
    return faults


def _is_better_higher(measure: str) -> bool:
    from polybatch.measures.measures import parse_measure

    found = parse_measure(measure)
    return found is not None and found.family.better == "higher"


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _fault(path: Path, text: str, values: dict[str, Any], error: dict[str, Any]) -> Fault:
    """One of pydantic's errors, at its line, in our words."""
    # the name of the chosen source, or kind of value, stands in the location of its keys, but not in the file
    place = [part for part in error["loc"] if part not in (NUMBER, WORD, TABLE)]
    if place[0] in _SOURCE_TABLES:
        del place[2:3]
    if place[:1] == ["encoder"] and len(place) > 1 and place[1] in ENCODERS:
        place = [place[0], *place[2:]]
    where = f"{path}:{line_of(text, place)}"
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    if error["type"] == "extra_forbidden":
        return Fault(where, f"{name}: no such key", _known_keys(place[:-1], values, meant=str(place[-1])))
    if error["type"] == "missing":
        return Fault(where, f"{name}: missing", "see recipes/ for whole ones")
    if error["type"].startswith("union_tag"):
        known = ENCODERS if place[:1] == ["encoder"] else SOURCES
        kind = "kind of encoder" if place[:1] == ["encoder"] else "source"
        meant = did_you_mean(str(error.get("ctx", {}).get("tag", "")), known)
        return Fault(where, f"{name}: no such {kind}", f"{meant}known: {', '.join(known)}")
    return Fault(where, f"{name} = {_written(error['input'])}", _works(error))


def _written(value: object) -> str:
    """A value as the file has it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)


def _works(error: dict[str, Any]) -> str:
    """What would be accepted instead of a value."""
    value, kind = error["input"], error["type"]
    message = str(error["msg"]).removeprefix("Value error, ")
    works = message[0].lower() + message[1:]
    if isinstance(value, str) and re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", value, re.I):
        return f"a number has no quotes: {value}"
    if kind == "list_type" and isinstance(value, str | int | float):
        return f"a list has brackets: [{_written(value)}]"
    if kind == "literal_error" and isinstance(value, str):
        known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{did_you_mean(value, known)}known: {', '.join(known)}"
    if kind in ("bool_type", "bool_parsing") and isinstance(value, str) and value.lower() in ("true", "false"):
        return f"without quotes: {value.lower()}"
    return works


def _known_keys(place: Any, values: dict[str, Any] | None = None, *, meant: str = "") -> str:
    part = _part(place, values or {})
    own_first = sorted(part.model_fields, key=lambda key: key not in part.__annotations__)
    known = [key for key in own_first if key not in OF_READING]
    return f"{did_you_mean(meant, known)}known: {', '.join(known)}"


def _part(place: Any, values: dict[str, Any]) -> type[BaseModel]:
    """The table that a key stands in."""
    if place == ["batches", "alpha"]:
        return AlphaSchedule
    if place and place[0] == "claims":
        return ClaimSettings
    if len(place) > 1 and place[0] in _SOURCE_TABLES:
        return SOURCES[values[place[0]][place[1]]["source"]]
    if place == ["encoder"]:
        return ENCODERS[values["encoder"].get("kind", "static")]
    parts: dict[str, type[BaseModel]] = {
        "tuning": Tuning,
        "normalisation": Normalisation,
        "training": Training,
        "batches": Batches,
        "loss": LossSettings,
        "selection": Selection,
    }
    return parts.get(place[0], Recipe) if place else Recipe
