"""Claims about `polybatch serve` as a process: its address on stdout, a clean stop, what is wrong told at once."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from polybatch.cli.serve import serve
from polybatch.errors import DataError, FaultyInputError
from polybatch.search import extra
from polybatch.search.server.running import short_names
from tests.search.server.archive import make_index, make_models

COMMAND = "import typer; from polybatch.cli.serve import serve; typer.run(serve)"
TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    return make_index(folder / "index", make_models(folder)["hybrid"])


@pytest.fixture
def process(index: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(index), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "POLYBATCH_TOKEN": TOKEN},
        )
    yield process
    process.kill()
    process.wait()


def test_it_prints_its_address_answers_and_stops_after_what_it_has_begun(
    process: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), (tmp_path / "log").read_text()
    found = httpx.post(f"{address}search", json={"query": "floods", "top": 3}).json()
    assert len(found["hits"]) == 3
    story = "A long story, told again. " * 20
    documents = [{"id": f"new-{number}", "text": f"{number}. {story}", "language": "en"} for number in range(20)]
    answers = []
    asked = threading.Event()

    def write() -> None:
        body = json.dumps({"documents": documents}).encode()

        def pieces() -> Iterator[bytes]:
            yield body[:100]
            asked.set()
            yield body[100:]

        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        answers.append(httpx.post(f"{address}documents", content=pieces(), headers=headers, timeout=60))

    thread = threading.Thread(target=write)
    thread.start()
    asked.wait(10)
    process.send_signal(signal.SIGTERM)
    thread.join(60)
    assert process.wait(60) == 0
    assert [answer.json()["index"]["new"] for answer in answers] == [20]
    log = (tmp_path / "log").read_text()
    assert "POST /search status=200" in log
    assert "Traceback" not in log
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def run(*words: str) -> BaseException | None:
    app = typer.Typer()
    app.command()(serve)
    return CliRunner().invoke(app, list(words)).exception


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = run(str(index), "--port", str(taken.getsockname()[1]))
    assert isinstance(error, FaultyInputError)
    assert "cannot be listened on (Address already in use)" in str(error)


def test_every_index_that_does_not_open_is_named(index: Path, tmp_path: Path) -> None:
    error = run(str(index), str(tmp_path / "a"), str(tmp_path / "b"), "--port", "0")
    assert isinstance(error, FaultyInputError)
    assert [Path(fault.where).parent.name for fault in error.faults] == ["a", "b"]


@pytest.mark.parametrize("token", ["short", "has a blank in its middle", "nicht-ganz-schlüssig"])
def test_a_token_that_is_short_or_odd_is_refused(index: Path, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYBATCH_TOKEN", token)
    error = run(str(index), "--port", "0")
    assert isinstance(error, FaultyInputError)
    assert token not in str(error)


def test_a_package_that_is_not_installed_is_named_with_its_command(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    error = run(str(index), "--port", "0")
    assert "pip install 'polybatch[serve]'" in str(error)


def test_indices_are_named_by_what_tells_them_apart() -> None:
    assert short_names([Path("/x/a"), Path("/x/b")]) == ["a", "b"]
    assert short_names([Path("/x/a/index"), Path("/x/b/index")]) == ["a/index", "b/index"]
    with pytest.raises(DataError, match="twice"):
        short_names([Path("/x/a"), Path("/x/../x/a")])
