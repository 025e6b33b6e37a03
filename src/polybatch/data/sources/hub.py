"""A source whose files lie on the hub: read from a copy under the data folder, or streamed. Not here: any one set."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.sources.files import Row, object_rows, parquet_rows
from polybatch.data.sources.source import Reading, Source
from polybatch.data.sources.streaming import HUB, stream_rows
from polybatch.errors import Fault

Limit = Annotated[int, Field(ge=0, description="read so many rows at most; 0 for all")]


class HubSource(Source):
    """A source of one repository, laid out under `about.folder` as it is on the hub."""

    repository: ClassVar[Repository]

    stream: bool = Field(False, description="read it from the hub as it comes, without a copy under the data folder")
    revision: str = Field("main", description="commit of the repository that is streamed")
    rows: Limit = 0

    def folders(self) -> Mapping[str, str]:
        """Its own folder, unless it is streamed."""
        return {} if self.stream else super().folders()

    def read(
        self, data: Path, pattern: str, reading: Reading, *, texts: Sequence[str], lists: Sequence[str] = ()
    ) -> Iterator[tuple[str, Row]]:
        """The rows of the files that match `pattern`, in order of their names, each counted as read.

        A row has all of `texts`, as text where the files are JSONL; else what a column holds is for the caller to see.
        """
        rows = self._streamed if self.stream else self._copied
        return islice(rows(data, pattern, reading, texts, lists), self.rows or None)

    def _streamed(
        self, data: Path, pattern: str, reading: Reading, texts: Sequence[str], lists: Sequence[str]
    ) -> Iterator[tuple[str, Row]]:
        root = HUB.format(repository=self.repository.id, revision=self.revision)
        for where, row in stream_rows(root, pattern, reading):
            if missing := [name for name in (*texts, *lists) if name not in row]:
                reading.leave_out(f"no {', '.join(missing)}", where)
            else:
                yield where, row

    def _copied(
        self, data: Path, pattern: str, reading: Reading, texts: Sequence[str], lists: Sequence[str]
    ) -> Iterator[tuple[str, Row]]:
        folder = data / (self.about.folder or "")
        works = f"`polybatch data fetch {self.source}`, or from {self.about.upstream} into {folder}"
        paths = sorted(folder.glob(pattern))
        if not paths:
            reading.faults.append(Fault(str(folder / pattern), "no such file", works))
        for path in paths:
            if path.suffix == ".parquet":
                yield from parquet_rows(path, reading, fields=(*texts, *lists), works=works)
            else:
                yield from object_rows(path, reading, fields=texts, works=works)
