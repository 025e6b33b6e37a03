"""`polybatch train`: one system of a recipe, to a model folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import STRATEGIES_HELP, Data, Translations, Vectors, command_line, parse_archives
from polybatch.cli.run import Table
from polybatch.cli.tracking import Track, parse_trackers
from polybatch.data.own_recipes import PRESETS
from polybatch.errors import Fault, RecipeError
from polybatch.progress import Progress, Silent
from polybatch.sampling.strategies import STRATEGIES
from polybatch.training.processes import joined

PRESETS_HELP = "; ".join(f"[bold]{name}[/bold]: {what}" for name, what in PRESETS.items())


def train(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPE | LANGUAGE=ARCHIVE...",
            help="A recipe, a .toml file; or, for a --preset, archives of articles: en=archive.csv sw=articles/sw.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the model.", show_default=False)],
    strategy: Annotated[
        str | None,
        typer.Option(help=f"How batches are made. {STRATEGIES_HELP}.", show_default="that of the preset"),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help=f"A recipe made of your articles. {PRESETS_HELP}.", show_default="a recipe")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Pretrained encoder that the preset tunes: a folder, or a name on the hub.",
            show_default="an encoder from random weights",
            metavar="MODEL",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--time", help="Minutes that --from may take, including the table.", min=0.1, show_default="15"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the initial vectors, the batches and the dropout.", min=0)] = 1,
    data: Data = None,
    table: Table = None,
    translations: Translations = None,
    track: Track = "auto",
    cache: Vectors = None,
    push_to_hub: Annotated[
        str | None,
        typer.Option(help="Then upload the model, its card and its record to this name on the hub, as private."),
    ] = None,
) -> None:
    """Train one encoder with one strategy. SentenceTransformer(OUT) loads the result.

    The model equals that of `polybatch run` for this strategy and seed. An existing model is replaced once the new one
    is complete. If a training was stopped or killed, the same command continues from its last checkpoint. For several
    processes, put `torchrun --nproc-per-node N -m` before the command.

    With --preset best, it takes archives of articles as `polybatch data split` does, one folder or file per language.
    It holds a fifth of them out as a test, chooses settings for them, and gives its reasons. The recipe and the test
    are then in OUT.articles. With --from MODEL, it tunes a pretrained encoder, in as many steps as --time allows. It
    ends with a table of BM25, the original encoder and the tuned one on the held-out articles.

    Example: polybatch train recipes/demo.toml --strategy hybrid --seed 1 --out models/hybrid
    """
    from polybatch.cli.processes import progress_of
    from polybatch.encoders.loading import RECORD
    from polybatch.experiment.preset import Prepared, prepare, prepare_tuning
    from polybatch.experiment.recipe import load_recipe
    from polybatch.experiment.run import train_one
    from polybatch.experiment.tuned import MINUTES
    from polybatch.experiment.verdict import held_out_verdict, offer

    if faults := _faults(given, strategy, preset, table, translations) + _from_faults(preset, strategy, from_, minutes):
        raise RecipeError(faults)
    if out.exists() and not (out / RECORD).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise RecipeError([Fault(str(out), "is not empty and holds no model of polybatch", "name another --out")])
    trackers, test = parse_trackers(track), None
    options: list[str | Path] = ["--strategy", strategy] if strategy else []
    options += ["--preset", preset] if preset else []
    options += ["--translations", translations] if translations else []
    options += ["--from", from_] if from_ else []
    options += ["--cache", cache] if cache else []
    words: list[str | Path] = [*given] if preset else [Path(given[0])]
    with joined() as processes:
        progress = progress_of(processes, out)
        if preset:
            archives = parse_archives(given)

            def made(progress: Progress) -> Prepared:
                if from_ is None:
                    return prepare(archives, out, order=translations, progress=progress)
                spent = {"model": from_, "minutes": minutes or MINUTES}
                return prepare_tuning(archives, out, order=translations, **spent, progress=progress)  # type: ignore[arg-type]

            if processes.first:
                ready = made(progress)
            processes.wait()
            if not processes.first:
                ready = made(Silent())
            checked, data, test, strategy = ready.recipe, ready.data, ready.test, strategy or ready.strategy
        else:
            checked = load_recipe(Path(given[0]))
        train_one(
            checked,
            str(strategy),
            seed=seed,
            data=data,
            out=out,
            progress=progress,
            command=command_line("train", *words, *options, "--seed", str(seed), "--out", out),
            table=table,
            processes=processes,
            track=trackers,
            vectors=cache,
        )
    if not processes.first:
        return
    if push_to_hub:
        from polybatch.training.hub import push_model

        progress.say(f"on the hub: {push_model(out, push_to_hub)}")
    if test and from_:
        typer.echo(held_out_verdict(from_, out, test, progress))
    elif test:
        progress.say(offer(tuple(archives)))
        progress.say(
            f"to evaluate it on the held-out articles: polybatch evaluate {out} --on {test} --out {out}.results"
        )
    typer.echo(out)


def _faults(
    given: Sequence[str], strategy: str | None, preset: str | None, table: Path | None, translations: Path | None
) -> list[Fault]:
    faults = []
    if strategy is None and preset is None:
        faults.append(Fault("--strategy", "missing", f"known: {', '.join(STRATEGIES)}"))
    if strategy is not None and strategy not in STRATEGIES:
        faults.append(Fault("--strategy", repr(strategy), f"known: {', '.join(STRATEGIES)}"))
    if preset is not None and preset not in PRESETS:
        faults.append(Fault("--preset", repr(preset), f"known: {', '.join(PRESETS)}"))
    if preset is None and len(given) > 1:
        faults.append(Fault("recipe", " ".join(given), "one recipe; or --preset best for archives of articles"))
    if preset is None and translations is not None:
        faults.append(Fault("--translations", str(translations), "with --preset, which joins articles"))
    if preset is not None and table is not None:
        faults.append(Fault("--table", str(table), "a preset builds its rows of the articles"))
    return faults


def _from_faults(preset: str | None, strategy: str | None, model: str | None, minutes: float | None) -> list[Fault]:
    faults = []
    if model is not None and preset is None:
        faults.append(Fault("--from", model, "with --preset best; a recipe names its model in [encoder]"))
    if minutes is not None and model is None:
        faults.append(Fault("--time", f"{minutes:g}", "with --preset best --from MODEL"))
    if model is not None and strategy is not None:
        faults.append(Fault("--strategy", strategy, "--from takes its own, hybrid"))
    return faults
