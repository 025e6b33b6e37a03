"""Published figures stand beside ours where the collections agree, and nowhere else."""

from pathlib import Path

import pytest

from polybatch.report import Report, load_runs, to_html, to_json, to_markdown, to_tex
from polybatch.report.published import KNOWN, disagreement, published_table
from polybatch.results.store import Store
from polybatch.results.systems import TITLES

from .runs import rows_of, write_run

ELEVEN = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")


def report_of(folder: Path, collection: str, languages: tuple[str, ...], queries: int) -> Report:
    """A report of results on a collection with so many multilingual queries in all."""
    from dataclasses import replace

    run = write_run(folder, systems=["x-y", "hybrid"], seeds=[1], collections=[])
    (run / "ranks.parquet").unlink()
    rows = [row for name in ("x-y", "hybrid") for row in rows_of(name, 1, collection=collection, languages=languages)]
    Store(run).write_results([replace(row, queries=queries) if row.query_language == "mean" else row for row in rows])
    return load_runs([run])


def test_the_whole_collection_stands_beside_the_published_figures(tmp_path: Path) -> None:
    report = report_of(tmp_path / "run", "xquad-r", ELEVEN, 13_090)
    table = published_table(report, "xquad-r")
    assert table is not None
    assert [row.head for row in table.rows if not row.reference] == ["X-Y", "Hybrid"]
    theirs = {row.head: [cell.text for cell in row.cells] for row in table.rows if row.reference}
    assert theirs["Hybrid, XLM-R"] == [".798", ".705", ".593", "286.6", "–"]
    assert theirs["X-Y, mBERT"] == ["–", "–", "–", "–", ".660"]
    for text in (to_html(report), to_markdown(report), to_tex(report)):
        assert "Hybrid, LaBSE" in text
        assert "221.1" in text
    assert "arXiv 2408.10536" in to_json(report)


def test_lareqa_s_figures_stand_beside_our_mean_over_questions_and_the_others_beside_that_over_languages(
    tmp_path: Path,
) -> None:
    from dataclasses import replace

    languages = ("ar", "de", "en", "es", "hi", "vi", "zh")
    counts = dict(zip(languages, (517, 512, 1148, 500, 507, 511, 504), strict=True))
    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1], collections=[])
    (run / "ranks.parquet").unlink()
    rows = [
        replace(row, queries=counts.get(row.query_language, 4_199))
        for row in rows_of("hybrid", 1, collection="mlqa-r", languages=languages)
    ]
    Store(run).write_results(rows)
    table = published_table(load_runs([run]), "mlqa-r")
    assert table is not None
    values = {row.query_language: row.value for row in rows if (row.setting, row.measure) == ("multilingual", "mAP")}
    cells = dict(zip(table.heads, table.rows[0].cells, strict=True))
    assert cells["Mul mAP"].mean == values["mean"]
    over_questions = sum(values[code] * count for code, count in counts.items()) / 4_199
    assert cells["Mul mAP, over questions"].mean == pytest.approx(over_questions)
    assert cells["Mul mAP, over questions"].mean != pytest.approx(values["mean"], abs=1e-4)


@pytest.mark.parametrize(
    ("collection", "languages", "queries", "why"),
    [
        ("xquad-r", ELEVEN[:3], 13_090, "over 11 languages, ours over 3"),
        ("xquad-r", ELEVEN, 220, "over 13,090 queries, ours over 220"),
        ("xquad-r+paragraph", ELEVEN, 13_090, ""),
        ("ntrex-news", ELEVEN, 13_090, ""),
    ],
)
def test_a_part_of_it_or_other_candidates_do_not(
    tmp_path: Path, collection: str, languages: tuple[str, ...], queries: int, why: str
) -> None:
    report = report_of(tmp_path / "run", collection, languages, queries)
    assert published_table(report, collection) is None
    assert why in disagreement(report, collection)
    assert bool(disagreement(report, collection)) == bool(why)
    assert "Beside published figures" not in to_html(report)
    assert "Beside published figures" not in to_markdown(report)


def test_every_published_row_has_a_figure_for_each_column_and_names_a_strategy() -> None:
    for name, known in KNOWN.items():
        for who, source, values in known.rows:
            assert len(values) == len(known.columns), name
            assert who.split(",")[0] in TITLES.values()
            assert source.startswith("arXiv ")
            assert all(value is None or 0 < value < 1 for value in values[:3])
