"""News articles with a headline or a summary, a row each: what MasakhaNEWS and XL-Sum have in common."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

from polybatch.data.pairing import Document
from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import NO_PASSAGE, cleaned, give_document
from polybatch.data.sources.running import PAIRS, Kinds, Tokens
from polybatch.data.sources.source import Reading, Source
from polybatch.records import Item
from polybatch.text.passages import sentences


class ArticleSource(Source):
    """A set of articles, each in one language. An article is a group; an equal text met before is the same one."""

    pairs: Kinds = Field(["headline"], description=PAIRS)
    tokens: Tokens = 180
    rows: Limit = 0

    def articles(self, data: Path, reading: Reading) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Place, language, and an object with headline, text and perhaps summary, each counted as read."""
        raise NotImplementedError

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """The pairs of each article; `rows` counts articles. Held in memory: a hash of each text."""
        seen: set[str] = set()
        for where, code, row in islice(self.articles(data, reading), self.rows or None):
            text = cleaned(row.get("text"))
            key = f"{code}-{text_key(text)}"
            if not text or key in seen:
                reading.leave_out("a text met before" if text else NO_PASSAGE, where)
                continue
            seen.add(key)
            reading.read -= 1  # the pairs that it gives are counted instead
            document = Document(
                id=f"{self.name}-{key}",
                sentences={code: sentences(text, code)},
                headlines={code: cleaned(row.get("headline"))},
                summaries={code: cleaned(row.get("summary"))},
            )
            yield from give_document(document, self.pairs, self.tokens, reading, where)
