"""Claims about the documentation: it does not drift from the code, and its links lead somewhere."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


def test_the_generated_pages_are_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, make in generate.PAGES.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == make(), f"{name} is old; run make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_of_the_project_that_a_page_names_exists(page: Path) -> None:
    for path in re.findall(r"\b(?:recipes|benchmarks|examples)/[\w./-]*\w", page.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def test_every_module_says_in_its_first_line_what_is_here() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        first = path.read_text(encoding="utf-8").split("\n")[0]
        assert re.fullmatch(r'""".{20,113}\.(""")?', first), f"{path}: {first}"
