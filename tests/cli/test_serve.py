"""Claims about `polybatch serve` as a process: its address on stdout, a clean stop, what is wrong told at once."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from polybatch import extras
from polybatch.cli.serve import serve
from polybatch.errors import DataError, FaultyInputError
from polybatch.search.engines.lance import SEEN_AFTER
from polybatch.search.index import Index
from polybatch.search.server.running import short_names
from tests.search.server.archive import make_index, make_models

COMMAND = "import typer; from polybatch.cli.serve import serve; typer.run(serve)"
TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    return make_index(folder / "index", make_models(folder)["hybrid"])


@contextmanager
def serving(index: Path, log: Path) -> Iterator["subprocess.Popen[str]"]:
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(index), "--port", "0", "--rate", "0"],
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            env={**os.environ, "POLYBATCH_TOKEN": TOKEN},
        )
    yield process
    process.kill()
    process.wait()


def address_of(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), log.read_text()
    return address


@pytest.fixture
def process(index: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    with serving(index, tmp_path / "log") as process:
        yield process


def test_it_prints_its_address_answers_and_stops_after_what_it_has_begun(
    process: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    address = address_of(process, tmp_path / "log")
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


def test_a_connection_outlives_the_pause_after_which_clients_drop_theirs(
    process: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """A server that closes it at the same moment as the client asks again gives that client an error."""
    where = httpx.URL(address_of(process, tmp_path / "log"))
    connection = http.client.HTTPConnection(where.host, where.port or 80, timeout=20)
    for pause in (5.5, 0):
        connection.request("GET", "/health")
        assert connection.getresponse().read()
        time.sleep(pause)
    connection.close()


def test_two_servers_of_one_index_see_what_the_other_wrote_and_lose_nothing(index: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(index, tmp_path / "index"))
    logs = [tmp_path / "log-0", tmp_path / "log-1"]
    with serving(copied, logs[0]) as one, serving(copied, logs[1]) as other:
        clients = [
            httpx.Client(base_url=address_of(process, log), headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)
            for process, log in zip((one, other), logs, strict=True)
        ]
        before = clients[0].get("languages").json()["indices"][0]["passages"]

        def write(which: int) -> list[dict[str, int]]:
            told = []
            for number in range(4):
                own = {"id": f"of-{which}-{number}", "text": f"Server {which} wrote {number}.", "language": "en"}
                both = {"id": f"of-both-{number}", "text": f"Both wrote {number}.", "language": "sw"}
                answer = clients[which].post("documents", json={"documents": [own, both]})
                assert answer.status_code == 200, answer.text
                told.append(answer.json()["index"])
            return told

        with ThreadPoolExecutor(2) as threads:
            told = [one for found in threads.map(write, (0, 1)) for one in found]
        assert sum(one["new"] for one in told) == 12
        assert sum(one["same"] for one in told) == 4
        time.sleep(SEEN_AFTER.total_seconds())
        for client in clients:
            for id in ("of-0-3", "of-1-3", "of-both-3"):
                assert client.get("documents", params={"id": id}).status_code == 200
            found = client.post("search", json={"query": "wrote", "method": "text", "top": 100}).json()["hits"]
            assert len(found) == len({hit["document"] for hit in found}) == 12
        assert clients[1].request("DELETE", "documents", params={"id": ["of-0-2", "of-both-2"]}).json() == {"index": 2}
        time.sleep(SEEN_AFTER.total_seconds())
        assert clients[0].get("documents", params={"id": "of-0-2"}).status_code == 404
    assert sum(Index.open(copied).engine.languages().values()) == before + 10


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
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    error = run(str(index), "--port", "0")
    assert "pip install 'polybatch[serve]'" in str(error)


def test_indices_are_named_by_what_tells_them_apart() -> None:
    assert short_names([Path("/x/a"), Path("/x/b")]) == ["a", "b"]
    assert short_names([Path("/x/a/index"), Path("/x/b/index")]) == ["a/index", "b/index"]
    with pytest.raises(DataError, match="twice"):
        short_names([Path("/x/a"), Path("/x/../x/a")])
