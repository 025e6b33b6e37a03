"""A task of MTEB on a sentence-transformers model: MTEB loads and judges, its file is kept, its scores become rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.errors import DataError, Fault, gathered
from polybatch.files import write_json
from polybatch.judging.mteb_tasks.codes import mteb_codes
from polybatch.judging.mteb_tasks.extra import require_mteb
from polybatch.judging.mteb_tasks.reading import MODEL, PREFIX, mteb_rows
from polybatch.progress import Progress
from polybatch.results.store import Result

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def find_tasks(names: Sequence[str], *, languages: Sequence[str] | None = None) -> list[Any]:
    """Tasks of MTEB by name, with those subsets alone that hold one of `languages` (ours: `sw` finds `swa` and `swh`).

    Raises DataError with every name that MTEB does not know or that has no such language, FaultyInputError where MTEB
    is not installed.
    """
    require_mteb()
    import mteb

    codes = None if languages is None else [code for one in languages for code in mteb_codes(one)]
    faults: list[Fault] = []
    found = []
    for name in names:
        try:
            found.append(mteb.get_task(name, languages=codes))
        except (KeyError, ValueError) as error:  # no such task; no such language
            reason = str(error.args[0]).removeprefix("KeyError: ").splitlines()[0]
            faults.append(Fault(PREFIX + name, reason, "name a task of MTEB, and languages that it has"))
    if faults:
        raise DataError(faults)
    return found


def run_tasks(
    model: "SentenceTransformer",
    tasks: Sequence[Any],
    *,
    system: str,
    strategy: str | None,
    seed: int | None,
    batch_size: int,
    out: Path,
    progress: Progress,
    measures: Sequence[str] | None = None,
) -> list[Result]:
    """Run tasks of MTEB on a model; writes MTEB's result files into the folder `out`, and returns their rows.

    `measures` are as in `mteb_rows`. Each task's data is loaded by MTEB, from its cache or the network. Raises
    DataError with every task whose data cannot be had; the others have run by then.
    """
    rows: list[Result] = []
    faults: list[Fault] = []
    with progress.task("running tasks of MTEB", len(tasks)) as advance:
        for task in tasks:
            with gathered(faults):
                result = _run(model, task, batch_size)
                out.mkdir(parents=True, exist_ok=True)
                result.to_disk(out / f"{result.task_name}.json")
                write_json(out / MODEL, {"name": system})
                rows += mteb_rows(result.to_dict(), system=system, strategy=strategy, seed=seed, measures=measures)
            advance(1)
    if faults:
        raise DataError(faults)
    return rows


def _run(model: "SentenceTransformer", task: Any, batch_size: int) -> Any:
    import mteb

    try:
        task.load_data()
    except Exception as error:
        # data sets are foreign code and foreign servers: whatever they raise, a user needs one line of it
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        works = "MTEB fetches it from the Hugging Face hub, which needs the network once"
        raise DataError([Fault(PREFIX + task.metadata.name, f"its data cannot be loaded ({reason})", works)]) from error
    options: Any = {"batch_size": batch_size, "show_progress_bar": False}
    found = mteb.evaluate(model, task, cache=None, encode_kwargs=options, co2_tracker=False, show_progress_bar=False)
    task.unload_data()
    (result,) = found.task_results
    return result
