"""A recipe: one experiment as a TOML file, checked whole before any work starts. Not here: doing the work."""

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES
from polybatch.errors import Fault, RecipeError
from polybatch.files import why_unreadable
from polybatch.languages import check_language
from polybatch.sampling.schedules import SCHEDULES, make_schedule
from polybatch.sampling.strategies import COMPOSITIONS, STRATEGIES, Composition

UNTUNED = "untuned"
SYSTEMS = (UNTUNED, *STRATEGIES)

_NUMBER, _WORD, _TABLE = "a number", "a word", "a table"  # kinds of values, where a key takes two

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Temperature = Annotated[
    Annotated[Positive, Tag(_NUMBER)] | Annotated[Literal["uniform"], Tag(_WORD)],
    Discriminator(lambda value: _WORD if isinstance(value, str) else _NUMBER),
]
Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Encoder(_Part):
    """`[encoder]`: the static encoder, trained from nothing."""

    kind: Literal["static"] = Field("static", description="one vector per subword, trained from nothing")
    vocabulary: Count = Field(32_000, description="subwords, at most")
    dimension: Count = Field(512, description="length of the vectors")
    deviation: Positive = Field(0.1, description="standard deviation of the initial vectors")


class Training(_Part):
    """`[training]`: how each system is trained; the same for all, so that only the batches differ."""

    steps: Count = Field(600, description="batches trained on")
    batch_size: Count = Field(512, description="rows of a batch; every other row is a negative")
    learning_rate: Positive = Field(0.02, description="AdamW's, at its highest")
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.01, description="AdamW's")
    warmup: Share = Field(
        0.05, description="share of the steps in which the learning rate rises; then it falls linearly"
    )
    clip: Annotated[float, Field(ge=0)] = Field(1.0, description="largest norm of the gradient; 0 for no limit")
    temperature: Positive = Field(0.05, description="what cosines are divided by before the softmax")
    symmetric: bool = Field(True, description="also find the query of each passage, and average the two losses")
    token_dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="share of subwords left out of a text")


class AlphaSchedule(_Part):
    """`alpha = { schedule = "linear", values = [1.0, 0.0] }`: an alpha that changes as training goes on."""

    schedule: Literal[tuple(SCHEDULES)] = Field(  # type: ignore[valid-type]
        description="; ".join(f"{one}: {what}" for one, what in SCHEDULES.items())
    )
    values: Annotated[list[Share], Field(min_length=1)] = Field(description="the shares that it goes through")

    @model_validator(mode="after")
    def _as_many_values_as_it_takes(self) -> Self:
        make_schedule(self.schedule, self.values)
        return self


class Batches(_Part):
    """`[batches]`: what the strategies are made with."""

    alpha: Annotated[
        Annotated[Share, Tag(_NUMBER)] | Annotated[AlphaSchedule, Tag(_TABLE)],
        Discriminator(lambda value: _TABLE if isinstance(value, dict | AlphaSchedule) else _NUMBER),
    ] = Field(0.5, description="share of monolingual batches in hybrid; or a schedule of it, see below")
    composition: Composition = Field(
        "mixed", description="; ".join(f"{one}: {what}" for one, what in COMPOSITIONS.items())
    )
    weights: dict[Annotated[str, Field(pattern=r"^[^-]+-[^-]+$")], Annotated[float, Field(ge=0)]] = Field(
        {}, description="direction -> how often it is drawn beside the others of its kind: `{ en-sw = 2.0 }`"
    )
    negatives: Annotated[int, Field(ge=0)] = Field(0, description="hard negatives of each row, if the data have them")
    dataset_temperature: Temperature = Field(
        1.0, description="T: datasets are drawn in proportion to rows ** (1/T) in the direction; or `uniform`"
    )
    language_temperature: Temperature = Field(
        "uniform", description="T: directions are drawn in proportion to rows ** (1/T); or `uniform`"
    )


if TYPE_CHECKING:
    AnySource = Source
else:
    AnySource = Annotated[Union[tuple(SOURCES.values())], Field(discriminator="source")]  # noqa: UP007


class Recipe(_Part):
    """The whole of a recipe, with its file."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        description="name of the experiment, and of its folder under runs/"
    )
    title: str = Field("", description="heading of the report")
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages of the test")
    systems: Annotated[list[Literal[SYSTEMS]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        [UNTUNED, "en-en", "x-x-mono", "x-y", "hybrid"],
        description="what is trained and compared, in this order",
    )
    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = Field(
        [1], description="each system is trained once with each: of the initial vectors, the batches, the dropout"
    )
    test: Annotated[list[str], Field(min_length=1)] = Field(description="collections, by name or folder")
    train: Annotated[list[AnySource], Field(min_length=1)]
    encoder: Encoder = Encoder()
    training: Training = Training()
    batches: Batches = Batches()
    text: str = Field("", exclude=True, description="the file as it was read; not a key of the file")

    def upstreams(self) -> dict[str, str]:
        """The folders under the data folder that the recipe needs, and where each comes from."""
        needed = {COLLECTIONS[on].folder: COLLECTIONS[on].upstream for on in self.test if on in COLLECTIONS}
        for source in self.train:
            needed.update(source.folders())
        return {folder: upstream for folder, upstream in needed.items() if folder}


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe; raises RecipeError with every fault, each at its line."""
    try:
        text = path.read_text(encoding="utf-8")
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
    if "text" in values:
        faults.append(Fault(f"{path}:{_line(text, ('text',))}", "text: no such key", _known_keys(())))
        del values["text"]
    try:
        recipe = Recipe.model_validate(values | {"text": text})
    except ValidationError as error:
        faults.extend(_fault(path, text, values, dict(found)) for found in error.errors())
    faults.extend(_check_values(path, text, values))
    if faults or recipe is None:
        raise RecipeError(sorted(faults, key=lambda fault: int(fault.where.rpartition(":")[2])))
    return recipe


def _check_values(path: Path, text: str, values: dict[str, Any]) -> list[Fault]:
    """What the types cannot say: languages that exist, names used once, lists of files of one length."""
    faults: list[Fault] = []

    def strings(value: Any) -> list[str]:
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    where = f"{path}:{_line(text, ('languages',))}"
    for code in strings(values.get("languages")):
        faults.extend(check_language(code, where=where))
    for key in ("languages", "systems", "test", "seeds"):
        found = values.get(key)
        if isinstance(found, list):
            repeated = sorted({str(one) for one in found if found.count(one) > 1})
            if repeated:
                faults.append(
                    Fault(f"{path}:{_line(text, (key,))}", f"{key}: {', '.join(repeated)} twice", "once each")
                )
    names: set[str] = set()
    for number, source in enumerate(values.get("train") or ()):
        if not isinstance(source, dict):
            continue
        name = source.get("name", source.get("source"))
        if name in names:
            faults.append(
                Fault(f"{path}:{_line(text, ('train', number, 'name'))}", f"name {name!r} twice", "once each")
            )
        names.add(str(name))
        files = source.get("files")
        if isinstance(files, dict):
            where = f"{path}:{_line(text, ('train', number, 'files'))}"
            if not files or any(value == [] for value in files.values()):
                faults.append(
                    Fault(where, "files: a language without a file", 'files = { en = ["a.en"], sw = ["a.sw"] }')
                )
            for code in files:
                faults.extend(check_language(code, where=where))
    return faults


def _fault(path: Path, text: str, values: dict[str, Any], error: dict[str, Any]) -> Fault:
    """One of pydantic's errors, at its line, in our words."""
    # the name of the chosen source, or kind of value, stands in the location of its keys, but not in the file
    place = [part for part in error["loc"] if part not in (*SOURCES, _NUMBER, _WORD, _TABLE)]
    where = f"{path}:{_line(text, place)}"
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    if error["type"] == "extra_forbidden":
        return Fault(where, f"{name}: no such key", _known_keys(place[:-1], values))
    if error["type"] == "missing":
        return Fault(where, f"{name}: missing", "see recipes/ for whole ones")
    if error["type"].startswith("union_tag"):
        return Fault(where, f"{name}: no such source", f"known: {', '.join(SOURCES)}")
    return Fault(where, f"{name} = {error['input']!r}", error["msg"][0].lower() + error["msg"][1:])


def _known_keys(place: Any, values: dict[str, Any] | None = None) -> str:
    parts: dict[str, type[BaseModel]] = {"encoder": Encoder, "training": Training, "batches": Batches}
    part: type[BaseModel] = Recipe
    if place:
        part = parts.get(place[0], Recipe)
        if place == ["batches", "alpha"]:
            part = AlphaSchedule
        if place[0] == "train" and values is not None and len(place) > 1:
            part = SOURCES[values["train"][place[1]]["source"]]
    return "known: " + ", ".join(key for key in part.model_fields if key != "text")


def _line(text: str, place: Any) -> int:
    """The line of a key, found by reading table headers and keys; the nearest table's where the key is not there."""
    keys = [part for part in place if isinstance(part, str)]
    number = next((part for part in place if isinstance(part, int)), 0)
    table = keys[0] if keys and re.search(rf"^\s*\[+\s*{re.escape(keys[0])}\s*\]", text, re.M) else ""
    wanted = keys[1:] if table else keys
    best, current, seen = 1, "", -1
    for line_number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            current = header[1]
            seen += current == table
            if current == table and seen == number:
                best = line_number
        elif current == table and (not table or seen == number) and wanted:
            key = re.match(r"\s*([A-Za-z0-9_\"-]+)\s*[.=]", line)
            if key and key[1].strip('"') == wanted[0]:
                return line_number
    return best
