"""Collections by name, and folders by their layout: the tables that recipes, the command line and messages read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

from polybatch.data.collections.upstreams import (
    AFRICLIRMATRIX,
    AFRIQA,
    BELEBELE,
    BUILT_IN,
    CIRAL,
    CROSSSUM,
    MAFAND_MT,
    MASAKHANEWS,
    MIRACL,
    MLQA_R,
    NAGARIK,
    NEUCLIR,
    NTREX,
    SIB200,
    XLSUM,
    XQUAD_R,
    Upstream,
)
from polybatch.data.hub import Download, Repository, fetch
from polybatch.errors import DataError, Fault, did_you_mean, gathered
from polybatch.records import Collection

DATA_VARIABLE = "POLYBATCH_DATA"
HUB = "hub:"


class Reader(NamedTuple):
    """`load` takes a folder, languages and a name; `holds` says whether a folder looks like what it reads."""

    load: Callable[..., Collection]
    holds: Callable[[Path], bool]


def reader(module: str, *, load: str = "", **options: Any) -> Callable[[], Reader]:
    """Gives the reader of a module of this folder: its `load_MODULE` and `holds_MODULE`. Imports it only when called.

    `load` names another loader of the module; `options` are further arguments of the loader.
    """

    def read() -> Reader:
        there = import_module(f"polybatch.data.collections.{module}")
        return Reader(partial(getattr(there, load or f"load_{module}"), **options), getattr(there, f"holds_{module}"))

    return read


def newswire() -> Reader:
    """The built-in newswire, which is in no folder."""
    from polybatch.data.newswire import newswire_collection

    return Reader(newswire_collection, lambda folder: False)


@dataclass(frozen=True)
class Source:
    """A collection with a name.

    `folder` is its place under the data folder, None where it is built in; `reader` gives its loader, which is imported
    only then; `hub` the repositories that fill the folder, none where upstream is not on the hub. `split` names its
    part of what the folder holds, where parts share no query.
    """

    about: str
    folder: str | None
    of: Upstream
    reader: Callable[[], Reader]
    hub: tuple[Repository, ...] = ()
    split: str = ""

    @property
    def upstream(self) -> str:
        """Where it comes from, in words."""
        return self.of.place

    @property
    def licence(self) -> str:
        """The licence of its texts."""
        return self.of.licence


def _xquad_r(about: str, *, paragraph: bool) -> Source:
    return Source(about, "lareqa/xquad-r", XQUAD_R, reader("lareqa", paragraph=paragraph))


def _mlqa_r(about: str, *, paragraph: bool) -> Source:
    return Source(about, "lareqa/mlqa-r", MLQA_R, reader("lareqa", paragraph=paragraph))


def _belebele(about: str, languages: Literal[3, 14]) -> Source:
    hub = (Repository("facebook/belebele", ("data/*.jsonl",)),)
    return Source(about, "belebele", BELEBELE, reader("belebele", pool=languages), hub)


def _ciral(split: str) -> Source:
    about = f"CIRAL {split}: English question to African news, ha so sw yo"
    hub = (
        Repository("CIRAL/ciral", ("ciral-{name}/*",)),
        Repository("CIRAL/ciral-corpus", ("passages-v1.0/{name}_passages.jsonl",)),
    )
    return Source(about, "ciral", CIRAL, reader("ciral", split=split), hub, split.removesuffix("-pools"))


def _neuclir(year: int) -> Source:
    about = f"NeuCLIR {year}: topic to news, fa ru zh, in grades"
    hub = (Repository("neuclir/neuclir1", ("data/fas-*", "data/rus-*", "data/zho-*")),)
    return Source(about, "neuclir", NEUCLIR, reader("neuclir", year=year), hub, str(year))


def _xlsum(query: str) -> Source:
    about = f"XL-Sum: {query} to BBC article, one language"
    hub = (Repository("csebuetnlp/xlsum", ("data/{name}_XLSum_v2.0.tar.bz2",)),)
    return Source(about, "xl-sum", XLSUM, reader("xlsum", query=query), hub, split="test")


def _masakhanews(split: str) -> Source:
    about = f"MasakhaNEWS {split}: headline to article, one language"
    return Source(about, "masakhane-news", MASAKHANEWS, reader("masakhanews", split=split), split=split)


COLLECTIONS: dict[str, Source] = {
    "ntrex-news": Source(
        "NTREX-128 news: headline to passages", "ntrex", NTREX, reader("ntrex", load="load_ntrex_news")
    ),
    "ntrex-news-held-out": Source(
        "NTREX-128 news: sentence to the rest of its document",
        "ntrex",
        NTREX,
        reader("ntrex", load="load_ntrex_held_out"),
    ),
    "ntrex-sentences": Source(
        "NTREX-128 news: sentence to translation", "ntrex", NTREX, reader("ntrex", load="load_ntrex_sentences")
    ),
    "xquad-r": _xquad_r("XQuAD-R: question to sentence, 11 languages", paragraph=False),
    "xquad-r+paragraph": _xquad_r("XQuAD-R: question to sentence with paragraph", paragraph=True),
    "mlqa-r": _mlqa_r("MLQA-R: question to sentence, 7 languages", paragraph=False),
    "mlqa-r+paragraph": _mlqa_r("MLQA-R: question to sentence with paragraph", paragraph=True),
    "sib-200": Source(
        "SIB-200: sentence to translation",
        "sib-200",
        SIB200,
        reader("sib200"),
        (Repository("Davlan/sib200", ("data/*.tsv",)),),
    ),
    "belebele-3": _belebele("Belebele: question to passage, sw ne en in one pool", 3),
    "belebele-14": _belebele("Belebele: question to passage, 14 languages in one pool", 14),
    "miracl": Source(
        "MIRACL dev: question to Wikipedia, one language",
        "miracl",
        MIRACL,
        reader("miracl"),
        (
            Repository("miracl/miracl", ("miracl-v1.0-{code}/*",)),
            Repository("miracl/miracl-corpus", ("miracl-corpus-v1.0-{code}/*",)),
        ),
    ),
    **{f"ciral-{split}": _ciral(split) for split in ("dev", "test-a", "test-a-pools", "test-b")},
    "africlirmatrix": Source(
        "AfriCLIRMatrix: English title to African Wikipedia, in grades",
        "africlirmatrix",
        AFRICLIRMATRIX,
        reader("africlirmatrix"),
        (Repository("castorini/africlirmatrix", ("africlirmatrix-v1.0-{name}/*",)),),
    ),
    "afriqa": Source("AfriQA: African question to English or French passage", "afriqa", AFRIQA, reader("afriqa")),
    "crosssum": Source(
        "CrossSum: summary to BBC article in any language",
        "crosssum",
        CROSSSUM,
        reader("crosssum"),
        (Repository("csebuetnlp/CrossSum", ("data/{name}-{other}_CrossSum.tar.bz2",)),),
    ),
    "xl-sum": _xlsum("summary"),
    "xl-sum-titles": _xlsum("title"),
    "masakhane-news": _masakhanews("test"),
    "masakhane-news-dev": _masakhanews("dev"),
    "global-voices-dev": Source(
        "Global Voices dev: line to the rest of its block of ten, en sw, to choose settings by",
        "lafand-mt",
        MAFAND_MT,
        reader("global_voices"),
    ),
    "nagarik-news": Source(
        "Nagarik news: English headline to Nepali summary, to choose settings by",
        "nagarik-news",
        NAGARIK,
        reader("nagarik"),
    ),
    "neuclir-2022": _neuclir(2022),
    "neuclir-2023": _neuclir(2023),
    "newswire": Source("built-in synthetic newswire in en, sw, ne", None, BUILT_IN, newswire, split="test"),
}


@dataclass(frozen=True)
class _Layout:
    """How a folder is told, and read."""

    about: str
    reader: Callable[[], Reader]


LAYOUTS: tuple[_Layout, ...] = (
    _Layout("BEIR's form (corpus.jsonl, queries.jsonl, qrels/test.tsv)", reader("beir")),
    _Layout("TREC's form (topics.<language>.tsv, qrels.txt, corpus.jsonl)", reader("trec")),
    _Layout("NTREX-128 (DOCUMENT_IDS.tsv, NTREX-128/)", reader("ntrex", load="load_ntrex_news")),
    _Layout("LAReQA (<language>.json with sentence_breaks)", reader("lareqa")),
    _Layout("SIB-200 (data/annotated/)", reader("sib200")),
    _Layout("Belebele (eng_Latn.jsonl)", reader("belebele")),
    _Layout("MIRACL (miracl-v1.0-<language>/)", reader("miracl")),
    _Layout("CIRAL (ciral-<name>/)", reader("ciral")),
    _Layout("AfriCLIRMatrix (test/queries/)", reader("africlirmatrix")),
    _Layout("AfriQA (data/gold_passages/)", reader("afriqa")),
    _Layout("CrossSum (english-swahili_CrossSum.tar.bz2)", reader("crosssum")),
    _Layout("XL-Sum (swahili_XLSum_v2.0.tar.bz2)", reader("xlsum")),
    _Layout("MasakhaNEWS (data/swa/test.tsv)", reader("masakhanews")),
    _Layout("MAFAND-MT (data/text_files/en-swa/dev.swa)", reader("global_voices")),
    _Layout("Nagarik news (nagarik_pairs.early.tsv)", reader("nagarik")),
    _Layout("NeuCLIR (data/fas-*.jsonl.gz)", reader("neuclir")),
)


def load_collection(
    on: str, *, data: Path | None, languages: Sequence[str] | None = None, download: Download | None = None
) -> Collection:
    """A collection by its name in COLLECTIONS, `hub:` and such a name, or a folder in a layout that is known.

    `data` is the folder that holds the collections as they are laid out upstream; a built-in one needs none. Only
    `languages` are loaded where given. With `hub:` the files are first fetched into that folder, for those languages;
    nothing else ever uses the network, and later runs need no `hub:`. `download` stands for the hub's own function.

    Raises DataError with every fault.
    """
    name = on.removeprefix(HUB)
    if name in COLLECTIONS:
        source = COLLECTIONS[name]
        if source.folder is None:
            return source.reader().load(**({"languages": languages} if languages else {}))
        if data is None:
            raise DataError([missing_data({source.folder: source.upstream}, where=f"collection {name}")])
        if name != on:
            _fetch(name, source, data / source.folder, languages, download)
        return source.reader().load(data / source.folder, languages=languages, name=name)
    folder = Path(on)
    if not folder.is_dir():
        known = f"a folder in a layout that is known, or one of {', '.join(COLLECTIONS)}"
        works = did_you_mean(on, COLLECTIONS) + known
        raise DataError([Fault(on, "no such collection and no such folder", works)])
    for layout in LAYOUTS:
        found = layout.reader()
        if found.holds(folder):
            return found.load(folder, languages=languages, name=folder.resolve().name)
    works = "; ".join(layout.about for layout in LAYOUTS)
    raise DataError([Fault(on, "not a collection in a layout that is known", works)])


def _fetch(name: str, source: Source, folder: Path, languages: Sequence[str] | None, download: Download | None) -> None:
    if not source.hub:
        raise DataError([Fault(HUB + name, "not on the hub", f"from {source.upstream}, into {folder}")])
    by_language = any("{" in pattern for one in source.hub for pattern in one.files)
    if by_language and languages is None:
        raise DataError([Fault(HUB + name, "no languages named: all would be fetched", "name some, such as en,sw")])
    fetch(source.hub, folder, languages=languages, download=download)


def load_collections(
    names: Sequence[str],
    *,
    data: Path | None,
    languages: Sequence[str] | None = None,
    languages_of: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Collection, ...]:
    """Several collections, as `load_collection` loads each; raises DataError with the faults of all.

    `languages_of` has the languages of those for which `languages` do not hold.
    """
    faults: list[Fault] = []
    found: list[Collection] = []
    for on in names:
        with gathered(faults):
            found.append(load_collection(on, data=data, languages=(languages_of or {}).get(on, languages)))
    if faults:
        raise DataError(faults)
    return tuple(found)


def missing_data(upstreams: Mapping[str, str], *, where: str) -> Fault:
    """The one line that says which folders are needed, and where each comes from."""
    wanted = ", ".join(f"{folder} (from {upstream})" for folder, upstream in upstreams.items())
    return Fault(where, "no data folder given", f"--data DIR or {DATA_VARIABLE}=DIR names one that holds {wanted}")
