"""Write the pages of docs/ that are made from the code, those of PAGES. `make docs` runs it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from polybatch.claims import ClaimSettings
from polybatch.cli import app
from polybatch.cli.help import plain, with_names
from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.published.table import FETCHED
from polybatch.data.sources.listing import to_markdown
from polybatch.data.sources.table import SOURCES
from polybatch.encoders.families import FAMILIES as ENCODER_FAMILIES
from polybatch.encoders.settings import ENCODERS
from polybatch.experiment.recipe import Recipe
from polybatch.measures.families import DEFAULT
from polybatch.measures.table import FAMILIES, measure_form
from polybatch.records import SETTINGS
from polybatch.text.normalisation import Normalisation
from polybatch.training.losses import LossSettings
from polybatch.training.settings import AlphaSchedule, Batches, Selection, Training
from polybatch.training.tuning.settings import Tuning

ROOT = Path(__file__).parent.parent
NOTE = "<!-- made by docs/generate.py; `make docs` writes it anew -->\n"
FAMILIES_BEGIN, FAMILIES_END = (f"<!-- {which} of the table by docs/generate.py -->" for which in ("begin", "end"))


def cli_page() -> str:
    """Every command with its arguments and options, out of the command line itself."""
    group: Any = get_command(app)
    lines = [
        "# The command line",
        NOTE,
        "Which commands and options there are. Results go to stdout, news and progress to stderr. Faults end with",
        "exit status 1.",
    ]
    commands = {
        " ".join([name, *([inner] if inner else [])]): one
        for name, command in group.commands.items()
        for inner, one in (getattr(command, "commands", None) or {"": command}).items()
    }
    for name, command in commands.items():
        text, _, example = plain(command.help).partition("Example:")
        lines += [f"\n## polybatch {name}\n", " ".join(text.split()), f"\n```\n{example.strip()}\n```\n"]
        lines += ["| | | default |", "|---|---|---|"]
        for parameter in command.params:
            option = parameter.param_type_name == "option"
            label = ", ".join(parameter.opts) if option else parameter.name.upper()
            default = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
            value = "required" if parameter.required else "" if default in (None, ()) else f"{default}"
            about = plain(with_names(parameter.help or ""))
            lines.append(f"| `{label}` | {about} | {value} |")
    return "\n".join(lines) + "\n"


def recipes_page() -> str:
    """Every key of a recipe, out of the models that check it, and the collections by name."""
    lines = [
        "# Recipes",
        NOTE,
        "Which keys a recipe has. A recipe is one experiment as a TOML file, checked whole before any work starts;",
        "every fault is named at its line. Paths are under the data folder (`--data` or `POLYBATCH_DATA`).\n",
    ]
    tables: list[tuple[str, Any]] = [("At the top of the file", Recipe)]
    tables += [(f'`[[train]]` with `source = "{name}"`', source) for name, source in SOURCES.items()]
    tables += [(f'`[encoder]` with `kind = "{kind}"`', encoder) for kind, encoder in ENCODERS.items()]
    tables += [("`[training]`", Training), ("`[batches]`", Batches)]
    tables += [("`alpha` as a table", AlphaSchedule), ("`[loss]`", LossSettings), ("`[tuning]`", Tuning)]
    tables += [("`[selection]`", Selection), ("`[normalisation]`", Normalisation)]
    tables += [("`[[claims]]`", ClaimSettings)]
    parts = {"source", "text", "file", "train", "validation", "encoder", "training", "batches", "loss", "tuning"}
    parts |= {"normalisation", "selection", "claims"}
    for title, model in tables:
        lines += [f"## {title}\n", "| key | what | default |", "|---|---|---|"]
        for key, field in model.model_fields.items():
            if key in parts:
                continue
            default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)}`"
            lines.append(f"| `{key}` | {field.description or ''} | {default} |")
        lines.append("")
    lines += ["## Collections for `test`\n", "| name | what | folder | from |", "|---|---|---|---|"]
    for name, one in COLLECTIONS.items():
        lines.append(f"| `{name}` | {one.about} | {f'`{one.folder}`' if one.folder else ''} | {one.upstream} |")
    return "\n".join(lines) + "\n"


def measures_page() -> str:
    """Every measure, out of the table that computes them."""
    lines = [
        "# Measures",
        NOTE,
        "Models are evaluated by these measures. A measure's name is its identity: `nDCG@10` is nDCG of the best ten.",
        "Give names with `--measure`. Ranks are over the whole pool. Measures of a ranking break ties in a neutral",
        "fixed order; distances use expected ranks. [Concepts](concepts.md#measures) explains the main ones.\n",
        "| measure | what | settings | better | by default |",
        "|---|---|---|---|---|",
    ]
    defaults: dict[str, list[str]] = {}
    for text in DEFAULT:
        defaults.setdefault(text.split("@")[0] if text.split("@")[0] in FAMILIES else text, []).append(f"`{text}`")
    for name, one in FAMILIES.items():
        settings = "all" if one.settings == SETTINGS else ", ".join(one.settings)
        default = ", ".join(defaults.get(name, []))
        lines.append(f"| `{measure_form(name)}` | {one.about} | {settings} | {one.better or 'neither'} | {default} |")
    return "\n".join(lines) + "\n"


def sources_page() -> str:
    """Every source of training rows, out of the table, and what `data fetch` downloads."""
    lines = [
        "# Sources of training rows",
        NOTE,
        'What a model can be trained on. A `[[train]]` table of a recipe names one of these: `source = "..."`;',
        "[recipes](recipes.md) has the keys of each. None of these texts comes with polybatch, but for the newswire:",
        "their licences differ from it.\n",
        to_markdown(),
        "\nRead on real files: ntrex, flores-v1, sib-200, masakhanews, and bitext, lines and squad on those of",
        "lafand-mt and lareqa. All others are read on small files of upstream's form, which the tests write.\n",
        "## What `polybatch data fetch NAME` downloads\n",
        "Hashes are recorded in `fetched.json`, and checked where they are known. No download from there has been",
        "run by the tests: they use a server on the same machine.\n",
        "| name | folder | from |",
        "|---|---|---|",
    ]
    for name, one in FETCHED.items():
        places = [f"{repository.id} on the hub" for repository in one.hub] + [file.url for file in one.web]
        lines.append(f"| `{name}` | `{one.folder}` | {', '.join(places)} |")
    return "\n".join(lines) + "\n"


def pretrained_page() -> str:
    """The page as it is, with the table of families anew between its two marks."""
    lines = [
        "| family | on the hub | before a query | before a passage | pooling | temperature |",
        "|---|---|---|---|---|--:|",
    ]
    for name, one in ENCODER_FAMILIES.items():
        query, passage = (f'`"{prefix}"`' if prefix else "nothing" for prefix in (one.query_prefix, one.passage_prefix))
        owner = f"`{one.owner}`" if one.owner else "any"
        lines.append(f"| {name} | {owner} | {query} | {passage} | {one.pooling} | {one.temperature:g} |")
    before, _, rest = (ROOT / "docs/pretrained.md").read_text(encoding="utf-8").partition(f"{FAMILIES_BEGIN}\n")
    _, _, after = rest.partition(FAMILIES_END)
    return "\n".join([f"{before}{FAMILIES_BEGIN}\n", *lines, f"\n{FAMILIES_END}{after}"])


def architecture_page() -> str:
    """Every module with the first line of its docstring."""
    lines = [
        "# Architecture",
        NOTE,
        "Which file does what, by the first line of each. Imports point down, in the order of this page. Siblings are",
        "strangers: `cli` and `api`; `report`, `search` and `training`; `claims` and `correction`; `data` and",
        "`sampling`; `encoders` and `table`. A report never meets a model.\n",
        "`table` holds the texts of all rows, and their shape: the groups and languages of every row. `data` builds",
        "tables, `sampling` plans batches from the shape alone, and trainers read the texts of a batch out of the",
        "table. A table knows nothing of batches: it reads any rows in any languages.\n",
        "How many files a new thing touches, docs apart, by the lists in CONTRIBUTING.md:\n",
        "| new | source files | test files | which |",
        "|---|--:|--:|---|",
        "| strategy | 1 | 1 | an entry of `sampling/strategies.py` |",
        "| loss | 2 | 1 | its file in `training/losses`, and its name in `table.py` there |",
        "| measure | 1 | 1 | a formula and its entry in a file of `measures` |",
        "| search engine | 2 | 1 | its file in `search/engines`, and its scheme in `table.py` there |",
        "| archive format | 2 | 1 | its file in `data/archives`, and its ending in `archive.py` there |",
        "| published data set, to train on, to evaluate on or both | 1 | 1 | its file in `data/published` |\n",
        "Contract tests run over all strategies, losses, measures and engines without a change.\n",
    ]
    rooms = "cli api experiment report search training claims correction statistics judging measures results data"
    order = (*rooms.split(), "sampling", "encoders", "table", "text", "")
    for package in order:
        folder = ROOT / "src/polybatch" / package
        lines.append(f"## {package or 'the shared core'}\n")
        for path, line in _first_lines(folder, deep=bool(package)):
            name = path.relative_to(ROOT / "src/polybatch").as_posix()
            lines.append(f"- `{name}`: {line}")
        lines.append("")
    return "\n".join(lines)


def _first_lines(folder: Path, *, deep: bool) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py") if deep else folder.glob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        yield path, (docstring or "").split("\n")[0]


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "recipes.md": recipes_page,
    "measures.md": measures_page,
    "sources.md": sources_page,
    "pretrained.md": pretrained_page,
    "architecture.md": architecture_page,
}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (ROOT / "docs" / page).write_text(make(), encoding="utf-8")
