"""Indexing on a Ray cluster: nodes cut and encode, one process writes. A node that dies has its work done again."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.lookup import open_encoder
from polybatch.errors import Fault, FaultyInputError
from polybatch.extras import required
from polybatch.progress import Silent
from polybatch.search.cutting import cut
from polybatch.search.index import Index
from polybatch.search.indexing import Batch, choose, look_up, plus, unit, write
from polybatch.search.models import Encoder
from polybatch.search.records import Added, Document, Passage

LOCAL = "local"
"""The address for which a cluster of this machine alone is started, and stopped afterwards."""

SHARD = 512  # documents of a task
AHEAD = 2  # tasks under way for each processor
PATIENCE = 10.0  # seconds
RETRIES = 10  # times that a task is done again whose node died


class Model(NamedTuple):
    """A model as nodes get it: its name, the files of its folder (none for a hub name), and its fingerprint."""

    name: str
    files: dict[str, bytes]
    fingerprint: str


class Cluster:
    """A Ray cluster that encodes, while this process looks up and writes. A context manager."""

    def __init__(self, address: str, model: str, encoder: Encoder, *, batch_size: int) -> None:
        self.address, self.batch_size = address, batch_size
        self.model = Model(model, _files(Path(model).expanduser()), fingerprint(encoder))

    def __enter__(self) -> Self:
        """Connect; raises FaultyInputError where no cluster answers."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        self._ray = required("ray", "ray")
        self._ours = not self._ray.is_initialized()
        if self._ours:
            here = {"include_dashboard": False} if self.address == LOCAL else {}
            try:
                _knock(self.address)
                self._ray.init(self.address, log_to_driver=False, configure_logging=False, **here)
            except (OSError, ValueError, RuntimeError) as error:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                works = f"HOST:PORT of a cluster's head, ray://HOST:PORT, or {LOCAL}"
                raise FaultyInputError([Fault(f"Ray at {self.address}", reason, works)]) from None
        task = self._ray.remote(max_retries=RETRIES)
        self._cut, self._encode = task(_cut), task(_encode)
        self._stored = self._ray.put(self.model)
        return self

    def __exit__(self, *error: object) -> None:
        """Disconnect, if this connected."""
        if self._ours:
            self._ray.shutdown()

    def add_documents(
        self,
        index: Index,
        documents: Iterable[Document],
        *,
        among: Sequence[str] = (),
        advance: Callable[[int], None] = lambda documents: None,
    ) -> Added:
        """As `add_documents` of one process does, shard by shard as they come back; what is written is written whole.

        A text that two shards under way have in common is encoded for both.
        """
        added = Added()
        shards = self._shards(index, documents, among)
        under_way: dict[Any, Batch] = {}
        slots = AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        while True:
            while len(under_way) < slots and (shard := next(shards, None)):
                batch, task = shard
                under_way[task] = batch
            if not under_way:
                return added
            (done,), _ = self._ray.wait(list(under_way), num_returns=1)
            batch, found = under_way.pop(done), self._ray.get(done)
            if isinstance(found, list):  # cut, not yet encoded
                batch.passages = found
                look_up(index, batch)
                texts = list(batch.missing.values())
                under_way[self._encode.remote([self._stored], texts, self.batch_size)] = batch
                continue
            missing = batch.missing
            if missing:
                batch.vectors |= dict(zip(missing, unit(found, index), strict=True))
            added = plus(added, write(index, batch, encoded=len(missing)))
            advance(len(batch.documents))

    def _shards(self, index: Index, documents: Iterable[Document], among: Sequence[str]) -> Iterator[tuple[Batch, Any]]:
        rest = iter(documents)
        while shard := list(islice(rest, SHARD)):
            batch = choose(index, shard)
            todo = [one for one in shard if one.id in batch.new or one.id in batch.changed]
            yield batch, self._cut.remote(todo, self.model.fingerprint, tuple(among), index.manifest["tokens"])


def _knock(address: str) -> None:
    """Raises OSError where nobody listens: Ray itself would go on trying for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()


def _cut(documents: Sequence[Document], fingerprint: str, among: tuple[str, ...], tokens: int) -> list[Passage]:
    return [passage for one in documents for passage in cut(one, fingerprint, among=among, tokens=tokens)]


def _encode(stored: list[Any], texts: Sequence[str], batch_size: int) -> np.ndarray:
    """Encode on a node. `stored` holds a reference, so that the model is fetched once a process, not once a task."""
    if not texts:
        return np.empty((0, 0), dtype=np.float32)
    return _encoder(stored[0], batch_size).encode_passages(texts, Silent())


@cache
def _encoder(stored: Any, batch_size: int) -> Encoder:
    """The model, unpacked from the cluster's memory and loaded; kept as long as the process lives."""
    import ray

    model = ray.get(stored)
    if not model.files:
        return _checked(open_encoder(model.name, batch_size=batch_size), model)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in model.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return _checked(open_encoder(folder, batch_size=batch_size), model)


def _checked(encoder: Encoder, model: Model) -> Encoder:
    if fingerprint(encoder) != model.fingerprint:
        found = "a node loads another model by that name"
        raise FaultyInputError([Fault(model.name, found, "the same on every node, or a folder, which is sent along")])
    return encoder


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
