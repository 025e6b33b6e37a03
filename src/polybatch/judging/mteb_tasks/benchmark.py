"""Collections as tasks of MTEB, and the benchmark `news-low-resource` of them beside MTEB's own Swahili and Nepali."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from polybatch.judging.mteb_tasks.codes import our_language
from polybatch.judging.mteb_tasks.extra import require_mteb
from polybatch.judging.mteb_tasks.pools import MEASURES
from polybatch.measures.measures import parse_measures
from polybatch.records import Collection

if TYPE_CHECKING:
    from mteb import Benchmark

    from polybatch.judging.mteb_tasks.retrieval import PoolsTask

NEWS_LOW_RESOURCE = "news-low-resource"

OWN = frozenset({"sw", "ne"})
BESIDE = frozenset({"en"})

TASKS = (
    "BelebeleRetrieval",
    "MIRACLRetrievalHardNegatives.v2",
    "MrTidyRetrieval",
    "MIRACLReranking",
    "NTREXBitextMining",
    "FloresBitextMining",
    "IndicGenBenchFloresBitextMining",
    "IN22GenBitextMining",
    "IN22ConvBitextMining",
    "BibleNLPBitextMining",
    "Tatoeba",
    "MasakhaNEWSClassification",
    "SwahiliNewsClassification.v2",
    "NepaliNewsClassification.v2",
    "MasakhaNEWSClusteringP2P",
    "MasakhaNEWSClusteringS2S",
)
"""MTEB's own that hold Swahili or Nepali and are retrieval of texts, translation or news; MLQA has neither language.
Of MIRACL's retrieval, which MTEB has three times, the newest with hard negatives."""


def retrieval_task(
    collection: Collection, *, name: str | None = None, measures: Sequence[str] = MEASURES
) -> "PoolsTask":
    """A collection as a retrieval task of MTEB, under its own name or another: `mteb.evaluate` takes it like any other.

    A subset for each pool: `query-sw_passage-ne`, and `query-sw_passage-all` for the mixed one, with exact ranks over
    the full pool in its result. Each distinct text is encoded once. Raises FaultyInputError for texts that are no
    measure and where MTEB is not installed.
    """
    parse_measures(measures)
    require_mteb()
    from polybatch.judging.mteb_tasks.retrieval import make_task

    return make_task(collection, name or collection.name, measures)


def news_low_resource(collections: Iterable[Collection]) -> "Benchmark":
    """The benchmark of these collections and MTEB's TASKS in Swahili and Nepali, among themselves and with English.

    Nothing is fetched until a task is run. Raises FaultyInputError where MTEB is not installed.
    """
    require_mteb()
    from mteb import Benchmark

    return Benchmark(
        name=NEWS_LOW_RESOURCE,
        tasks=[*(retrieval_task(one) for one in collections), *(_ours_of(name) for name in TASKS)],
        description="Retrieval, translation and news in Swahili and Nepali, mixed-language pools with their bias.",
    )


def _ours_of(name: str) -> Any:
    """A task of MTEB's with the subsets that hold Swahili or Nepali and no third language but English."""
    import mteb

    subsets = mteb.get_task(name).metadata.hf_subsets_to_langscripts
    spoken = {subset: {our_language(code) for code in codes} for subset, codes in subsets.items()}
    kept = [subset for subset, codes in spoken.items() if codes & OWN and codes <= OWN | BESIDE]
    return mteb.get_task(name, hf_subsets=kept)
