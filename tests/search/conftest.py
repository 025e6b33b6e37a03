"""One model for all tests of search: making it takes longer than what is tested with it."""

from pathlib import Path

import pytest

from tests.search.news import save_model


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a small static encoder."""
    return save_model(tmp_path_factory.mktemp("models") / "static")


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of another one, with other vectors."""
    return save_model(tmp_path_factory.mktemp("models") / "other", seed=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index may be made."""
    return tmp_path / "index"
