"""Reports that many tests read, made once."""

from pathlib import Path

import pytest

from polybatch.report import Report, load_runs

from .runs import THIRTEEN, write_run


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five systems, three seeds, three languages."""
    return write_run(tmp_path_factory.mktemp("report") / "news")


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen systems, three seeds, thirteen languages."""
    systems = ["untuned", "en-en", "x-x", "x-x-mono", "x-y", *(f"hybrid-{share:02}" for share in range(5, 100, 10))]
    return write_run(tmp_path_factory.mktemp("report") / "wide", systems=systems, languages=THIRTEEN)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five systems with their rankings of single queries, of which hybrid answers every query."""
    return write_run(tmp_path_factory.mktemp("report") / "planted", first="hybrid")


@pytest.fixture(scope="session")
def planted_report(planted: Path) -> Report:
    """The report of `planted`."""
    return load_runs([planted])


@pytest.fixture(scope="session")
def report(news: Path) -> Report:
    """The report of `news`."""
    return load_runs([news])


@pytest.fixture(scope="session")
def wide_report(wide: Path) -> Report:
    """The report of `wide`."""
    return load_runs([wide])
