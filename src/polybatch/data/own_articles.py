"""Archives of a language each as stories: which articles are translations of each other. Writes nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from polybatch.data.archives.archive import Archive
from polybatch.data.archives.fields import Article
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.archives.texts import ENDS
from polybatch.data.formats.tables import table_rows
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code

TRANSLATIONS = (
    "Articles are translations of each other by one file name, one id, one address but for its language, or the "
    "addresses or the group of translations that they name"
)
ELSEWHERE, SECOND = "in another language than the one named", "a second article of a story in one language"
_TAG = re.compile(r"[a-zA-Z]{2,3}(?:[-_](?:[a-zA-Z]{2}|[a-zA-Z]{4}|\d{3}))?")  # sw, or sw-TZ
NO_HEADLINE, NO_TEXT = "no headline", "a headline alone"


@dataclass
class Known:
    """An article that was met: its language, and the names by which its translations may know it."""

    language: str
    id: str
    names: Sequence[str]
    story: str = ""


@dataclass
class Stories:
    """The stories of some archives: in which languages each is there; `told` says what was left out, a line each."""

    languages: Mapping[str, Sequence[str]]
    told: Sequence[str]
    _archives: Mapping[str, Archive] = field(repr=False, default_factory=dict)
    _known: Sequence[Known] = field(repr=False, default_factory=list)

    def articles(self) -> Iterator[tuple[str, str, str, list[str]]]:
        """Each article: its story, its language, its place, and its lines, the headline first. Read again from disk."""
        known = iter(self._known)
        for code, archive in self._archives.items():
            for where, article in archive.articles(LeftOut()):
                lines = _lines(where, article, code)
                if not isinstance(lines, str) and (story := next(known).story):
                    yield story, code, where, lines


def read_stories(paths: Mapping[str, Path], order: Path | None = None) -> Stories:
    """Read archives of a language each, once, and join what is one story.

    TRANSLATIONS says how they are joined; with `order`, a table with a column for each language, only as its rows have
    it: the ids, addresses or file names of one story. Articles without a headline or a text after it are left out, as
    are bad rows. Raises DataError where an archive cannot be used (see `Archive.look`), or the order file cannot.
    """
    archives = {code: Archive([path]) for code, path in paths.items()}
    known: list[Known] = []
    told: list[str] = []
    faults: list[Fault] = []
    for code, archive in archives.items():
        left = LeftOut()

        def met(where: str, article: Article, code: str = code, left: LeftOut = left) -> None:
            lines = _lines(where, article, code)
            if isinstance(lines, str):
                left.note(lines, where)
            else:
                known.append(Known(code, _name(where, article), _names(where, article, code)))

        try:
            archive.look(left, each=met)
        except DataError as error:
            faults += error.faults
        told += [f"{code}: {line}" for line in left.said()]
    rows = _order(order, paths, faults) if order else None
    if faults:
        raise DataError(faults)
    stories, seconds = _joined(known, rows)
    told += [f"left out: {seconds:,}: {SECOND}"] if seconds else []
    return Stories(stories, told, archives, known)


def _joined(known: Sequence[Known], rows: Sequence[Sequence[str]] | None) -> tuple[dict[str, list[str]], int]:
    """Give each article the name of its story; the languages of each, and how many articles were one too many."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    numbers: dict[str, int] = {}
    edges: list[tuple[int, int]] = []

    def node(name: str) -> int:
        return numbers.setdefault(name, len(known) + len(numbers))

    for at, article in enumerate(known):
        of_all = [f"{article.language}\t{name}" for name in article.names] if rows is not None else article.names
        edges += [(at, node(name)) for name in of_all]
    for row in rows or ():
        edges += [(node(row[0]), node(name)) for name in row[1:]]
    size = len(known) + len(numbers)
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    names: dict[int, str] = {}
    stories: dict[str, list[str]] = {}
    seconds = 0
    for article, label in zip(known, labels, strict=False):
        story = names.get(label)
        if story is None:
            story = _safe(article.id)
            story = names[label] = story if story not in stories else _safe(f"{article.language}:{article.id}")
        if article.language in stories.setdefault(story, []):
            seconds += 1
        else:
            article.story = story
            stories[story].append(article.language)
    return stories, seconds


def _order(path: Path, paths: Mapping[str, Path], faults: list[Fault]) -> list[list[str]]:
    """The rows of an order file, as names of articles with their language before them."""
    mark = "\t" if path.name.lower().endswith(".tsv") else ""
    rows = table_rows(path, faults, fields=list(paths), mark=mark)
    return [[f"{code}\t{row[code].strip()}" for code in paths if row[code].strip()] for _, row in rows]


def _lines(where: str, article: Article, code: str) -> list[str] | str:
    """The lines of an article that are not blank, the headline first; or why it is left out."""
    if article.language not in (None, code):
        return ELSEWHERE
    lines = [line.strip() for line in article.text.split("\n") if line.strip()]
    if not article.title and not _is_file(where):
        return NO_HEADLINE
    lines = [article.title, *lines] if article.title else lines
    return lines if len(lines) > 1 else NO_TEXT


def _is_file(where: str) -> bool:
    """Whether a place is a text file, whose first line is its headline."""
    return where.lower().endswith(ENDS)


def _name(where: str, article: Article) -> str:
    return article.id.rpartition(".")[0] if _is_file(where) else article.id


def _names(where: str, article: Article, code: str) -> list[str]:
    """The names by which an article may be known to its translations."""
    names = [_name(where, article), article.id, article.url, *article.translations]
    names += [without_language(name, code) for name in (article.id, article.url) if "://" in name]
    return list(dict.fromkeys(name for name in names if name))


def without_language(address: str, code: str) -> str:
    """An address without the part that names its language: a subdomain, a folder, or a value of its query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address

    def neutral(text: str, between: str) -> str:
        words = re.split(f"([{between}])", text)
        return "".join("*" if _TAG.fullmatch(word) and language_code(word) == code else word for word in words)

    return f"{neutral(parts.netloc, '.')}{neutral(parts.path, '/')}?{neutral(parts.query, '=&')}"


def _safe(id: str) -> str:
    """The name of a file for an id: itself where it can be one, else its letters and a hash."""
    if len(id) <= 150 and re.fullmatch(r"[\w-][\w .-]*(?:/[\w-][\w .-]*)*", id):
        return id
    digest = blake2b(id.encode(errors="surrogatepass"), digest_size=6).hexdigest()
    letters = re.sub(r"[^\w]+", "-", id)[-60:].strip("-")
    return f"{letters}-{digest}"
