"""How each collection is read, and its folder told by its looks: loaders, imported when one of them is asked for."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from polybatch.records import Collection


class Reader(NamedTuple):
    """`load` takes a folder, languages and a name; `holds` says whether a folder looks like what it reads."""

    load: Callable[..., Collection]
    holds: Callable[[Path], bool]


def africlirmatrix() -> Reader:
    """AfriCLIRMatrix."""
    from polybatch.data.collections.africlirmatrix import holds_africlirmatrix, load_africlirmatrix

    return Reader(load_africlirmatrix, holds_africlirmatrix)


def afriqa() -> Reader:
    """AfriQA."""
    from polybatch.data.collections.afriqa import holds_afriqa, load_afriqa

    return Reader(load_afriqa, holds_afriqa)


def beir() -> Reader:
    """A user's own, in BEIR's form."""
    from polybatch.data.collections.beir import holds_beir, load_beir

    return Reader(load_beir, holds_beir)


def belebele(languages: Literal[3, 14] = 3) -> Reader:
    """Belebele, one pool of so many languages."""
    from polybatch.data.collections.belebele import FOURTEEN, THREE, holds_belebele, load_belebele

    return Reader(partial(load_belebele, pool={3: THREE, 14: FOURTEEN}[languages]), holds_belebele)


def ciral(split: str = "test-a") -> Reader:
    """A split of CIRAL."""
    from polybatch.data.collections.ciral import holds_ciral, load_ciral

    return Reader(partial(load_ciral, split=split), holds_ciral)


def crosssum() -> Reader:
    """CrossSum."""
    from polybatch.data.collections.crosssum import holds_crosssum, load_crosssum

    return Reader(load_crosssum, holds_crosssum)


def global_voices() -> Reader:
    """Global Voices dev."""
    from polybatch.data.collections.global_voices import holds_global_voices, load_global_voices

    return Reader(load_global_voices, holds_global_voices)


def lareqa(*, paragraph: bool = False) -> Reader:
    """XQuAD-R or MLQA-R, sentences alone or with their paragraphs."""
    from polybatch.data.collections.lareqa import holds_lareqa, load_lareqa

    return Reader(partial(load_lareqa, paragraph=paragraph), holds_lareqa)


def masakhanews(split: str = "test") -> Reader:
    """A split of MasakhaNEWS."""
    from polybatch.data.collections.masakhanews import holds_masakhanews, load_masakhanews

    return Reader(partial(load_masakhanews, split=split), holds_masakhanews)


def miracl() -> Reader:
    """MIRACL dev."""
    from polybatch.data.collections.miracl import holds_miracl, load_miracl

    return Reader(load_miracl, holds_miracl)


def nagarik() -> Reader:
    """Nagarik news."""
    from polybatch.data.collections.nagarik import holds_nagarik, load_nagarik

    return Reader(load_nagarik, holds_nagarik)


def neuclir(year: int = 2023) -> Reader:
    """NeuCLIR of a year."""
    from polybatch.data.collections.neuclir import holds_neuclir, load_neuclir

    return Reader(partial(load_neuclir, year=year), holds_neuclir)


def newswire() -> Reader:
    """The built-in newswire, which is in no folder."""
    from polybatch.data.newswire import newswire_collection

    return Reader(newswire_collection, lambda folder: False)


def ntrex_news() -> Reader:
    """NTREX-news by headline."""
    from polybatch.data.collections.ntrex import holds_ntrex, load_ntrex_news

    return Reader(load_ntrex_news, holds_ntrex)


def ntrex_held_out() -> Reader:
    """NTREX-news by a sentence held out."""
    from polybatch.data.collections.ntrex import holds_ntrex, load_ntrex_held_out

    return Reader(load_ntrex_held_out, holds_ntrex)


def ntrex_sentences() -> Reader:
    """NTREX sentence to translation."""
    from polybatch.data.collections.ntrex import holds_ntrex, load_ntrex_sentences

    return Reader(load_ntrex_sentences, holds_ntrex)


def sib200() -> Reader:
    """SIB-200."""
    from polybatch.data.collections.sib200 import holds_sib200, load_sib200

    return Reader(load_sib200, holds_sib200)


def trec() -> Reader:
    """A user's own, in TREC's form."""
    from polybatch.data.collections.trec import holds_trec, load_trec

    return Reader(load_trec, holds_trec)


def xlsum(query: str = "summary") -> Reader:
    """XL-Sum, by summary or title."""
    from polybatch.data.collections.xlsum import holds_xlsum, load_xlsum

    return Reader(partial(load_xlsum, query=query), holds_xlsum)
