"""`polybatch init`: a commented recipe for what somebody has. Asks nothing, trains nothing."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.ending import Ending, Quiet, show, then_command
from polybatch.cli.options import parse_languages
from polybatch.errors import Fault, RecipeError


def init(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LANGUAGE=FOLDER... | DATA | MODEL]",
            help="What you have: folders of articles (en=articles/en sw=articles/sw), a data folder, a model.",
            show_default="nothing: the built-in newswire",
        ),
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to train and evaluate in, such as en,sw.", show_default="en,sw,ne"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The recipe to write; for folders of articles, a new folder.", show_default="recipe.toml"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write a recipe for what you have, with a reason for each choice, and print the next command.

    Folders of articles become an experiment, as with `polybatch data split`. From a data folder, the data sets under
    their upstream names are trained on, and comments name the others that fit. A model (a folder or a name on the hub)
    becomes the encoder. Without an argument, the recipe uses the built-in newswire, which needs no data.

    Example: polybatch init data/ --languages en,sw --out news.toml
    """
    words = given or []
    if any("=" in word for word in words):
        from polybatch.cli.data_split import split

        split(words, out or Path("experiment"), quiet=quiet)
        return
    from polybatch.data.collections.table import DATA_VARIABLE
    from polybatch.experiment.starting import starting_recipe
    from polybatch.files import write_text

    file = out or Path("recipe.toml")
    faults = [Fault(str(file), "is there already", "name another --out")] if file.exists() else []
    folders = [Path(word) for word in words if Path(word).is_dir() and not _is_model(Path(word))]
    models = [word for word in words if Path(word) not in folders]
    if len(folders) > 1 or len(models) > 1:
        found = "more than one data folder or model"
        faults.append(Fault(" ".join(words), found, "one of each, or folders of articles as en=articles/en"))
    if faults:
        raise RecipeError(faults)
    data = folders[0] if folders else None
    text = starting_recipe(
        file.stem, data=data, model=models[0] if models else "", languages=parse_languages(languages) or []
    )
    write_text(file, text)
    where = ("--data", data) if data else ()
    told = ["Every value in the recipe has its reason beside it; change what does not fit."]
    told += [] if data else [f"It needs no data; with yours, name their folder (--data or {DATA_VARIABLE})."]
    then = [then_command("run", file, *where, "--dry-run"), then_command("run", file, *where)]
    show(Ending(told, written=[("recipe", file)], then=then), quiet=quiet)


def _is_model(folder: Path) -> bool:
    return any((folder / file).is_file() for file in ("modules.json", "config.json"))
