"""Out folders into verdicts: the paper's claims, the question behind them, and those of the runs' own recipes."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from polybatch.claims.claim import Claim, ClaimSettings, Verdict
from polybatch.claims.deciding import decide
from polybatch.claims.evidence import Run, read_evidence
from polybatch.claims.family import Family, family_of
from polybatch.claims.paper import CLAIMS, QUESTION
from polybatch.errors import Fault, ResultsError
from polybatch.progress import Progress
from polybatch.results.store import MANIFEST, Store
from polybatch.statistics import Method


def put_to_test(
    folders: Sequence[Path], *, method: Method | None = None, progress: Progress | None = None
) -> tuple[Verdict, ...]:
    """The verdicts on stored runs. Raises ResultsError as `evidence_of` does."""
    verdicts, _ = verdicts_on(evidence_of([Store(folder) for folder in folders], progress=progress), method=method)
    return verdicts


def evidence_of(stores: Sequence[Store], *, progress: Progress | None = None) -> tuple[Run, ...]:
    """Stored runs with all that claims need. Raises ResultsError for one cut short, and as `read_evidence` does."""
    faults = [
        Fault(str(store.path(MANIFEST)), "the run was cut short", "give its command again to continue it")
        for store in stores
        if not store.is_finished
    ]
    if faults:
        raise ResultsError(faults)
    measures = dict.fromkeys(need.measure for claim in (*CLAIMS, *QUESTION) for need in claim.needs)
    runs = read_evidence(stores, measures=tuple(measures), progress=progress)
    if more := {need.measure for claim in own_claims(runs) for need in claim.needs} - set(measures):
        runs = read_evidence(stores, measures=(*measures, *sorted(more)), progress=progress)
    return runs


def verdicts_on(runs: Sequence[Run], *, method: Method | None = None) -> tuple[tuple[Verdict, ...], Family]:
    """The verdicts on the paper's claims, the question behind them, and those of the runs' recipes, and their family.

    The family also holds what the answers and statements of a report on these runs rest on.
    """
    claims = (*CLAIMS, *QUESTION, *own_claims(runs))
    family = family_of(claims, runs, method=method or Method())
    return decide(claims, runs, family), family


def own_claims(runs: Sequence[Run]) -> tuple[Claim, ...]:
    """The claims that the recipes of runs make, `[[claims]]`, each once; raises ResultsError for what is none."""
    found: dict[str, ClaimSettings] = {}
    faults: list[Fault] = []
    for run in runs:
        for number, one in enumerate(run.recipe.get("claims", ())):
            try:
                settings = ClaimSettings.model_validate(one)
                found[settings.name] = settings
            except ValidationError as error:
                told = error.errors()[0]
                place = ".".join(map(str, ("claims", number, *told["loc"])))
                where = f"{run.label}: {MANIFEST}: recipe.text: {place}"
                faults.append(Fault(where, told["msg"], "docs/recipes.md has the keys"))
    if faults:
        raise ResultsError(faults)
    return tuple(settings.claim() for settings in found.values())
