"""`polybatch data fetch`: download a set of data, where it may be downloaded, into the layout that upstream has."""

from typing import Annotated

import typer

from polybatch.cli.options import Data, parse_languages
from polybatch.cli.progress import make_progress
from polybatch.errors import DataError, Fault


def fetch(
    name: Annotated[str, typer.Argument(help="A source, or a collection on the hub, by name.", show_default=False)],
    data: Data = None,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to fetch, such as en,sw, if the set has files by language.", show_default=False),
    ] = None,
) -> None:
    """Download a data set into its folder under the data folder. Prints the folder, and the licence on stderr.

    This is the only command of `data` that uses the network. An interrupted download continues where it stopped, and
    existing files are not downloaded again. Hashes are checked if they are known, and recorded in fetched.json.
    Without a network, the message says which files to put where.

    Example: polybatch data fetch xl-sum --languages en,sw --data ~/data
    """
    from polybatch.data.fetching.fetch import fetch_data

    if data is None:
        raise DataError([Fault("polybatch data fetch", "no data folder given", "--data DIR or POLYBATCH_DATA=DIR")])
    fetched = fetch_data(name, data, languages=parse_languages(languages), progress=make_progress())
    typer.echo(fetched.folder)
    if fetched.then:
        typer.echo(f"{name}: {fetched.then}", err=True)
