"""The page is whole in itself, true to the numbers, and safe whatever things are called."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from polybatch.report import Report, load_runs, to_html
from polybatch.report.summary import Quantity
from polybatch.report.wording import number
from polybatch.results.store import ALL, Store

from .runs import NEWS, mix_of, rows_of, write_run

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = '<script>alert("x")</script>--></svg></style>$x_{1}$ {{ 7*7 }} \' onload=x'


class Page(HTMLParser):
    """Elements with their attributes in order, text by open elements, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.heat: dict[str, list[list[str]]] = {}
        self._caption = ""
        self._class: str | None = None
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._class = dict(attrs).get("class")
            self._caption = ""
        if tag == "tr" and self._caption:
            self.heat[self._caption].append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "table":
            self._caption = ""

    def handle_data(self, data: str) -> None:
        if self._class == "heat" and self.open[-1:] == ["caption"]:
            self._caption += data
            self.heat[self._caption] = []
        elif self._caption and self.open[-1] == "td" and data.strip():
            self.heat[self._caption][-1].append(data)


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return to_html(report)


@pytest.fixture(scope="module")
def wide_html(wide_report: Report) -> str:
    return to_html(wide_report)


def outside(text: str) -> list[str]:
    """Whatever a browser would fetch from elsewhere."""
    loads = [
        value
        for _, attributes in Page(text).elements
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href", "srcset", "data", "action", "poster", "background"}
        and value is not None
        and not value.startswith(("#", "data:"))
    ]
    styles = re.findall(r"<style>.*?</style>|style=\"[^\"]*\"", text, flags=re.DOTALL)
    return loads + [found for style in styles for found in re.findall(r"@import|url\((?!#)[^)]*\)|https?:", style)]


def test_every_element_is_closed_and_every_id_is_its_own(html: str, wide_html: str) -> None:
    for text in (html, wide_html):
        ids = [attributes["id"] for _, attributes in Page(text).elements if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_every_reference_within_the_page_has_its_target(html: str) -> None:
    elements = Page(html).elements
    ids = {attributes.get("id") for _, attributes in elements}
    links = [v for _, a in elements for k in ("href", "xlink:href") if (v := a.get(k)) and v.startswith("#")]
    links += [f"#{a['aria-labelledby']}" for _, a in elements if "aria-labelledby" in a]
    links += re.findall(r"url\((#[^)]*)\)", html)
    assert links
    assert [link for link in links if link[1:] not in ids] == []


def test_nothing_is_loaded_from_elsewhere(html: str, wide_html: str) -> None:
    assert outside(html) == outside(wide_html) == []
    assert "default-src 'none'" in html
    assert "<script" not in html


def test_the_page_is_small(html: str, wide_html: str) -> None:
    assert len(html.encode()) < 200_000
    assert len(wide_html.encode()) < 2_000_000


def test_every_system_has_a_heat_map_with_its_values(report: Report, html: str) -> None:
    heat = Page(html).heat
    assert list(heat) == [system.title for system in report.systems]
    for system in report.systems:
        rows = [row for row in heat[system.title] if row]
        assert len(rows) == len(NEWS)
        for query, row in zip(NEWS, rows, strict=True):
            for passage, cell in zip((*NEWS, ALL), row, strict=True):
                setting: Any = (
                    "multilingual" if passage == ALL else "monolingual" if query == passage else "cross-lingual"
                )
                estimate = report.estimate(system, Quantity("ntrex-news", setting, query, passage, "mAP"))
                assert estimate is not None
                assert cell == number(estimate.mean, "mAP")


def test_fifteen_systems_of_thirteen_languages_have_their_heat_maps(wide_report: Report, wide_html: str) -> None:
    heat = Page(wide_html).heat
    assert len(heat) == 15
    assert all([len(row) for row in rows if row] == [14] * 13 for rows in heat.values())


def test_every_table_head_says_what_it_heads(html: str) -> None:
    elements = Page(html).elements
    assert ("html", {"lang": "en"}) in elements
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in elements if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in elements if tag == "svg")


def test_the_page_tells_what_it_rests_on(html: str) -> None:
    for told in (
        "This page loads nothing from elsewhere",
        "Significant: p is at most .05 after Holm",
        "CC BY-NC 4.0",
        "CC BY-SA 4.0",
        "polybatch run recipes/news-sw-ne.toml",
        "https://example.org/recipe",  # the recipe's text, which links nowhere
        "python 3.11.7",
        "23.5 GiB of memory",
        "13 min 20 s",
        "Random ranker",
        "English → Swahili",
    ):
        assert told in html, told


def test_hostile_names_are_shown_and_never_run(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["untuned", "en-en", HOSTILE], command=HOSTILE)
    rows = [
        *Store(run).results,
        *rows_of("hybrid", 1, collection=HOSTILE, languages=["en", '<b>"']),
    ]
    Store(run).write_results(rows)
    notes = [{"name": HOSTILE, "licence": HOSTILE, "queries": {HOSTILE: 3}, "notes": {HOSTILE: HOSTILE}}]
    titles = [{"system": HOSTILE, "title": HOSTILE}]
    mix = [mix_of(HOSTILE, 1, {HOSTILE: [3], "x": [1]}, directions={HOSTILE: 3}, datasets={HOSTILE: 2, "x": 1})]
    changed = {"recipe": {"title": HOSTILE, "text": HOSTILE}, "collections": notes, "systems": titles, "mix": mix}
    Store(run).write_manifest({"finished": True, "command": HOSTILE, "machine": {HOSTILE: HOSTILE}, **changed})
    text = to_html(load_runs([run]))
    page = Page(text)
    assert not {tag for tag, _ in page.elements} & {"script", 'b"', "img", "iframe"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert outside(text) == []
    assert "{{ 7*7 }}" in text
    assert "Kinds over the training" in text
    assert "Rows by dataset" in text
    assert list(page.heat)[2:] == [HOSTILE, "hybrid"] or HOSTILE in page.heat


def test_the_same_results_give_the_same_bytes_and_torch_is_never_loaded(news: Path, html: str) -> None:
    code = (
        "import sys; from pathlib import Path; from polybatch.report import load_runs, to_html, to_json, to_markdown;"
        "assert not {'matplotlib', 'jinja2'} & set(sys.modules), 'loaded too early';"
        "report = load_runs([Path(sys.argv[1])]); to_json(report); to_markdown(report);"
        "sys.stdout.buffer.write(to_html(report).encode());"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code, str(news)], capture_output=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout.decode() == html


def test_the_batches_are_drawn_over_the_training_where_kinds_are_mixed(html: str) -> None:
    section = html[html.index('id="batches"') : html.index('id="reading"')]
    assert section.count("<svg") == 2
    told = "30 whole blocks of 20 batches; largest deviation of one from their mean: 0 batches."
    assert f'<p class="note">{told}</p>' in section
    assert "En-En, X-X-mono and X-Y: one kind of batch from first to last" in section
    assert "Rows by dataset" not in section  # there is one alone
    assert ": not recorded" not in section


def test_a_page_without_blocks_or_with_several_datasets_says_so(tmp_path: Path) -> None:
    record = mix_of("hybrid", 1, {"a": [3], "b": [1]}, directions={"en-en": 90}, datasets={"wire": 60, "voices": 30})
    text = to_html(load_runs([write_run(tmp_path / "run", systems=["hybrid"], mix=[{**record, "blocks": None}])]))
    assert "Kinds over the training of Hybrid: not recorded." in text
    assert '<tr><th scope="row">voices</th><td>30 <span class="share">33.3%</span></td></tr>' in text


@pytest.mark.parametrize(
    "how",
    [
        {"systems": ["hybrid"], "seeds": [1]},
        {"systems": ["hybrid"], "languages": ["sw"]},
        {"systems": ["en-en", "hybrid"], "mix": [], "training": [], "collections": [], "seconds": {}},
        {"systems": ["untuned"]},
    ],
)
def test_small_runs_have_a_page(tmp_path: Path, how: dict[str, Any]) -> None:
    text = to_html(load_runs([write_run(tmp_path / "run", **how)]))
    assert Page(text).heat
    assert "cut short" not in text


def test_a_run_without_manifest_and_ranks_has_a_page_that_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "half", systems=["untuned", "hybrid"])
    (run / "manifest.json").unlink()
    (run / "ranks.parquet").unlink()
    text = to_html(load_runs([run]))
    assert "This run was cut short: half." in text
    assert text.count("not recorded") >= 8
    assert '<th scope="row">Random ranker' not in text


def test_several_runs_and_collections_share_a_page(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["en-en", "hybrid"])
    two = write_run(tmp_path / "two", systems=["big/model"], kind="evaluate", mix=[])
    rows = [
        row for name in ("ntrex-news", "wire") for row in rows_of("big/model", None, strategy=None, collection=name)
    ]
    Store(two).write_results(rows)
    text = to_html(load_runs([one, two]))
    assert len(Page(text).heat) == 3
    assert 'href="#c2">wire' in text
    assert "From 2 runs: one and two." in text
