"""Both engines behind one fixture: LanceDB in a folder, Milvus Lite as a server of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from polybatch.search.engines.engine import Engine
from polybatch.search.engines.table import open_engine

Open = Callable[..., Engine]


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus Lite server, a process of its own on a free port."""
    program = Path(sys.executable).with_name("milvus-lite")
    if not program.is_file():
        pytest.skip("milvus-lite is not installed: pip install milvus-lite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("milvus")
    words = [str(program), "server", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "data")]
    with (folder / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as server:
        try:
            until = time.monotonic() + 60
            while socket.socket().connect_ex(("127.0.0.1", port)):
                if server.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"milvus-lite did not start: {(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(params=["lancedb", "milvus"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """A function that opens an engine, always the same one; it is empty at first."""
    uri = str(tmp_path / "lance") if request.param == "lancedb" else request.getfixturevalue("milvus")
    index = uuid4().hex

    def open_(dimensions: int = 8) -> Engine:
        engine = open_engine(uri, dimensions=dimensions, index=index)
        assert engine.name == request.param
        return engine

    return open_
