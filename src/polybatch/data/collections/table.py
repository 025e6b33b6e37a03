"""Collections by name, and folders by their layout: the tables that recipes, the command line and messages read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from polybatch.data.collections import (
    africlirmatrix,
    afriqa,
    beir,
    belebele,
    ciral,
    crosssum,
    lareqa,
    masakhanews,
    miracl,
    neuclir,
    ntrex,
    sib200,
    trec,
    xlsum,
)
from polybatch.data.hub import Download, Repository, fetch
from polybatch.data.newswire import newswire_collection
from polybatch.errors import DataError, Fault, gathered
from polybatch.records import Collection

DATA_VARIABLE = "POLYBATCH_DATA"
HUB = "hub:"


@dataclass(frozen=True)
class Source:
    """A collection with a name.

    `folder` is its place under the data folder, None where it is built in; `hub` the repositories that fill that
    folder, none where upstream is not on the hub.
    """

    about: str
    folder: str | None
    upstream: str
    licence: str
    load: Callable[..., Collection]
    hub: tuple[Repository, ...] = ()


_MIRACL = (
    Repository("miracl/miracl", ("miracl-v1.0-{code}/*",)),
    Repository("miracl/miracl-corpus", ("miracl-corpus-v1.0-{code}/*",)),
)
_CIRAL = (
    Repository("CIRAL/ciral", ("ciral-{name}/*",)),
    Repository("CIRAL/ciral-corpus", ("passages-v1.0/{name}_passages.jsonl",)),
)
_AFRICLIRMATRIX = (Repository("castorini/africlirmatrix", ("africlirmatrix-v1.0-{name}/*",)),)
_BELEBELE = (Repository("facebook/belebele", ("data/*.jsonl",)),)
_XLSUM = (Repository("csebuetnlp/xlsum", ("data/{name}_XLSum_v2.0.tar.bz2",)),)
_CROSSSUM = (Repository("csebuetnlp/CrossSum", ("data/{name}-{other}_CrossSum.tar.bz2",)),)
_NEUCLIR = (Repository("neuclir/neuclir1", tuple(f"data/{code}-*" for code in neuclir.CODES.values())),)
_SIB200 = (Repository("Davlan/sib200", ("data/*.tsv",)),)


def _lareqa(about: str, name: str, *, paragraph: bool) -> Source:
    load = partial(lareqa.load_lareqa, paragraph=paragraph)
    return Source(about, f"lareqa/{name}", lareqa.UPSTREAM, lareqa.LICENCES[name], load)


def _ntrex(about: str, load: Callable[..., Collection]) -> Source:
    return Source(about, "ntrex", ntrex.UPSTREAM, ntrex.LICENCE, load)


def _belebele(about: str, pool: Sequence[str]) -> Source:
    load = partial(belebele.load_belebele, pool=pool)
    return Source(about, "belebele", belebele.UPSTREAM, belebele.LICENCE, load, _BELEBELE)


def _ciral(split: str) -> Source:
    about = f"CIRAL {split}: English question to African news, ha so sw yo"
    return Source(about, "ciral", ciral.UPSTREAM, ciral.LICENCE, partial(ciral.load_ciral, split=split), _CIRAL)


def _neuclir(year: int) -> Source:
    about = f"NeuCLIR {year}: topic to news, fa ru zh, in grades"
    load = partial(neuclir.load_neuclir, year=year)
    return Source(about, "neuclir", neuclir.UPSTREAM, neuclir.LICENCE, load, _NEUCLIR)


def _xlsum(query: str) -> Source:
    load = partial(xlsum.load_xlsum, query=query)
    return Source(
        f"XL-Sum: {query} to BBC article, one language", "xl-sum", xlsum.UPSTREAM, xlsum.LICENCE, load, _XLSUM
    )


def _masakhanews(split: str) -> Source:
    about = f"MasakhaNEWS {split}: headline to article, one language"
    load = partial(masakhanews.load_masakhanews, split=split)
    return Source(about, "masakhane-news", masakhanews.UPSTREAM, masakhanews.LICENCE, load)


COLLECTIONS: dict[str, Source] = {
    "ntrex-news": _ntrex("NTREX-128 news: headline to passages", ntrex.load_ntrex_news),
    "ntrex-news-held-out": _ntrex("NTREX-128 news: sentence to the rest of its document", ntrex.load_ntrex_held_out),
    "ntrex-sentences": _ntrex("NTREX-128 news: sentence to translation", ntrex.load_ntrex_sentences),
    "xquad-r": _lareqa("XQuAD-R: question to sentence, 11 languages", "xquad-r", paragraph=False),
    "xquad-r+paragraph": _lareqa("XQuAD-R: question to sentence with paragraph", "xquad-r", paragraph=True),
    "mlqa-r": _lareqa("MLQA-R: question to sentence, 7 languages", "mlqa-r", paragraph=False),
    "mlqa-r+paragraph": _lareqa("MLQA-R: question to sentence with paragraph", "mlqa-r", paragraph=True),
    "sib-200": Source(
        "SIB-200: sentence to translation", "sib-200", sib200.UPSTREAM, sib200.LICENCE, sib200.load_sib200, _SIB200
    ),
    "belebele-3": _belebele("Belebele: question to passage, sw ne en in one pool", belebele.THREE),
    "belebele-14": _belebele("Belebele: question to passage, 14 languages in one pool", belebele.FOURTEEN),
    "miracl": Source(
        "MIRACL dev: question to Wikipedia, one language",
        "miracl",
        miracl.UPSTREAM,
        miracl.LICENCE,
        miracl.load_miracl,
        _MIRACL,
    ),
    **{f"ciral-{split}": _ciral(split) for split in ("dev", "test-a", "test-a-pools", "test-b")},
    "africlirmatrix": Source(
        "AfriCLIRMatrix: English title to African Wikipedia, in grades",
        "africlirmatrix",
        africlirmatrix.UPSTREAM,
        africlirmatrix.LICENCE,
        africlirmatrix.load_africlirmatrix,
        _AFRICLIRMATRIX,
    ),
    "afriqa": Source(
        "AfriQA: African question to English or French passage",
        "afriqa",
        afriqa.UPSTREAM,
        afriqa.LICENCE,
        afriqa.load_afriqa,
    ),
    "crosssum": Source(
        "CrossSum: summary to BBC article in any language",
        "crosssum",
        crosssum.UPSTREAM,
        crosssum.LICENCE,
        crosssum.load_crosssum,
        _CROSSSUM,
    ),
    "xl-sum": _xlsum("summary"),
    "xl-sum-titles": _xlsum("title"),
    "masakhane-news": _masakhanews("test"),
    "masakhane-news-dev": _masakhanews("dev"),
    "neuclir-2022": _neuclir(2022),
    "neuclir-2023": _neuclir(2023),
    "newswire": Source(
        "built-in synthetic newswire in en, sw, ne", None, "built in", "Apache-2.0", newswire_collection
    ),
}


@dataclass(frozen=True)
class _Layout:
    """How a folder is told, and read."""

    about: str
    holds: Callable[[Path], bool]
    load: Callable[..., Collection]


LAYOUTS: tuple[_Layout, ...] = (
    _Layout("BEIR's form (corpus.jsonl, queries.jsonl, qrels/test.tsv)", beir.holds_beir, beir.load_beir),
    _Layout("TREC's form (topics.<language>.tsv, qrels.txt, corpus.jsonl)", trec.holds_trec, trec.load_trec),
    _Layout("NTREX-128 (DOCUMENT_IDS.tsv, NTREX-128/)", ntrex.holds_ntrex, ntrex.load_ntrex_news),
    _Layout("LAReQA (<language>.json with sentence_breaks)", lareqa.holds_lareqa, lareqa.load_lareqa),
    _Layout("SIB-200 (data/annotated/)", sib200.holds_sib200, sib200.load_sib200),
    _Layout("Belebele (eng_Latn.jsonl)", belebele.holds_belebele, belebele.load_belebele),
    _Layout("MIRACL (miracl-v1.0-<language>/)", miracl.holds_miracl, miracl.load_miracl),
    _Layout("CIRAL (ciral-<name>/)", ciral.holds_ciral, ciral.load_ciral),
    _Layout("AfriCLIRMatrix (test/queries/)", africlirmatrix.holds_africlirmatrix, africlirmatrix.load_africlirmatrix),
    _Layout("AfriQA (data/gold_passages/)", afriqa.holds_afriqa, afriqa.load_afriqa),
    _Layout("CrossSum (english-swahili_CrossSum.tar.bz2)", crosssum.holds_crosssum, crosssum.load_crosssum),
    _Layout("XL-Sum (swahili_XLSum_v2.0.tar.bz2)", xlsum.holds_xlsum, xlsum.load_xlsum),
    _Layout("MasakhaNEWS (data/swa/test.tsv)", masakhanews.holds_masakhanews, masakhanews.load_masakhanews),
    _Layout("NeuCLIR (data/fas-*.jsonl.gz)", neuclir.holds_neuclir, neuclir.load_neuclir),
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
            return source.load(**({"languages": languages} if languages else {}))
        if data is None:
            raise DataError([missing_data({source.folder: source.upstream}, where=f"collection {name}")])
        if name != on:
            _fetch(name, source, data / source.folder, languages, download)
        return source.load(data / source.folder, languages=languages, name=name)
    folder = Path(on)
    if not folder.is_dir():
        works = f"a folder in a layout that is known, or one of {', '.join(COLLECTIONS)}"
        raise DataError([Fault(on, "no such collection and no such folder", works)])
    for layout in LAYOUTS:
        if layout.holds(folder):
            return layout.load(folder, languages=languages, name=folder.resolve().name)
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
    names: Sequence[str], *, data: Path | None, languages: Sequence[str] | None = None
) -> tuple[Collection, ...]:
    """Several collections, as `load_collection` loads each; raises DataError with the faults of all."""
    faults: list[Fault] = []
    found: list[Collection] = []
    for on in names:
        with gathered(faults):
            found.append(load_collection(on, data=data, languages=languages))
    if faults:
        raise DataError(faults)
    return tuple(found)


def missing_data(upstreams: Mapping[str, str], *, where: str) -> Fault:
    """The one line that says which folders are needed, and where each comes from."""
    wanted = ", ".join(f"{folder} (from {upstream})" for folder, upstream in upstreams.items())
    return Fault(where, "no data folder given", f"--data DIR or {DATA_VARIABLE}=DIR names one that holds {wanted}")
