"""Draw the figures of docs/concepts.md: batches, pools and ranks, by the functions that train and judge."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from polybatch.data.newswire import newswire_collection
from polybatch.judging.judge_runs import judge_runs
from polybatch.measures.measures import per_query
from polybatch.records import Collection
from polybatch.report.colours import PALETTE, ink_on
from polybatch.report.wording import number
from polybatch.results.store import ALL
from polybatch.sampling.plan import Batch, make_plan
from polybatch.sampling.strategies import STRATEGIES
from polybatch.table.shape import CorpusShape, parallel_dataset

IMAGES = Path(__file__).parent / "images"
LANGUAGES = ("en", "sw", "ne")
COLOURS = dict(zip(LANGUAGES, PALETTE, strict=False))
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 10px; fill: #59636e } .bold { font-weight: 600; font-size: 13px } .middle { text-anchor: middle }
.frame { fill: none; stroke: #8b949e } .ring { fill: none; stroke: #1f2328; stroke-width: 2.5 }
.faint { opacity: .22 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9aa4af } .ring { stroke: #ffffff }
}
"""


class Drawing:
    """An SVG picture that follows the reader's colour scheme; lengths in pixels."""

    def __init__(self, width: float, height: float, title: str) -> None:
        size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
        self._root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
        ElementTree.SubElement(self._root, "title").text = title
        ElementTree.SubElement(self._root, "style").text = STYLE

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        """Words whose line stands at `y`, from `x`, or around it for the kind `middle`."""
        ElementTree.SubElement(self._root, "text", {"x": f"{x:g}", "y": f"{y:g}", "class": kind}).text = words

    def frame(self, x: float, y: float, width: float, height: float, kind: str = "frame") -> None:
        """An empty rectangle with round corners."""
        places = {"x": x, "y": y, "width": width, "height": height, "rx": 4}
        ElementTree.SubElement(
            self._root, "rect", {"class": kind, **{name: f"{value:g}" for name, value in places.items()}}
        )

    def box(self, x: float, y: float, language: str, *, width: float = 26, faint: bool = False) -> None:
        """A text in a language: its colour and its code."""
        group = ElementTree.SubElement(self._root, "g", {"class": "faint"} if faint else {})
        colour, places = COLOURS[language], {"x": x, "y": y, "width": width, "height": 16, "rx": 2}
        ElementTree.SubElement(
            group, "rect", {"fill": colour, **{name: f"{value:g}" for name, value in places.items()}}
        )
        style = f"fill: {ink_on(colour)}; font-size: 10px"
        middle = {"x": f"{x + width / 2:g}", "y": f"{y + 12:g}", "class": "middle", "style": style}
        ElementTree.SubElement(group, "text", middle).text = language

    def __str__(self) -> str:
        ElementTree.indent(self._root, space="")
        return ElementTree.tostring(self._root, encoding="unicode") + "\n"


def batches() -> str:
    """The first batches of six rows that each strategy plans for a corpus in three languages."""
    shape = CorpusShape(LANGUAGES, (parallel_dataset("news", 600, languages=len(LANGUAGES)),))
    told = [
        ("en-en", "", "English alone: plain fine-tuning"),
        ("x-x", "", "a row has one language, a batch several"),
        ("x-x-mono", "", "a batch has one language"),
        ("x-y", "mixed", "each row has its own ordered pair"),
        ("x-y", "pair", "a batch has one ordered pair"),
        ("hybrid", "pair", "X-X-mono with probability alpha, else X-Y"),
        ("hybrid", "mixed", "the same with the other X-Y"),
        ("every-language", "", "passages in every language, in all directions"),
    ]
    drawing = Drawing(720, 4 * 172 + 30, "Batches of each strategy, a row's query and passage by language")
    drawing.text(10, 20, "Each frame is a batch, each line a row: the language of its query, then that of its passage.")
    for at, (name, composition, about) in enumerate(told):
        left, top = 10 + at % 2 * 360, 40 + at // 2 * 172
        title = STRATEGIES[name].title + (f', composition = "{composition}"' if composition else "")
        drawing.text(left, top + 12, title, "bold")
        drawing.text(left, top + 28, about, "small")
        plan = make_plan(shape, name, size=6, composition="pair" if composition == "pair" else "mixed", seed=3)
        for place, batch in enumerate(plan.batches(0, 5)):
            _batch(drawing, left + place * 68, top + 36, batch)
    return str(drawing)


def _batch(drawing: Drawing, left: float, top: float, batch: Batch) -> None:
    drawing.frame(left, top, 60, 6 * 18 + 4)
    for row, direction in enumerate(batch.directions):
        drawing.box(left + 3, top + 3 + row * 18, direction.query)
        drawing.box(left + 31, top + 3 + row * 18, direction.passage)


def settings() -> str:
    """Which passages a Swahili query is searched among in each setting, and which of them answer it."""
    collection = newswire_collection(stories=4)
    query = collection.queries["sw"][1]
    pools = {
        "Monolingual": (("sw",), "sw queries, sw passages"),
        "Cross-lingual": (("en",), "sw queries, en passages: sw-en, one of six"),
        "Multilingual": (LANGUAGES, "sw queries, the union of all languages"),
    }
    drawing = Drawing(720, 200, "The pools of the three settings for one Swahili query")
    for at, (title, (pool, about)) in enumerate(pools.items()):
        left = 10 + at * 245
        drawing.text(left, 18, title, "bold")
        drawing.text(left, 34, about, "small")
        drawing.text(left, 62, "query")
        drawing.box(left + 44, 50, "sw", width=40)
        for column, language in enumerate(LANGUAGES):
            for row, passage in enumerate(collection.passages[language]):
                x, y = left + column * 54, 82 + row * 26
                drawing.box(x, y, language, width=46, faint=language not in pool)
                if passage.id in collection.judgements[query.id] and language in pool:
                    drawing.frame(x - 3, y - 3, 52, 22, "ring")
    drawing.text(10, 195, "Ringed: relevant. Pale: not in the pool.", "small")
    return str(drawing)


def bias() -> str:
    """Three rankings of the union for one Swahili query, with their average precision and rank distance."""
    collection = newswire_collection(stories=4)
    query = collection.queries["sw"][1].id
    answers = collection.judgements[query]
    language_of = {one.id: code for code, passages in collection.passages.items() for one in passages}
    by_language = sorted(language_of, key=lambda one: (("sw", "en", "ne").index(language_of[one]), one not in answers))
    others = [one for one in by_language if one not in answers]
    orders = {
        "By language: Swahili first, whatever it says": by_language,
        "By answer, whatever its language": sorted(answers) + others,
        "Answers last: near one another as well, and useless": others + sorted(answers),
    }
    drawing = Drawing(720, 3 * 66 + 4, "Three rankings of one pool with their rank distances")
    for at, (title, order) in enumerate(orders.items()):
        top, found = 4 + at * 66, _measured(collection, query, order)
        drawing.text(10, top + 14, title, "bold")
        for place, passage in enumerate(order):
            x = 10 + place * 42
            drawing.box(x + 3, top + 26, language_of[passage], width=34)
            drawing.text(x + 20, top + 58, str(place + 1), "small middle")
            if passage in answers:
                drawing.frame(x, top + 23, 40, 22, "ring")
        drawing.text(530, top + 32, f"average precision {number(found['mAP'], 'mAP')}")
        drawing.text(530, top + 48, f"rank distance {found['rank_distance']:g}")
    return str(drawing)


def _measured(collection: Collection, query: str, order: list[str]) -> Mapping[str, float]:
    run = {query: {passage: -float(place) for place, passage in enumerate(order)}}
    judged = judge_runs({("sw", ALL): run}, collection, system="drawn")
    rows = per_query(judged.ranks, ["mAP", "rank_distance"]).to_pylist()
    return {
        row["measure"]: row["value"] for row in rows if row["query_id"] == query and row["setting"] == "multilingual"
    }


FIGURES: dict[str, Callable[[], str]] = {"batches.svg": batches, "settings.svg": settings, "bias.svg": bias}

if __name__ == "__main__":
    for name, draw in FIGURES.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")
    sys.stdout.write(f"{len(FIGURES)} figures in {IMAGES}\n")
