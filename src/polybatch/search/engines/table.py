"""Engines by the address of an index: a folder or an object store is LanceDB's, http and https are Milvus'."""

from polybatch.errors import Fault, FaultyInputError
from polybatch.search.engines.engine import Engine
from polybatch.search.engines.lance import Lance
from polybatch.search.engines.milvus import Milvus

ENGINES: dict[str, type[Lance] | type[Milvus]] = {
    "": Lance,
    "s3": Lance,
    "gs": Lance,
    "az": Lance,
    "http": Milvus,
    "https": Milvus,
}
"""What holds an index, by the scheme of its address; a folder has none."""


def open_engine(uri: str, *, dimensions: int, index: str, make: bool = False) -> Engine:
    """The engine at an address, holding the passages of the index named `index`; with `make`, made if it is not there.

    Raises FaultyInputError for a scheme that no engine has, for a place that holds another index or (without `make`,
    which leaves the place as it is) none, for a server that does not answer, and, with the install command, for a
    package that is not installed.
    """
    scheme = uri.partition("://")[0] if "://" in uri else ""
    if scheme not in ENGINES:
        schemes = ", ".join(f"{known}://" for known in ENGINES if known)
        raise FaultyInputError([Fault("engine", f"address {uri!r}", f"a folder, or {schemes}")])
    return ENGINES[scheme](uri, dimensions=dimensions, index=index, make=make)
