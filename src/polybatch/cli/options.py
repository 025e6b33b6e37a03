"""Options that several commands share, and the checks that go with them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.help import COLLECTION_NAMES
from polybatch.data.collections.table import DATA_VARIABLE
from polybatch.errors import DataError, Fault
from polybatch.languages import check_language
from polybatch.sampling.strategies import STRATEGIES

Recipe = Annotated[Path, typer.Argument(help="A recipe (.toml); recipes/ has examples.", show_default=False)]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar=DATA_VARIABLE,
        help="Folder with the data sets, laid out as upstream does.",
        show_default=False,
    ),
]

Translations = Annotated[
    Path | None,
    typer.Option(
        "--translations",
        help="Which articles are translations: a CSV or TSV with a column for each language, called by its code; in "
        "each row the ids, addresses or file names of one story.",
        show_default="by file name, id, address but for its language, or what articles say themselves",
    ),
]

Vectors = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        help="Folder to keep a teacher's vectors in, by content, and to take them from.",
        show_default="this training's own",
    ),
]

STRATEGIES_HELP = "; ".join(f"[bold]{name}[/bold]: {one.about}" for name, one in STRATEGIES.items())
COLLECTIONS_HELP = f"By name: {COLLECTION_NAMES}; docs/collections.md says what each is"

MEASURES_HELP = "Such as mAP, nDCG@10 or TLR@20; docs/measures.md lists all and says what each is"


def parse_languages(text: str | None, *, option: str = "--languages") -> list[str] | None:
    """Language codes out of `en,sw,ne`, the value of an option; raises DataError for one unknown or given twice."""
    if text is None:
        return None
    codes = split_words(text)
    faults = [fault for code in codes for fault in check_language(code, where=option)]
    if not codes or len(set(codes)) < len(codes):
        faults.append(Fault(option, repr(text), "codes such as en,sw,ne, once each"))
    if faults:
        raise DataError(faults)
    return codes


def split_words(text: str) -> list[str]:
    """The words of `x-y, hybrid`, without spaces; empty ones are none."""
    return [word.strip() for word in text.split(",") if word.strip()]


def parse_archives(texts: Sequence[str]) -> dict[str, Path]:
    """Languages and archives out of `en=archive.csv sw=articles/sw`; raises DataError for what is neither, or twice."""
    named = dict(one.partition("=")[::2] for one in texts)
    if len(named) < len(texts) or not all(named.values()):
        raise DataError([Fault("archives", " ".join(texts), "a language and a folder or file each: en=articles/en")])
    return {code: Path(path) for code, path in named.items()}


def command_line(*parts: str | Path) -> str:
    """The command as a user would repeat it, paths below the current folder made relative."""
    words = ["polybatch"]
    for part in parts:
        if isinstance(part, Path):
            here = os.path.relpath(part)
            words.append(str(part) if here.startswith("..") else here)
        else:
            words.append(part)
    return " ".join(words)
