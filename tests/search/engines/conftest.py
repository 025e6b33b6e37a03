"""Both engines behind one fixture: LanceDB in a folder, Milvus Lite as a server of its own."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from polybatch.search.engines.engine import Engine
from polybatch.search.engines.table import open_engine

Open = Callable[..., Engine]


@pytest.fixture(params=["lancedb", "milvus"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """A function that opens an engine, always the same one; it is empty at first."""
    uri = str(tmp_path / "lance") if request.param == "lancedb" else request.getfixturevalue("milvus")
    index = uuid4().hex

    def open_(dimensions: int = 8, *, make: bool = True) -> Engine:
        engine = open_engine(uri, dimensions=dimensions, index=index, make=make)
        assert engine.name == request.param
        return engine

    return open_
