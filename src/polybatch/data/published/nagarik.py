"""Nagarik news: find the Nepali summary of an article by the English headline that its address holds."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.articles import Articles
from polybatch.data.draft import Draft
from polybatch.data.formats.tables import table_rows
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.errors import DataError, Fault
from polybatch.records import Collection

FIELDS = ("date", "en_headline_from_url", "ne_summary", "url")
EARLY = "nagarik_pairs.early.tsv"

NAGARIK = DataSet(
    "nagarik-news",
    folder="nagarik-news",
    licence="MIT (repository); news texts for non-commercial research",
    upstream="github.com/gaurovgiri/newsapi",
)


def load_nagarik(folder: Path, *, languages: Sequence[str] | None = None, name: str = "nagarik-news") -> Collection:
    """Nagarik's news from December 2025 to March 2026, from a folder with `nagarik_pairs.early.tsv`.

    Read: en_headline_from_url, ne_summary and url. The newspaper writes the words of an English headline into the
    address of each Nepali article; summary and address belong together, while the title that upstream's other files
    give is mostly another article's, and is not read. The query is the headline in English, the candidate the summary
    in Nepali, so that the cross-lingual setting is the one to read, in this one direction. Headlines are lower case
    and without signs, as addresses are. Rows with an address or a summary seen before are one article, counted in the
    notes; the article is the cluster. Use it to choose settings by.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=NAGARIK.licence, languages=languages)
    draft.notes |= {"query": "English headline, of the address", "candidate": "Nepali summary"}
    draft.settings = ("cross-lingual",)
    if not holds_nagarik(folder):
        raise DataError([Fault(str(folder), "no Nagarik news here", f"{EARLY}, made of {NAGARIK.upstream}")])
    articles = Articles(draft)
    for number, (where, row) in enumerate(table_rows(folder / EARLY, draft.faults, fields=FIELDS)):
        article = articles.add("ne", row["url"], row["ne_summary"], where)
        draft.add_query("en", query := f"en:{number}", row["en_headline_from_url"], where, cluster=article)
        draft.judge(query, article, 1, where)
    return draft.finish()


def holds_nagarik(folder: Path) -> bool:
    """Whether a folder has the table of pairs."""
    return (folder / EARLY).is_file()


PUBLISHED = Published(
    data_sets=(NAGARIK,),
    collections={
        "nagarik-news": NamedCollection(
            "Nagarik news: English headline to Nepali summary, to choose settings by", NAGARIK, load_nagarik
        )
    },
    layout=FolderLayout("Nagarik news (nagarik_pairs.early.tsv)", holds_nagarik, load_nagarik),
)
