"""Claims that are no comparisons: what the results and manifests of runs say of collections, splits and counts."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from polybatch.claims.claim import Fact, Word
from polybatch.claims.evidence import Run
from polybatch.data.separation import collection_of, shared, source_of
from polybatch.records import SETTINGS

LANGUAGES = {"xquad-r": 11, "mlqa-r": 7}
COLLECTIONS = (*LANGUAGES, "miracl")
WITH_PARAGRAPH = "+paragraph"


def covers_the_collections(runs: Sequence[Run]) -> Fact:
    """Which of the paper's collections were judged."""
    judged = {_plain(name) for run in runs for name in run.collections}
    lacking = [name for name in COLLECTIONS if name not in judged]
    told = f"evaluated: {', '.join(sorted(judged)) or 'none'}"
    return Fact("not run", f"{told}; not: {', '.join(lacking)}") if lacking else Fact("supported", told)


def reports_map(runs: Sequence[Run]) -> Fact:
    """Whether mAP of both LAReQA collections stands in the results, in every setting."""
    have = {(_plain(row.collection), row.setting) for run in runs for row in run.results if row.measure == "mAP"}
    lacking = [f"{name} {setting}" for name in LANGUAGES for setting in SETTINGS if (name, setting) not in have]
    if lacking:
        return Fact("not run", f"no mAP of {', '.join(lacking)}")
    return Fact("supported", f"mAP of {' and '.join(LANGUAGES)} in {', '.join(SETTINGS)}")


def is_parallel(runs: Sequence[Run]) -> Fact:
    """Languages, and in how many of them each question is there."""

    def check(run: Run, name: str) -> tuple[Word, str]:
        questions: dict[str, set[str]] = defaultdict(set)
        rows = run.values.select(["collection", "query_id", "query_language"]).to_pydict()
        for collection, query, code in zip(*rows.values(), strict=True):
            if collection == name:
                questions[query].add(code)
        languages = {code for codes in questions.values() for code in codes}
        counts = sorted({len(codes) for codes in questions.values()})
        spread = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        told = f"{name}: {len(questions):,} questions in {spread} of {len(languages)} languages"
        if len(languages) < LANGUAGES[_plain(name)]:
            return "not run", told
        return ("supported" if counts[0] > 1 else "contradicted"), told

    return _each(runs, check)


def counts_the_settings(runs: Sequence[Run]) -> Fact:
    """How many cross-lingual and monolingual directions were judged."""

    def check(run: Run, name: str) -> tuple[Word, str]:
        languages = LANGUAGES[_plain(name)]
        cross, mono = (len(run.directions(name, setting)) for setting in ("cross-lingual", "monolingual"))
        told = f"{name}: {cross} cross-lingual and {mono} monolingual"
        if len({one.query for one in run.directions(name, "multilingual")}) < languages:
            return "not run", told
        return ("supported" if (cross, mono) == (languages * (languages - 1), languages) else "contradicted"), told

    return _each(runs, check)


def is_separate(runs: Sequence[Run]) -> Fact:
    """Whether a run tests on texts of a data set that it trains, stops, corrects or chooses its settings by.

    What it used is read in its recipe: `[[train]]`, `[[validation]]`, `[[development]]`, and the development collection
    of `[selection]`. A run without a recipe in its manifest says nothing of it. Files of somebody's own are told by
    their texts alone, which is the next claim.
    """
    trained = [run for run in runs if run.manifest.get("training")]
    if not trained:
        return Fact("not run", "no run was trained here")
    if unknown := [run.label for run in trained if not run.recipe]:
        return Fact("not run", f"no recipe is stored with {', '.join(unknown)}")
    both = []
    for run in trained:
        used = [made for table in run.sources if (made := source_of(table))]
        if development := run.recipe.get("selection", {}).get("development"):
            used.append(collection_of(str(development)))
        both += [f"{name} ({run.label})" for name in shared(used, run.collections)]
    if both:
        return Fact("contradicted", f"both trained or chosen on and tested on: {', '.join(both)}")
    return Fact("supported", f"{len(trained)} runs: no data set is on both sides")


def is_unseen(runs: Sequence[Run]) -> Fact:
    """What the contamination checks of the runs found: `contamination` of a manifest."""
    trained = [run for run in runs if run.manifest.get("training")]
    checked = {run.label: run.manifest["contamination"] for run in trained if "contamination" in run.manifest}
    if not checked or len(checked) < len(trained):
        without = [run.label for run in trained if run.label not in checked]
        return Fact("not run", f"no contamination check in {', '.join(without) or 'any run'}")
    counts = ", ".join(
        f"{label}: {one['rows']:,}{' (left out)' if one['left_out'] and one['rows'] else ''}"
        for label, one in checked.items()
    )
    told = f"training rows with a text, exact or near, of a test collection: {counts}"
    seen = any(one["rows"] and not one["left_out"] for one in checked.values())
    return Fact("contradicted" if seen else "supported", told)


def _plain(collection: str) -> str:
    return collection.removesuffix(WITH_PARAGRAPH)


def _each(runs: Sequence[Run], check: Callable[[Run, str], tuple[Word, str]]) -> Fact:
    """The worst word over both collections, each in the first run that has it with all its languages."""
    found: dict[str, tuple[Word, str]] = {}
    for run in runs:
        for name in run.collections:
            if _plain(name) in LANGUAGES and found.get(_plain(name), ("not run",))[0] == "not run":
                found[_plain(name)] = check(run, name)
    told = [why for _, why in found.values()] + [f"{name}: not evaluated" for name in LANGUAGES if name not in found]
    words = {word for word, _ in found.values()} | ({"not run"} if len(found) < len(LANGUAGES) else set())
    order: tuple[Word, ...] = ("contradicted", "not run", "supported")
    return Fact(next(word for word in order if word in words), "; ".join(told))
