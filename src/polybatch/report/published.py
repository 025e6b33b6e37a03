"""The figures that papers published, beside ours where the collections agree. Facts and cells; no markup."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from polybatch.report.summary import MAP, RANK_DISTANCE, Quantity, Report, System
from polybatch.report.tables import Cell, Row, Table
from polybatch.results.store import MEAN

HYBRID = "arXiv 2408.10536, one run without a test"
LAREQA = "arXiv 2004.05484"
NDCG = "nDCG@10"
OVER_QUESTIONS = "Mul mAP, over questions"  # as LAReQA averages; all other means are over languages


@dataclass(frozen=True)
class Known:
    """A collection as papers judge on it: its languages, its queries in the setting that `counted` names, columns."""

    languages: int
    queries: int
    columns: tuple[tuple[str, Quantity], ...]
    rows: tuple[tuple[str, str, tuple[float | None, ...]], ...]  # who, by which paper, a figure for each column


def _columns(name: str) -> tuple[tuple[str, Quantity], ...]:
    return (
        ("Mo mAP", Quantity.macro(name, "monolingual", MAP)),
        ("Cr mAP", Quantity.macro(name, "cross-lingual", MAP)),
        ("Mul mAP", Quantity.macro(name, "multilingual", MAP)),
        ("Rank distance", Quantity.macro(name, "multilingual", RANK_DISTANCE)),
    )


def _lareqa(en: float, x: float, mono: float, y: float) -> tuple[tuple[str, str, tuple[float | None, ...]], ...]:
    """The multilingual mAP of the four mBERT models of LAReQA; the rest is not published."""
    systems = {"En-En": en, "X-X": x, "X-X-mono": mono, "X-Y": y}
    return tuple((f"{title}, mBERT", LAREQA, (None, None, value, None)) for title, value in systems.items())


KNOWN: Mapping[str, Known] = {
    "xquad-r": Known(
        11,
        13_090,
        _columns("xquad-r"),
        (
            ("X-X-mono, XLM-R", HYBRID, (0.7918, 0.6737, 0.5479, 410.2)),
            ("X-Y, XLM-R", HYBRID, (0.7554, 0.6997, 0.5934, 295.4)),
            ("Hybrid, XLM-R", HYBRID, (0.7977, 0.7053, 0.5927, 286.6)),
            ("X-X-mono, LaBSE", HYBRID, (0.8083, 0.7519, 0.6517, 261.5)),
            ("X-Y, LaBSE", HYBRID, (0.8008, 0.7618, 0.6791, 225.2)),
            ("Hybrid, LaBSE", HYBRID, (0.8167, 0.7672, 0.6817, 221.1)),
            *_lareqa(0.29, 0.23, 0.52, 0.66),
        ),
    ),
    "mlqa-r": Known(
        7,
        4_199,
        _columns("mlqa-r"),
        (
            ("X-X-mono, XLM-R", HYBRID, (0.6475, 0.5843, 0.4731, 287.5)),
            ("X-Y, XLM-R", HYBRID, (0.6256, 0.6200, 0.5076, 226.7)),
            ("Hybrid, XLM-R", HYBRID, (0.6481, 0.6234, 0.5121, 227.1)),
            ("X-X-mono, LaBSE", HYBRID, (0.6807, 0.6561, 0.5504, 225.3)),
            ("X-Y, LaBSE", HYBRID, (0.6710, 0.6767, 0.5755, 198.3)),
            ("Hybrid, LaBSE", HYBRID, (0.6864, 0.6811, 0.5785, 195.0)),
            *_lareqa(0.36, 0.26, 0.49, 0.49),
        ),
    ),
    "miracl": Known(
        15,
        0,
        (
            ("Mo nDCG@10", Quantity.macro("miracl", "monolingual", NDCG)),
            ("Swahili nDCG@10", Quantity("miracl", "monolingual", "sw", "sw", NDCG)),
        ),
        (
            ("X-X-mono, XLM-R", HYBRID, (0.4148, 0.3319)),
            ("X-Y, XLM-R", HYBRID, (0.3993, 0.3531)),
            ("Hybrid, XLM-R", HYBRID, (0.4054, 0.3348)),
            ("X-X-mono, LaBSE", HYBRID, (0.4551, 0.5076)),
            ("X-Y, LaBSE", HYBRID, (0.4184, 0.4883)),
            ("Hybrid, LaBSE", HYBRID, (0.4411, 0.4896)),
        ),
    ),
}
"""By collection with its own candidates: for XQuAD-R and MLQA-R the sentence alone. Candidates with their paragraph are
another collection, beside which nothing stands."""

CAPTION = (
    "Ours above the line, published figures below: Elmahdy, Lin and Ahmad (arXiv 2408.10536; one run each, without a "
    "test) and, with mBERT, LAReQA (arXiv 2004.05484; multilingual mAP alone, a mean over questions where the other "
    "columns are means over languages). Encoders and training data differ, so "
    "that the table shows where ours stand and tests nothing."
)


def published_table(report: Report, collection: str) -> Table | None:
    """Our systems and then the published figures; None where there are none, or where the collections do not agree."""
    known = KNOWN.get(collection)
    if known is None or disagreement(report, collection):
        return None
    ours = []
    for system in report.systems_of(collection):
        found = [report.estimate(system, quantity) for _, quantity in known.columns]
        cells = (Cell(q.measure, one.mean if one else None) for one, (_, q) in zip(found, known.columns, strict=True))
        ours.append(Row(system.title, tuple(cells)))
    theirs = [
        Row(who, tuple(Cell(q.measure, value) for value, (_, q) in zip(values, known.columns, strict=True)), True)
        for who, _, values in known.rows
    ]
    heads = [head for head, _ in known.columns]
    if any(source == LAREQA for _, source, _ in known.rows):
        heads.append(OVER_QUESTIONS)
        ours = [
            replace(row, cells=(*row.cells, Cell(MAP, _over_questions(report, system, collection))))
            for row, system in zip(ours, report.systems_of(collection), strict=True)
        ]
        at = heads.index("Mul mAP")
        theirs = [
            replace(row, cells=_moved(row.cells, at) if source == LAREQA else (*row.cells, Cell(MAP)))
            for row, (_, source, _) in zip(theirs, known.rows, strict=True)
        ]
    return Table("System", tuple(heads), (*ours, *theirs))


def _moved(cells: tuple[Cell, ...], at: int) -> tuple[Cell, ...]:
    """LAReQA's figure under the mean that it is: over questions, not over languages."""
    return (*cells[:at], Cell(MAP), *cells[at + 1 :], cells[at])


def _over_questions(report: Report, system: System, collection: str) -> float | None:
    """The multilingual mAP as a mean over all questions, each counting once, whatever its language's number of them."""
    found = [
        estimate
        for quantity in report.quantities(collection, measure=MAP)
        if quantity.setting == "multilingual" and quantity.query_language != MEAN
        if (estimate := report.estimate(system, quantity))
    ]
    questions = sum(one.queries for one in found)
    return sum(one.mean * one.queries for one in found) / questions if questions else None


def disagreement(report: Report, collection: str) -> str:
    """Why the published figures of a collection do not stand beside ours; empty where they do, or there are none."""
    known = KNOWN.get(collection)
    if known is None:
        return ""
    languages = len(report.query_languages(collection))
    queries = report.queries(collection, "multilingual") or 0
    if languages != known.languages:
        return f"Published figures are over {known.languages} languages, ours over {languages}: they do not compare."
    if known.queries and queries != known.queries:
        return f"Published figures are over {known.queries:,} queries, ours over {queries:,}: they do not compare."
    return ""


def published_records(report: Report, collection: str) -> list[dict[str, object]]:
    """The published figures that stand beside ours, for other programs."""
    if published_table(report, collection) is None:
        return []
    known = KNOWN[collection]
    return [
        {
            "system": who,
            "source": source,
            "figures": [
                {**quantity._asdict(), "value": value, "mean_over": "questions" if source == LAREQA else "languages"}
                for value, (_, quantity) in zip(values, known.columns, strict=True)
                if value is not None
            ],
        }
        for who, source, values in known.rows
    ]
