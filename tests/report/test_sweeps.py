"""A sweep stands in the report as it was measured: its curve, its table, its choice; one that is none is refused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from polybatch.errors import ResultsError
from polybatch.report import load_runs, to_html, to_json, to_markdown, to_tex, write_figures
from polybatch.report.curves import gains, panels, sweep_table
from polybatch.results.store import SWEEP, Store
from polybatch.results.sweep import CHOSEN

from .runs import write_run

COLUMNS = ("monolingual", "cross-lingual", "multilingual", "macro mean", "rank distance")


def score(values: Sequence[float] | np.ndarray) -> dict[str, Any]:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {
        "seeds": [float(value) for value in values],
        "mean": float(np.mean(values)),
        "deviation": deviation,
        "band": None,
    }


def record_of(
    key: str, values: Sequence[str], *, systems: Sequence[str] = ("hybrid",), seeds: int = 3, **more: Any
) -> dict[str, Any]:
    """What `polybatch sweep` writes, with made-up scores; keyword arguments replace keys."""
    rng = np.random.default_rng(1)
    measured = [
        {
            "value": value,
            "rows": 1000 * number,
            "systems": {
                system: {name: score(rng.uniform(0.2, 0.6, seeds) * (300 if "rank" in name else 1)) for name in COLUMNS}
                for system in systems
            },
        }
        for number, value in enumerate(values, 1)
    ]
    return {
        "kind": "sweep",
        "finished": True,
        "key": key,
        "command": f"polybatch sweep recipe.toml --{key} {','.join(values)}",
        "recipe": {"name": "news", "title": "News", "text": ""},
        "seeds": list(range(1, seeds + 1)),
        "development": [{"name": "belebele-3"}],
        "tested": values[1],
        "values": measured,
        "choice": {"value": values[1], "text": f"{key} {values[1]}: the highest macro mean, 0.4300"},
    } | more


def write_sweep(folder: Path, record: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / SWEEP).write_text(json.dumps(record), encoding="utf-8")
    return folder


ALPHA = ("0", "0.25", "0.5", "0.75", "1")


def test_the_curve_has_a_line_for_each_setting_through_the_means_with_a_band_over_seeds(tmp_path: Path) -> None:
    record = record_of("alpha", ALPHA)
    quality, distance = panels(Store(write_sweep(tmp_path / "sweep", record)).sweep)
    assert [line.name for line in quality.lines] == list(COLUMNS[:4])
    assert [line.name for line in distance.lines] == ["rank distance"]
    assert quality.places == (0, 0.25, 0.5, 0.75, 1)
    assert quality.chosen == "0.25"
    for line in (*quality.lines, *distance.lines):
        scores = [value["systems"]["hybrid"][line.name]["seeds"] for value in record["values"]]
        assert line.means == pytest.approx([np.mean(each) for each in scores])
        assert line.deviations == pytest.approx([np.std(each, ddof=1) for each in scores])


def test_halves_of_the_data_stand_at_equal_steps_with_their_rows(tmp_path: Path, news: Path) -> None:
    sweep = write_sweep(tmp_path / "size", record_of("size", ("0.25", "0.5", "1")))
    (quality, _) = panels(Store(sweep).sweep)
    assert quality.places == (0, 1, 2)
    html = to_html(load_runs([news, sweep]))
    assert "Training rows by share: 0.25: 1,000 rows; 0.5: 2,000 rows; 1: 3,000 rows." in html


def test_the_page_and_every_other_format_have_the_sweep(tmp_path: Path, news: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep", record_of("alpha", ALPHA, systems=["x-y", "hybrid"]))
    report = load_runs([news, sweep])
    table = sweep_table(report.sweeps[0])
    assert table is not None
    assert len(table.rows) == len(ALPHA) * 2
    html, text, tex = to_html(report), to_markdown(report), to_tex(report)
    section = html[html.index('<h2 id="s1">Sweep over alpha') : html.index('<h2 id="claims"')]
    assert section.count("<svg") == 4
    for row in table.rows:
        for cell in row.cells:
            assert cell.text in section
            assert cell.text in text
            assert cell.text in tex
    for told in ("Chosen: alpha 0.25: the highest macro mean, 0.4300.", "On development data (belebele-3) alone"):
        assert told in section
        assert told in text
    assert json.loads(to_json(report))["sweeps"][0]["choice"]["value"] == "0.25"
    assert len([path for path in write_figures(report, tmp_path / "f") if path.stem.startswith("sweep-alpha-")]) == 12


def test_the_folder_of_a_sweep_alone_is_the_report_of_its_test(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep", record_of("alpha", ALPHA))
    with pytest.raises(ResultsError, match="measured nothing on a test; name the --out folder of a run beside it"):
        load_runs([sweep])
    write_run(sweep / CHOSEN, systems=["x-y", "hybrid"])
    report = load_runs([sweep])
    assert [system.name for system in report.systems] == ["x-y", "hybrid"]
    assert report.sweeps


def test_a_sweep_that_was_cut_short_is_shown_as_such(tmp_path: Path, news: Path) -> None:
    begun = record_of("alpha", ALPHA, finished=False, tested=None)
    del begun["values"], begun["choice"]
    html = to_html(load_runs([news, write_sweep(tmp_path / "begun", begun)]))
    assert "This sweep was cut short: begun." in html
    half = to_html(load_runs([news, write_sweep(tmp_path / "half", record_of("alpha", ALPHA, finished=False))]))
    assert "This sweep was cut short: half." in half
    assert "The test was measured once" not in half


def test_one_seed_has_no_band_and_words_have_no_line(tmp_path: Path) -> None:
    record = record_of("composition", ("mixed", "pair"), seeds=1)
    sweep = Store(write_sweep(tmp_path / "sweep", record)).sweep
    assert not any(panel.joined for panel in panels(sweep))
    assert {deviation for panel in panels(sweep) for line in panel.lines for deviation in line.deviations} == {None}


@pytest.mark.parametrize("text", ["{", "[]", '{"key": "alpha"}', '{"key": 3, "recipe": {}, "seeds": []}'])
def test_a_record_that_cannot_be_read_is_refused_with_the_way_forward(tmp_path: Path, news: Path, text: str) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / SWEEP).write_text(text)
    with pytest.raises(ResultsError, match="give its command again"):
        load_runs([news, tmp_path / "sweep"])


def test_a_sweep_of_several_systems_shows_what_each_gains_over_plain_fine_tuning_paired_by_seed(tmp_path: Path) -> None:
    record = record_of("size", ("0.5", "1"), systems=("en-en", "x-y", "hybrid"))
    sweep = Store(write_sweep(tmp_path / "sweep", record)).sweep
    _, cross, _ = gains(sweep)
    assert cross.title == "Cross-lingual mAP above En-En"
    assert [line.name for line in cross.lines] == ["X-Y", "Hybrid"]
    whole = record["values"][1]["systems"]
    apart = np.subtract(*(whole[name]["cross-lingual"]["seeds"] for name in ("hybrid", "en-en")))
    assert cross.lines[1].means[1] == pytest.approx(apart.mean())
    assert cross.lines[1].deviations[1] == pytest.approx(apart.std(ddof=1))
    assert "Cross-lingual mAP above En-En" in to_html(load_runs([write_run(tmp_path / "run"), tmp_path / "sweep"]))
    alone = Store(write_sweep(tmp_path / "alone", record_of("alpha", ALPHA))).sweep
    assert not list(gains(alone))
