"""Out folders into verdicts: the paper's claims, the question behind them, and those of the runs' own recipes."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.claims.claim import Claim, ClaimSettings, Verdict
from polybatch.claims.deciding import decide
from polybatch.claims.evidence import Run, read_evidence
from polybatch.claims.family import Family, family_of
from polybatch.claims.paper import CLAIMS, QUESTION
from polybatch.errors import Fault, ResultsError
from polybatch.progress import Progress
from polybatch.results.store import MANIFEST, read_manifest
from polybatch.statistics import Method


def put_to_test(
    folders: Sequence[Path], *, method: Method | None = None, progress: Progress | None = None
) -> tuple[Verdict, ...]:
    """The verdicts on stored runs. Raises ResultsError as `evidence_of` does."""
    verdicts, _ = verdicts_on(evidence_of(folders, progress=progress), method=method)
    return verdicts


def evidence_of(folders: Sequence[Path], *, progress: Progress | None = None) -> tuple[Run, ...]:
    """Stored runs with all that claims need. Raises ResultsError for one cut short, and as `read_evidence` does."""
    faults = [
        Fault(str(folder / MANIFEST), "the run was cut short", "give its command again, it goes on where it was")
        for folder in folders
        if not read_manifest(folder).get("finished", True)
    ]
    if faults:
        raise ResultsError(faults)
    measures = dict.fromkeys(need.measure for claim in (*CLAIMS, *QUESTION) for need in claim.needs)
    runs = read_evidence(folders, measures=tuple(measures), progress=progress)
    if more := {need.measure for claim in own_claims(runs) for need in claim.needs} - set(measures):
        runs = read_evidence(folders, measures=(*measures, *sorted(more)), progress=progress)
    return runs


def verdicts_on(runs: Sequence[Run], *, method: Method | None = None) -> tuple[tuple[Verdict, ...], Family]:
    """The verdicts on the paper's claims, the question behind them, and those of the runs' recipes, and their family.

    The family also holds what the answers and statements of a report on these runs rest on.
    """
    claims = (*CLAIMS, *QUESTION, *own_claims(runs))
    family = family_of(claims, runs, method=method or Method())
    return decide(claims, runs, family), family


def own_claims(runs: Sequence[Run]) -> tuple[Claim, ...]:
    """The claims that the recipes of runs make, `[[claims]]`, each once."""
    found = {
        settings.name: settings
        for run in runs
        for one in run.recipe.get("claims", ())
        for settings in [ClaimSettings.model_validate(one)]
    }
    return tuple(settings.claim() for settings in found.values())
