"""The sources of training rows by name: the table that recipes, the command line and messages read."""

from polybatch.data.sources.afriqa import AfriQASource
from polybatch.data.sources.beir import BEIRSource
from polybatch.data.sources.bitext import BitextSource
from polybatch.data.sources.crosssum import CrossSumSource
from polybatch.data.sources.documents import DocumentsSource
from polybatch.data.sources.duorc import DuoRCSource
from polybatch.data.sources.entityquestions import EntityQuestionsSource
from polybatch.data.sources.flores import FloresSource, FloresV1Source
from polybatch.data.sources.jsonl import JSONLSource
from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.masakhanews import MasakhaNewsSource
from polybatch.data.sources.mfaq import MFAQSource
from polybatch.data.sources.mlqa import MLQASource
from polybatch.data.sources.mmarco import MMarcoSource
from polybatch.data.sources.mrtydi import MrTyDiSource
from polybatch.data.sources.naturalquestions import NaturalQuestionsSource
from polybatch.data.sources.newsqa import NewsQASource
from polybatch.data.sources.newswire import NewswireSource
from polybatch.data.sources.ntrex import NTREXSource
from polybatch.data.sources.sib200 import SIB200Source
from polybatch.data.sources.source import Source
from polybatch.data.sources.squad import SquadSource
from polybatch.data.sources.squadshifts import SquadShiftsSource
from polybatch.data.sources.tmx import TMXSource
from polybatch.data.sources.tsv import TSVSource
from polybatch.data.sources.tydiqa import TyDiQASource
from polybatch.data.sources.wikiqa import WikiQASource
from polybatch.data.sources.xlsum import XLSumSource
from polybatch.data.sources.xquad import XQuADSource
from polybatch.data.sources.yahooanswers import YahooAnswersSource

SOURCES: dict[str, type[Source]] = {
    # built in, and files of one's own
    "newswire": NewswireSource,
    "documents": DocumentsSource,
    "lines": LinesSource,
    "bitext": BitextSource,
    "tsv": TSVSource,
    "tmx": TMXSource,
    "squad": SquadSource,
    "jsonl": JSONLSource,
    "beir": BEIRSource,
    # news
    "masakhanews": MasakhaNewsSource,
    "xl-sum": XLSumSource,
    "crosssum": CrossSumSource,
    "ntrex": NTREXSource,
    "newsqa": NewsQASource,
    # questions in several languages
    "mmarco": MMarcoSource,
    "mr-tydi": MrTyDiSource,
    "mfaq": MFAQSource,
    "tydiqa": TyDiQASource,
    "afriqa": AfriQASource,
    "xquad": XQuADSource,
    "mlqa": MLQASource,
    # questions in English
    "natural-questions": NaturalQuestionsSource,
    "entity-questions": EntityQuestionsSource,
    "wikiqa": WikiQASource,
    "yahoo-answers": YahooAnswersSource,
    "duorc": DuoRCSource,
    "squadshifts": SquadShiftsSource,
    # parallel sentences
    "flores": FloresSource,
    "flores-v1": FloresV1Source,
    "sib-200": SIB200Source,
}
