"""What a file of this folder declares: a data set's facts, its sources and its collections. Reads no data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from polybatch.data.hub import Repository
from polybatch.data.sources.source import About, Source
from polybatch.records import Collection

GITHUB = "https://github.com/{}/archive/{}.tar.gz"
RAW = "https://raw.githubusercontent.com/{}"


@dataclass(frozen=True)
class WebFile:
    """A file on the web, or an archive of which `keep` is unpacked, `strip` folders taken off the front of names.

    In an address `{code}` stands for a language's code: a file for each language. `sha256` is given where it is known.
    """

    url: str
    keep: tuple[str, ...] = ()
    strip: int = 0
    sha256: str = ""
    codes: tuple[str, ...] = ()

    @property
    def is_archive(self) -> bool:
        """Whether it is to be unpacked."""
        return bool(self.keep)


def github(repository: str, *keep: str, at: str = "refs/heads/main") -> tuple[WebFile, ...]:
    """The files of a GitHub repository that match `keep`, out of its archive at a commit or branch."""
    return (WebFile(GITHUB.format(repository, at), keep=keep, strip=1),)


@dataclass(frozen=True)
class DataSet:
    """The facts of a published data set, which hold for everything made of it.

    `name` is what `polybatch data fetch` calls it; `folder` is its place under the data folder, empty where it is built
    in. `hub` and `web` are the files to fetch, both empty where it has to be had by hand; `then` says what is left to
    do by hand after fetching. `made_of` names the data set that its texts were taken from, where that is another one.
    """

    name: str
    folder: str
    licence: str
    upstream: str
    hub: tuple[Repository, ...] = ()
    web: tuple[WebFile, ...] = ()
    then: str = ""
    made_of: str = ""

    @property
    def by_language(self) -> bool:
        """Whether it lies in files by language, so that some can be had without the others."""
        patterns = [pattern for repository in self.hub for pattern in repository.files]
        return any("{" in pattern for pattern in patterns) or any(file.codes for file in self.web)

    @property
    def works(self) -> str:
        """What to do where its files are missing."""
        return f"`polybatch data fetch {self.name}`, or from {self.upstream}"

    @property
    def texts(self) -> str:
        """The name of the data set that its texts come from: two with one name here may hold the same texts."""
        return self.made_of or self.name

    def about(self, what: str, *, languages: tuple[str, ...] = (), size: str = "") -> About:
        """What the list of sources says of rows made of it."""
        return About(what, self.licence, self.upstream, languages, size, self.folder, self.texts)


@dataclass(frozen=True)
class NamedCollection:
    """A collection that has a name.

    `load` takes the folder, `languages` and `name`; of a built-in one only `languages`. `split` names its part of the
    data set, where parts share no query.
    """

    about: str
    data_set: DataSet
    load: Callable[..., Collection]
    split: str = ""

    @property
    def folder(self) -> str | None:
        """Its place under the data folder; None where it is built in."""
        return self.data_set.folder or None

    @property
    def upstream(self) -> str:
        """Where it comes from, in words."""
        return self.data_set.upstream

    @property
    def licence(self) -> str:
        """The licence of its texts."""
        return self.data_set.licence


@dataclass(frozen=True)
class FolderLayout:
    """How a folder is recognised, and loaded as a collection: `holds` says whether it looks like what `load` reads."""

    about: str
    holds: Callable[[Path], bool]
    load: Callable[..., Collection]


@dataclass(frozen=True)
class Published:
    """All that a file of this folder offers: the one declaration that registers it."""

    data_sets: tuple[DataSet, ...]
    sources: tuple[type[Source], ...] = ()
    collections: Mapping[str, NamedCollection] = field(default_factory=dict)
    layout: FolderLayout | None = None
