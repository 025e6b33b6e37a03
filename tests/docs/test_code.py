"""Claims about the code that pages show: commands have the options named, recipes are recipes, Python runs."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from polybatch.cli import app
from polybatch.experiment.recipe import load_recipe
from tests.docs.console import commands, run_python
from tests.docs.pages import PAGES, ROOT, Block, blocks, inner
from tests.models import make_transformer

CHECKED_ELSEWHERE = {"tutorial.md", "from-python.md"}  # by running it
BLOCKS = [block for page in PAGES for block in blocks(page)]
"""Every block of code, whatever it is."""


PROGRAM = re.compile(r"(?:^|/|\s-m )polybatch (?=\w)")


def in_blocks() -> list[tuple[str, str]]:
    """Where a command line of `polybatch` stands, and what follows the program's name; in blocks of code."""
    lines = [(block, line) for block in BLOCKS for line in commands(block.text)]
    return [(str(block), line[at.end() :]) for block, line in lines if (at := PROGRAM.search(line))]


def in_text() -> list[tuple[str, str]]:
    """The same within lines of text, where a command may be named without what it needs."""
    code = [(page.name, token.content) for page in PAGES for token in inner(page, "code_inline")]
    return [(page, line[at.end() :]) for page, line in code if (at := PROGRAM.match(line))]


def find(line: str) -> tuple[Any, list[str]]:
    """The command that a line begins with, and its words after that."""
    command: Any = get_command(app)
    words = shlex.split(line, comments=True)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    return command, words


@pytest.mark.parametrize(("where", "line"), in_blocks())
def test_a_command_in_a_block_is_one_that_the_program_takes(where: str, line: str) -> None:
    command, words = find(line)
    command.make_context("polybatch", words)


@pytest.mark.parametrize(("where", "line"), in_text())
def test_a_command_in_a_text_is_there_with_its_options(where: str, line: str) -> None:
    command, words = find(line)
    assert command.params or hasattr(command, "commands"), f"polybatch {line}: no such command"
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options


IMPORTED = [
    (str(block), *line)
    for block in BLOCKS
    for line in re.findall(r"^from (polybatch[\w.]*) import ([\w, ]+)$", block.text, flags=re.MULTILINE)
]


@pytest.mark.parametrize(("where", "module", "names"), IMPORTED)
def test_what_a_page_imports_is_there(where: str, module: str, names: str) -> None:
    there = importlib.import_module(module)
    assert [name for name in names.split(", ") if not hasattr(there, name)] == [], f"{where}: {module}"


RECIPES = [one for one in BLOCKS if one.language == "toml" and one.page.name not in CHECKED_ELSEWHERE]


@pytest.mark.parametrize("block", RECIPES, ids=str)
def test_a_recipe_or_a_part_of_one_is_taken(block: Block, tmp_path: Path) -> None:
    """A part replaces the same keys and tables of the demo's recipe."""
    whole = tomllib.loads((ROOT / "recipes/demo.toml").read_text(encoding="utf-8")) | tomllib.loads(block.text)
    path = tmp_path / "recipe.toml"
    path.write_text(_toml(whole), encoding="utf-8")
    load_recipe(path)


def _toml(value: dict[str, Any]) -> str:
    """Tables as lines `key = value`, tables within them inline."""

    def one(part: Any) -> str:
        if isinstance(part, dict):
            return "{ " + ", ".join(f'"{key}" = {one(inside)}' for key, inside in part.items()) + " }"
        if isinstance(part, list):
            return "[" + ", ".join(map(one, part)) + "]"
        return str(part).lower() if isinstance(part, bool) else repr(part)

    return "".join(f'"{key}" = {one(part)}\n' for key, part in value.items())


def test_the_python_of_the_readme_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It speaks of a dataset, a model, arguments and a loss, which are those of the example that it names."""
    from datasets import load_dataset
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    rows = ROOT / "examples/news.jsonl"
    news = load_dataset("json", data_files=str(rows), split="train", cache_dir=str(tmp_path / "cache"))
    folder = make_transformer(tmp_path, [text for row in news for text in row.values()])
    model = SentenceTransformer(str(folder))
    before = model.encode("news")
    arguments = SentenceTransformerTrainingArguments(
        str(tmp_path / "out"), max_steps=2, per_device_train_batch_size=4, report_to="none", use_cpu=True
    )
    (block,) = [block for block in BLOCKS if block.page.name == "README.md" and block.language == "python"]
    names = {"news": news, "model": model, "arguments": arguments, "loss": MultipleNegativesRankingLoss(model)}
    run_python(block.text, names)
    assert abs(before - model.encode("news")).max() > 0


def test_no_other_page_shows_python() -> None:
    """So that none goes unrun."""
    pages = {block.page.name for block in BLOCKS if block.language in ("python", "py", "pycon")}
    assert pages <= {"README.md"} | CHECKED_ELSEWHERE
