"""`polybatch serve`: an index as a page for people and an HTTP interface for programs."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.search.server import HOST, PORT, RATE


def serve(
    indices: Annotated[
        list[Path], typer.Argument(help="An index, or several of one archive, to compare.", show_default=False)
    ],
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on; 0.0.0.0 is every one of this machine. With it, requests for any host name are "
            "answered, as a proxy sends them; without it, those for loopback names alone.",
            show_default=HOST,
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = PORT,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="POLYBATCH_TOKEN",
            help="Token that writing needs, 16 characters or more; without it, nobody can write. A variable is safer: "
            "others on this machine can see command lines.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="Requests per second that one address may make, on average; 0 for no limit.", min=0)
    ] = RATE,
    root: Annotated[
        str, typer.Option("--root-path", help="Path under which a proxy serves it, such as /news.", show_default=False)
    ] = "",
) -> None:
    """Serve an index: a search page, and /search, /documents, /languages, /health and /metrics.

    With several indices, such as one for each of two models, the page shows their answers side by side and marks the
    differences. /openapi.json describes the interface. The address of the page is printed on stdout, and a line for
    each request on stderr. Ctrl-C stops the server after it has answered open requests. There is no TLS, so put a
    proxy in front of it before others can reach it.

    Example: polybatch serve indices/x-x-mono indices/hybrid
    """
    from polybatch.search.server import serve as run

    run(indices, host=host, port=port, token=token, rate=rate, root=root, ready=typer.echo)
