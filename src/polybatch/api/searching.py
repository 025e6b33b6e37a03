"""Search an index from Python: hits as objects, and as a pandas frame."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pandas as pd

    from polybatch.search.searcher import Searcher


class Hits(list[Any]):
    """Hits in their order, each a `polybatch.search.records.Hit`. A notebook shows them as a table."""

    def frame(self) -> "pd.DataFrame":
        """A row for each hit: id, document, language, title, text, score, rank, date, source, url."""
        import pandas as pd

        return pd.DataFrame([asdict(hit) for hit in self])

    def _repr_html_(self) -> str:
        if not self:
            return "nothing found"
        html: str = self.frame()[["rank", "score", "language", "title", "text"]].to_html(index=False)
        return html


class SearchIndex:
    """An index that is open for search; made by `open_index`. Threads may share it."""

    def __init__(self, searcher: "Searcher") -> None:
        self.searcher = searcher

    def search(self, query: str, *, top: int = 10, languages: Sequence[str] = (), **request: Any) -> Hits:
        """The `top` best passages for a query in any language, of the `languages` named or of all.

        `request` has further fields of `polybatch.search.records.SearchRequest`: `since`, `until` (dates), `sources`,
        `balance`, `method` (dense, text, hybrid). Raises DataError with every fault of the request.
        """
        from polybatch.search.records import SearchRequest

        return Hits(self.searcher.search(SearchRequest(query, top=top, languages=tuple(languages), **request)))

    def languages(self) -> dict[str, int]:
        """Passages by language code."""
        return self.searcher.languages()

    def close(self) -> None:
        """Let the index go."""
        self.searcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def open_index(index: str | Path, *, model: str | None = None) -> SearchIndex:
    """Open an index that `polybatch index` made, with the model that encoded it, or that model at another place.

    Raises DataError where there is no index, ModelError where the model is missing or is another one.
    """
    from polybatch.search.searcher import Searcher

    return SearchIndex(Searcher.open(index, model=model))
