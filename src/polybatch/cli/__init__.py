"""The command line: parse, call one library function, print. Results go to stdout, news and progress to stderr."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import typer

from polybatch.cli.claims import claims
from polybatch.cli.compare import compare
from polybatch.cli.correct import correct
from polybatch.cli.data_build import build
from polybatch.cli.data_check import check
from polybatch.cli.data_fetch import fetch
from polybatch.cli.data_negatives import negatives
from polybatch.cli.data_sources import sources
from polybatch.cli.data_split import split
from polybatch.cli.data_translate import translate
from polybatch.cli.evaluate import evaluate
from polybatch.cli.export import export
from polybatch.cli.help import register
from polybatch.cli.index import index
from polybatch.cli.init import init
from polybatch.cli.instructions import p_mrr, poison
from polybatch.cli.plan import plan
from polybatch.cli.report import report
from polybatch.cli.run import run
from polybatch.cli.search import search
from polybatch.cli.serve import serve
from polybatch.cli.sweep import sweep
from polybatch.cli.train import train
from polybatch.cli.words import words
from polybatch.errors import PolybatchError
from polybatch.files import why_unreadable
from polybatch.version import __version__

app = typer.Typer(
    name="polybatch",
    help="Train multilingual dense retrievers on hybrid batches, and evaluate them honestly.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
data = typer.Typer(
    help="Training rows: list, fetch, check, translate, build; hard negatives; your own articles.",
    no_args_is_help=True,
)
instructions = typer.Typer(
    help="Retrieval with instructions: training rows with poisoned negatives, and p-MRR of evaluated models.",
    no_args_is_help=True,
)
PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Train": (init, run, sweep, plan, train, correct),
    "Evaluate": (evaluate, compare, claims, report, words),
    "Search": (index, search, serve),
    "More": (export,),
}
"""The commands by the panel of the help that they stand in."""
register(app, PANELS)
register(data, {"": (split, sources, fetch, check, translate, build, negatives)})
register(instructions, {"": (poison, p_mrr)})
app.add_typer(data, name="data", rich_help_panel="Data")
app.add_typer(instructions, name="instructions", rich_help_panel="More")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"polybatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


class _Interrupted(BaseException):
    """Ctrl-C, by a name that typer does not catch, so that we say what it means here."""


def _interrupt(*signal_and_frame: Any) -> None:
    raise _Interrupted


def main() -> None:
    """Run the command line; an error of ours is its text on stderr and exit status 1, an interrupt is 130."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    # threads that wait spin long by default, which slows training several times where other programs want the cores
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    # large pages: a step's gradient is tens of megabytes, and without them half of the step is page faults
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        app()
    except PolybatchError as error:
        for line in str(error).splitlines():
            print(f"polybatch: {line}", file=sys.stderr)
        raise SystemExit(1) from None
    except _Interrupted:
        print("polybatch: stopped; give the same command again to continue", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # the reader of our output has gone; say nothing more, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    except OSError as error:
        # what the system refuses, a folder that may not be written to or a full disk, is no fault of ours to trace
        place = f"{error.filename}: " if error.filename else ""
        print(f"polybatch: {place}{why_unreadable(error)}", file=sys.stderr)
        raise SystemExit(1) from None
    finally:
        signal.signal(signal.SIGINT, before)
