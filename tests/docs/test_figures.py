"""Claims about the drawings: they are what the code draws, follow the colour scheme, and each has a title."""

import importlib.util
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.measures.chance import rank_distance
from tests.docs.pages import ROOT

SPEC = importlib.util.spec_from_file_location("draw", ROOT / "docs/draw.py")
assert SPEC
assert SPEC.loader
DRAW = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(DRAW)
FIGURES: dict[str, Callable[[], str]] = DRAW.FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_a_drawing_is_what_the_code_draws(name: str) -> None:
    assert (ROOT / "docs/images" / name).read_text(encoding="utf-8") == FIGURES[name](), f"{name} is old; run make docs"


@pytest.mark.parametrize("name", FIGURES)
def test_a_drawing_has_a_title_and_follows_the_colour_scheme(name: str) -> None:
    root = ElementTree.parse(ROOT / "docs/images" / name).getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title")
    assert "prefers-color-scheme: dark" in str(root.findtext("{http://www.w3.org/2000/svg}style"))


def test_the_chance_that_the_text_sets_beside_the_drawing_is_that_of_its_pool() -> None:
    collection = newswire_collection(stories=4)
    pool = sum(map(len, collection.passages.values()))
    assert f"{rank_distance((1, 1, 1), pool):g} ranks" in (ROOT / "docs/concepts.md").read_text(encoding="utf-8")
