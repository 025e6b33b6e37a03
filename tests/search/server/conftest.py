"""The archive once for all tests of the server, and applications over it."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from polybatch.search.searcher import Searcher
from polybatch.search.server.app import make_app
from polybatch.search.server.running import open_indices
from tests.search.server.archive import make_index, make_models

TOKEN = "correct-horse-battery"
HERE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Folders of two indices of one archive, `biased` and `hybrid`. Not to be written to."""
    folder = tmp_path_factory.mktemp("archive")
    models = make_models(folder / "models")
    return {name: make_index(folder / name, models[name]) for name in ("biased", "hybrid")}


@pytest.fixture(scope="session")
def searchers(archive: Mapping[str, Path]) -> Mapping[str, Searcher]:
    """The two indices, open."""
    return open_indices(list(archive.values()))


@pytest.fixture(scope="session")
def client(searchers: Mapping[str, Searcher]) -> Iterator[TestClient]:
    """A client of an application over both, without writing and without a rate."""
    with TestClient(make_app(searchers, rate=0), base_url=HERE) as client:
        yield client


@pytest.fixture
def copied(archive: Mapping[str, Path], tmp_path: Path) -> Mapping[str, Searcher]:
    """The two indices as copies, which may be written to."""
    return open_indices([Path(shutil.copytree(path, tmp_path / name)) for name, path in archive.items()])


@pytest.fixture
def writer(copied: Mapping[str, Searcher]) -> Iterator[TestClient]:
    """A client that has the token of an application over the copies."""
    app = make_app(copied, token=TOKEN, rate=0)
    with TestClient(app, base_url=HERE, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client
