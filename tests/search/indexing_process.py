"""A process that indexes and tells how far it is, to be killed: FOLDER VERSION [URI]."""

import sys
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from polybatch.progress import Progress
from polybatch.search import indexing
from polybatch.search.index import Index
from polybatch.search.records import Document

DOCUMENTS = 600
DIMENSIONS = 8
ABOUT = {"model": "hashes", "fingerprint": "f", "dimensions": DIMENSIONS, "tokens": 20}


class Hashes:
    """Vectors out of hashes of texts, slowly enough to be killed in between."""

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        time.sleep(0.02)
        data = b"".join(blake2b(text.encode(), digest_size=DIMENSIONS).digest() for text in texts)
        return np.frombuffer(data, dtype=np.uint8).reshape(-1, DIMENSIONS).astype(np.float32) - 127.5


def documents(version: int) -> list[Document]:
    """Documents of one to four passages; in another version, every other one has another text."""
    texts = (
        " ".join(f"Sentence {place} of {number}, version {version if number % 2 else 0}, has some words in it."
                 for place in range(1 + 3 * ((number + version) % 4)))
        for number in range(DOCUMENTS)
    )  # fmt: skip
    return [Document(f"d{number}", text, language="en") for number, text in enumerate(texts)]


def main(folder: str, version: str, uri: str = "") -> None:
    """Index, and print after each batch how many documents are acknowledged."""
    indexing.FIRST = indexing.MOST = 16
    index = Index.make(Path(folder), ABOUT, uri=uri)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        print(done, flush=True)

    with index.writing():
        indexing.add_documents(index, documents(int(version)), Hashes(), advance=advance)
        index.engine.optimise()
    print("finished", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
