"""Claims about `polybatch compare`: what goes where, in which form, and faults in one list."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from polybatch.cli import main
from polybatch.statistics import FORMATS
from tests.judging.judged import TWO_SYSTEMS, ranks_of, write_judged

Compare = Callable[..., tuple[int, str, str]]


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Compare:
    """The command, run beside a run of two systems; gives exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    write_judged(tmp_path / "run", ranks_of(TWO_SYSTEMS))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["polybatch", "compare", *words])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        return status, *capsys.readouterr()

    return run


def test_it_says_first_in_words_who_is_better_where(compare: Compare) -> None:
    status, out, err = compare("run", "--baseline", "en-en", "--permutations", "500", "--details")
    assert (status, err) == (0, "")
    first, second = out.splitlines()[:2]
    assert first == "Significant:"
    assert second.startswith("  X-Y is significantly better than En-En in the monolingual setting of news by .")
    assert "after Holm over 4 comparisons, 30 clusters, 3 seeds)." in second
    assert "clusters and seeds as crossed random effects" in out
    assert "Family: the 4 comparisons of this table." in out


def test_in_short_it_is_a_count_and_a_line_for_each_difference_that_fits_a_screen(compare: Compare) -> None:
    status, out, _ = compare("run", "--permutations", "500")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].startswith("Of 4 differences on news, 4 are significant.")
    assert any(line.startswith("| Measure ") for line in lines)
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 30


@pytest.mark.parametrize("form", list(FORMATS))
def test_the_same_command_prints_the_same_in_every_form(compare: Compare, form: str) -> None:
    words = ("run", "--format", form, "--permutations", "200", "--seed", "3")
    first = compare(*words)
    assert first == compare(*words)
    assert (first[0], first[2]) == (0, "")
    assert "x-y" in first[1].lower()


def test_measures_settings_and_margins_are_those_asked_for(compare: Compare) -> None:
    asked = ("--measure", "rank_distance", "--measure", "mAP", "--setting", "multilingual")
    margins = ("--margin", "0.2", "--margin", "rank_distance=70")
    status, out, _ = compare("run", *asked, *margins, "--format", "json")
    stored = json.loads(out)
    assert status == 0
    assert [(one["setting"], one["measure"], one["margin"]) for one in stored["comparisons"]] == [
        ("multilingual", "rank_distance", 70),
        ("multilingual", "mAP", 0.2),
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["run", "--margin", "x", "--margin", "mAP="], ["--margin: 'x'; .01 works", "--margin: 'mAP='; .01 works"]),
        (["run", "--baseline", "x-x"], ["baseline: 'x-x'; known: en-en, x-y"]),
        (["run", "--setting", "mono", "--setting", "all"], ["setting mono: not in the", "setting all: not in the"]),
        (["run", "nowhere"], ["nowhere/ranks.parquet"]),
    ],
)
def test_faults_are_lines_on_stderr_and_exit_status_1(compare: Compare, words: list[str], lines: list[str]) -> None:
    status, out, err = compare(*words)
    assert (status, out) == (1, "")
    found = err.splitlines()
    assert len(found) == len(lines), err
    for line, part in zip(found, lines, strict=True):
        assert line.startswith("polybatch: ")
        assert part in line


def test_help_says_what_is_tested_and_what_the_verdicts_ask_for(compare: Compare) -> None:
    text = " ".join(compare("--help")[1].replace("│", " ").split())
    for part in (
        "Holm",
        "sign-flip",
        "crossed",
        "minimum detectable effect",
        "equivalent",
        "Example: polybatch compare runs/news",
    ):
        assert part in text
