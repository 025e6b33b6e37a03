"""Indices opened and served until a signal comes: the port, the log, the end. Not here: what is answered."""

import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.errors import DataError, Fault, FaultyInputError, gathered
from polybatch.extras import required
from polybatch.search.server.limits import RATE

if TYPE_CHECKING:
    from polybatch.search.searcher import Searcher

HOST, PORT = "127.0.0.1", 8000
CONNECTIONS = 500  # at once; one more is told 503
KEPT = 30  # seconds that a connection without a request stays open: longer than clients keep theirs, often 5
GRACE = 20  # seconds that answers under way have once a signal to stop came


def serve(
    indices: Sequence[Path | str],
    *,
    host: str | None = None,
    port: int = PORT,
    token: str | None = None,
    rate: float = RATE,
    root: str = "",
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve indices until SIGTERM or SIGINT; `ready` gets the page's address once it can be asked.

    Without a host it is HOST, and loopback names alone are answered; with one, any name is. Port 0 is one that is free.
    `rate`: requests a second of one address, 0 for no limit. `root`: the path under which a proxy has it. Raises
    FaultyInputError for a package that is not installed, an address that cannot be listened on, a token too short, and
    every index that does not open.
    """
    for package in ("fastapi", "uvicorn", "prometheus_client"):
        required(package, "serve")
    from polybatch.search.server.app import make_app
    from polybatch.search.server.writing import token_faults

    if faults := token_faults(token):
        raise FaultyInputError(faults)
    listening = _listen(host or HOST, port)
    with contextlib.closing(listening):
        opened = open_indices(indices)
        app = make_app(opened, token=token, rate=rate, loopback=host is None, root=root)
        address = listening.getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        _run(app, listening, lambda: ready(f"http://{shown}:{address[1]}/"))


def open_indices(folders: Sequence[Path | str]) -> dict[str, "Searcher"]:
    """Open indices, each under the shortest end of its path that no other has; raises for all that do not open."""
    from polybatch.search.searcher import Searcher

    names, faults, opened = short_names([Path(one) for one in folders]), list[Fault](), dict[str, Searcher]()
    for name, folder in zip(names, folders, strict=True):
        with gathered(faults):
            opened[name] = Searcher.open(folder)
    if faults:
        raise FaultyInputError(faults)
    return opened


def short_names(folders: Sequence[Path]) -> list[str]:
    """The last parts of paths, as many as tell them apart; raises DataError for a path that comes twice."""
    parts = [folder.resolve().parts for folder in folders]
    for length in range(1, max(map(len, parts), default=0) + 1):
        names = ["/".join(one[-length:]) for one in parts]
        if len(set(names)) == len(names):
            return names
    raise DataError([Fault("indices", "an index comes twice", "each once")])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything slow is done, so that a port that is taken is told at once."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number and number > 0 else str(error)  # Python adds the address to strerror
        raise FaultyInputError([Fault(f"{host}:{port}", f"cannot be listened on ({reason})", "another port")]) from None


def _run(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal, in a thread of its own: there uvicorn leaves signals alone, and they are ours."""
    import uvicorn

    _log()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEPT,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.force_exit, server.should_exit = server.should_exit, True  # asked twice, it waits for nobody

    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="server")
    with _signals(stop):
        thread.start()
        try:
            while thread.is_alive() and not server.started:
                thread.join(0.02)
            if server.started:
                ready()
            while thread.is_alive():
                thread.join(1)
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _signals(handler: Callable[[int, object], object]) -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM come to a handler, where this is the thread that signals come to."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, handler) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, was in before.items():
            signal.signal(one, was)


def _log() -> None:
    """Lines on stderr: of the server, and of each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("polybatch.serve", "uvicorn.error"):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
        log.setLevel(logging.INFO)
