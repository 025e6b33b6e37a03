"""Tables for papers hold the report's numbers and cannot be broken by names; figures are files of three kinds."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from polybatch.report import Report, load_runs, to_csv, to_tex, write_figures
from polybatch.report.papers import latex
from polybatch.report.static import PRINT
from polybatch.report.tables import main_table
from polybatch.results.store import Store

from .runs import write_run
from .test_sweeps import ALPHA, record_of, write_sweep


def test_the_csv_holds_every_macro_mean_unrounded(news: Path, report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    stored = [row for row in Store(news).results if row.query_language == "mean"]
    assert len(rows) == len({(row.system, row.setting, row.measure) for row in stored})
    for row in rows:
        values = [
            one.value
            for one in stored
            if (one.system, one.setting, one.measure) == (row["system"], row["setting"], row["measure"])
        ]
        assert abs(float(row["mean"]) - sum(values) / len(values)) < 1e-12
        assert int(row["seeds"]) == len(values)
        assert bool(row["deviation"]) == (len(values) > 1)


def test_the_latex_table_has_a_row_for_each_system_and_a_cell_for_each_column(report: Report) -> None:
    table = main_table(report, "ntrex-news")
    text = to_tex(report)
    (body,) = re.findall(r"\\begin\{tabular\}\{l(r+)\}\n\\toprule\n(.*?)\\bottomrule", text, flags=re.DOTALL)[:1]
    lines = [line for line in body[1].splitlines() if line.endswith(r"\\")]
    assert len(body[0]) == len(table.heads)
    assert len(lines) == 1 + len(table.rows)
    assert {line.count(" & ") for line in lines} == {len(table.heads)}
    best = [cell.text for row in table.rows for cell in row.cells if cell.best]
    assert re.findall(r"\\textbf\{(.*?)\}", body[1]) == best


def test_names_cannot_break_latex(tmp_path: Path) -> None:
    text = to_tex(load_runs([write_run(tmp_path / "run", systems=[r"a&b_\x{%$#~^", "hybrid"])]))
    assert r"a\&b\_\textbackslash{}x\{\%\$\#\textasciitilde{}\textasciicircum{}" in text
    assert latex("two\nlines <|>") == r"two lines \textless{}\textbar{}\textgreater{}"


def test_every_figure_is_written_as_png_svg_and_pdf_in_print_colours(planted_report: Report, tmp_path: Path) -> None:
    paths = write_figures(planted_report, tmp_path / "figures")
    assert {path.stem for path in paths} == {
        "batches",
        *(
            f"ntrex-news-{what}"
            for what in ("monolingual", "cross-lingual", "multilingual", "heat-maps", "rank-distance")
        ),
        "ntrex-news-rank-distance-queries",
    }
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    for path in paths:
        content = path.read_bytes()
        assert content.startswith(starts[path.suffix]), path
        if path.suffix == ".svg":
            text = content.decode()
            assert not [stand_in for stand_in in PRINT if stand_in in text], path
            assert ">Hybrid</text>" in text
    assert len(list((tmp_path / "figures").iterdir())) == len(paths) == 21


def test_the_same_report_gives_the_same_figures_and_names_stay_in_the_folder(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1], languages=["sw"], mix=[])
    Store(run).write_results([replace(row, collection="../../x y/z") for row in Store(run).results])
    report = load_runs([run])
    one, two = (write_figures(report, tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert {path.parent for path in one} == {tmp_path / "one"}
    assert {path.stem for path in one} == {"x-y-z-monolingual", "x-y-z-heat-maps"}


def test_every_letter_of_the_latex_is_escaped_and_every_environment_ends(tmp_path: Path) -> None:
    names = [r"a_b&c%d$e#f{g}h~i^j\k", "x-y", "hybrid"]
    sweep = write_sweep(tmp_path / "sweep", record_of("alpha", ALPHA, systems=[names[0]]))
    run = write_run(tmp_path / "run", systems=names, first="hybrid")
    text = to_tex(load_runs([run, sweep]))
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    stack: list[str] = []
    for what, name in opened:
        if what == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    assert opened.count(("begin", "table")) == 3  # main, sweep, claims
    bare = re.sub(r"\\[&%$#_{}]|\\textbackslash\{\}|\\text\w+\{\}|\$(-|\\pm|\\rightarrow)\$", "", text)
    assert not re.findall(r"[$#_^~%]", bare), "a letter that LaTeX would read"
    assert bare.count("{") == bare.count("}")
    for tabular in re.findall(r"\\begin\{tabular\}.*?\\end\{tabular\}", text, flags=re.DOTALL):
        rows = [line for line in tabular.splitlines() if line.endswith(r"\\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
