"""A share of a source's rows by whole passage groups, the same groups every time. Not here: other sources."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import SerializeAsAny

from polybatch.data.sources.source import About, Reading, Source
from polybatch.records import Item

OUTSIDE = "outside of the share"


class ShareSource(Source):
    """The items of a source whose groups are among the first `share` of them, in an order drawn by hash.

    A smaller share is a part of a larger one; the order does not depend on that of the files, where neighbours are
    often on one matter. ceil(share * groups) groups are kept. Every row is read twice: groups are counted first.
    """

    about: ClassVar[About] = About(what="a share of another source", licence="that of the source", upstream="")

    source: Literal["share"] = "share"
    of: SerializeAsAny[Source]
    share: float

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """The items of the kept groups, in the source's order; the others are counted as left out."""
        keys = sorted({_key(item.group) for item in self.of.items(data, Reading())})
        if not keys:
            yield from self.of.items(data, reading)  # which says what is wrong
            return
        last = keys[-int(-self.share * len(keys) // 1) - 1]
        for item in self.of.items(data, reading):
            if _key(item.group) <= last:
                yield item
            else:
                reading.leave_out(OUTSIDE, item.id)

    def folders(self) -> Mapping[str, str]:
        """Those of the source."""
        return self.of.folders()


def share_of(source: Source, share: float) -> Source:
    """A source less the rest of its groups, under its own name."""
    return ShareSource(name=source.name, licence=source.licence, of=source, share=share)


def _key(group: str) -> bytes:
    return blake2b(group.encode(), digest_size=16).digest()
