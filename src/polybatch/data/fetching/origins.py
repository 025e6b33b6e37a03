"""What can be fetched, by name: where it lies, what of it is wanted, under which licence. Fetches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.collections.upstreams import MLQA_R, XQUAD_R
from polybatch.data.hub import Repository
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES

GITHUB = "https://github.com/{}/archive/{}.tar.gz"
RAW = "https://raw.githubusercontent.com/{}"
FLORES_V1 = "facebookresearch/flores/main/previous_releases/floresv1/data/wikipedia_en_ne_si_test_sets.tgz"


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


@dataclass(frozen=True)
class Origin:
    """Where a set of data comes from, and the folder that it goes to. `then` says what is left to do by hand."""

    folder: str
    licence: str
    upstream: str
    hub: tuple[Repository, ...] = ()
    web: tuple[WebFile, ...] = ()
    then: str = ""

    @property
    def by_language(self) -> bool:
        """Whether it lies in files by language, so that some can be had without the others."""
        return any("{" in pattern for one in self.hub for pattern in one.files) or any(one.codes for one in self.web)


def _github(repository: str, *keep: str, at: str = "refs/heads/main") -> tuple[WebFile, ...]:
    return (WebFile(GITHUB.format(repository, at), keep=keep, strip=1),)


WEB: dict[str, tuple[WebFile, ...]] = {
    "afriqa": _github("masakhane-io/afriqa", "data/gold_passages/*"),
    "entity-questions": (
        WebFile("https://nlp.cs.princeton.edu/projects/entity-questions/dataset.zip", keep=("dataset/*.json",)),
    ),
    "flores": (
        WebFile(
            "https://dl.fbaipublicfiles.com/nllb/flores200_dataset.tar.gz",
            keep=("flores200_dataset/*",),
            sha256="b8b0b76783024b85797e5cc75064eb83fc5288b41e9654dabc7be6ae944011f6",
        ),
    ),
    "flores-v1": (WebFile(RAW.format(FLORES_V1), keep=("wikipedia.*",), strip=1),),
    "masakhanews": _github("masakhane-io/masakhane-news", "data/*.tsv"),
    "mlqa": (
        WebFile(
            "https://dl.fbaipublicfiles.com/MLQA/MLQA_V1.zip",
            keep=("MLQA_V1/*.json",),
            sha256="246e8089933d13007fe80684d5c5c0713d6834cf8b3b4a0ec7c66f0a0d2baac8",
        ),
    ),
    "ntrex": _github("MicrosoftTranslator/NTREX", "NTREX-128/*.txt", "DOCUMENT_IDS.tsv", "LANGUAGES.tsv"),
    "squadshifts": tuple(
        WebFile(RAW.format(f"modestyachts/squadshifts-website/master/datasets/{name}_v1.0.json"))
        for name in ("new_wiki", "nyt", "reddit", "amazon_reviews")
    ),
    "tydiqa": (WebFile("https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-train.json"),),
    "xquad": (
        WebFile(RAW.format("google-deepmind/xquad/master/xquad.{code}.json"), codes=SOURCES["xquad"].about.languages),
    ),
}
"""Files of sources that are not on the hub."""

THEN = {
    "entity-questions": "these are questions alone: put results of a retrieval, in DPR's form, into retrieved/ there",
}


def _of_source(source: type[Source], name: str) -> Origin | None:
    repository = getattr(source, "repository", None)
    if source.about.folder is None or (repository is None and name not in WEB):
        return None
    hub = (repository,) if isinstance(repository, Repository) else ()
    about = source.about
    return Origin(about.folder or "", about.licence, about.upstream, hub, WEB.get(name, ()), THEN.get(name, ""))


def _all() -> dict[str, Origin]:
    found = {name: origin for name, source in SOURCES.items() if (origin := _of_source(source, name))}
    lareqa = _github("google-research-datasets/lareqa", "xquad-r/*.json", "mlqa-r/*.json", at="354d67d")
    found["lareqa"] = Origin(
        "lareqa", f"{XQUAD_R.licence} (XQuAD-R), {MLQA_R.licence} (MLQA-R)", MLQA_R.place, (), lareqa
    )
    lafand = _github("masakhane-io/lafand-mt", "data/text_files/*")
    found["lafand-mt"] = Origin("lafand-mt", "CC BY-NC 4.0", "github.com/masakhane-io/lafand-mt", (), lafand)
    taken = {origin.folder for origin in found.values()}
    for name, one in COLLECTIONS.items():
        if one.folder and one.hub and one.folder not in taken:
            found[name] = Origin(one.folder, one.licence, one.upstream, one.hub)
    return found


ORIGINS: Mapping[str, Origin] = _all()
