"""Claims about indexing on a Ray cluster: the same index as from one process, also when a node dies midway."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from polybatch.cli.index import index as index_command
from polybatch.encoders.loading import load_encoder
from polybatch.errors import FaultyInputError
from polybatch.progress import Silent
from polybatch.search import distributed
from polybatch.search.distributed import Cluster
from polybatch.search.index import Index
from polybatch.search.searcher import Searcher
from tests.search.news import articles, make_index

EACH = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
COUNTS = {"en": 120, "sw": 60, "ne": 30}


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A real Ray cluster of three nodes on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'polybatch[ray]'")
    from ray.cluster_utils import Cluster as Nodes

    cluster = Nodes(initialize_head=True, head_node_args={**EACH, "include_dashboard": False})
    try:
        cluster.add_node(**EACH)
        yield cluster
    finally:
        cluster.shutdown()


class Killing(Silent):
    """Progress that kills a node (as kill -9 does) when the first shard is written."""

    def __init__(self, nodes: Any, victim: Any) -> None:
        self.nodes, self.victims, self.done = nodes, [victim], 0

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        def advance(count: int) -> None:
            self.done += count
            if self.victims:
                self.nodes.remove_node(self.victims.pop(), allow_graceful=False)

        yield advance


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lancedb", "milvus"])
def test_a_cluster_of_three_nodes_that_loses_one_makes_the_index_of_one_process(
    nodes: Any, engine: str, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    victim = nodes.add_node(**EACH)
    nodes.wait_for_nodes()
    documents = articles(COUNTS)
    rows = [{**asdict(one), "date": str(one.date)} for one in documents]
    archive = tmp_path / "news.jsonl"
    archive.write_text("".join(json.dumps(row) + "\n" for row in rows))
    progress = Killing(nodes, victim)
    monkeypatch.setattr(distributed, "SHARD", 10)
    monkeypatch.setattr(sys.modules["polybatch.cli.index"], "make_progress", lambda: progress)
    command = typer.Typer()
    command.command()(index_command)
    words = [model, str(archive), "--out", str(tmp_path / "cluster"), "--ray", nodes.address]
    words += ["--engine-uri", request.getfixturevalue("milvus")] if engine == "milvus" else []
    for told in ("210 encoded, 0 taken over", "0 encoded, 0 taken over"):
        ran = CliRunner().invoke(command, words)
        assert ran.exception is None, ran.exception
        assert told in ran.output
    assert progress.done == 420
    assert not progress.victims, "a node was killed while there was work to do"

    index, alone = Index.open(tmp_path / "cluster"), make_index(tmp_path / "alone", model, documents)
    assert index.engine.name == engine
    for one in documents:
        (passage,) = index.engine.passages(one.id)
        assert [passage] == alone.engine.passages(one.id)
        (found,), (right,) = (each.engine.vectors([passage.hash]).values() for each in (index, alone))
        assert np.allclose(found, right, atol=1e-6)
    assert Searcher.open(tmp_path / "cluster").languages() == {"en": 120, "ne": 30, "sw": 60}


def test_an_address_where_no_cluster_is_gives_one_line(model: str) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'polybatch[ray]'")
    for address in ("127.0.0.1:1", "ray://127.0.0.1:1"):
        with (
            pytest.raises(
                FaultyInputError, match=rf"^Ray at {address}: .*Connection refused; HOST:PORT of a cluster's head"
            ),
            Cluster(address, model, load_encoder(model), batch_size=8),
        ):
            pass
