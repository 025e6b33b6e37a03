"""Claims about indexing on a Ray cluster: the same index as from one process, also when a node dies midway."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from polybatch.encoders.loading import load_encoder
from polybatch.errors import FaultyInputError
from polybatch.search import distributed
from polybatch.search.building import describe_model
from polybatch.search.distributed import Cluster
from polybatch.search.index import Index
from polybatch.search.records import Added
from polybatch.search.searcher import Searcher
from tests.search.news import articles, make_index

COUNTS = {"en": 120, "sw": 60, "ne": 30}


@pytest.fixture
def nodes() -> Iterator[Any]:
    """A real Ray cluster of three nodes on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'polybatch[ray]'")
    from ray.cluster_utils import Cluster as Nodes

    each = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    cluster = Nodes(initialize_head=True, head_node_args={**each, "include_dashboard": False})
    try:
        for _ in range(2):
            cluster.add_node(**each)
        cluster.wait_for_nodes()
        yield cluster
    finally:
        cluster.shutdown()


@pytest.mark.slow
def test_a_cluster_that_loses_a_node_makes_the_index_of_one_process(
    nodes: Any, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed, "SHARD", 10)
    encoder = load_encoder(model)
    documents = articles(COUNTS)
    index = Index.make(tmp_path / "cluster", describe_model(model, encoder))
    done, victims = 0, sorted(nodes.worker_nodes, key=str)

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if len(victims) == 2:
            nodes.remove_node(victims.pop(), allow_graceful=False)

    with index.writing(), Cluster(nodes.address, model, encoder, batch_size=8) as cluster:
        assert cluster.add_documents(index, documents, advance=advance) == Added(new=210, encoded=210)
        assert cluster.add_documents(index, documents) == Added(same=210)
    assert done == 210
    assert len(victims) == 1, "a node was killed while there was work to do"

    alone = make_index(tmp_path / "alone", model, documents)
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
