"""What must hold of a collection that is judged: every fault at once, and notes on what is left out. No loading."""

from collections import Counter
from collections.abc import Iterable, Sequence

from polybatch.errors import Fault
from polybatch.records import SETTINGS, Collection

SHOWN = 5  # faults of one kind that are listed before the rest is only counted


def collection_faults(collection: Collection) -> list[Fault]:
    """Ids that stand twice, languages without a passage, judgements and grades of what is not there, none at all,
    settings that are none, and settings in which nothing can be judged.

    Each fault names its place; of a kind with many, the first are listed and the rest is counted.
    """
    name = collection.name
    homes = [(passage.id, code) for code, found in collection.passages.items() for passage in found]
    known = {passage for passage, _ in homes}
    asked = {query.id for found in collection.queries.values() for query in found}
    pairs = [(query, passage) for query, found in collection.judgements.items() for passage in sorted(found)]
    twice = _repeated([passage for passage, _ in homes])
    homes_of = {one: sorted({code for passage, code in homes if passage == one}) for one in twice[:SHOWN]}
    faults = _listed(
        Fault(f"{name}: passages", f"id {one!r} stands twice ({', '.join(homes_of.get(one, ()))})", "ids are unique")
        for one in twice
    )
    for code, queries in sorted(collection.queries.items()):
        faults += _listed(
            Fault(f"{name}: queries in {code}", f"id {one!r} stands twice", "ids are unique in a language")
            for one in _repeated([query.id for query in queries])
        )
    faults += [
        Fault(f"{name}: passages in {code}", "there are none", "leave the language out, or give it passages")
        for code, found in sorted(collection.passages.items())
        if not found
    ]
    faults += _listed(
        Fault(f"{name}: judgements", f"query {query!r} is in no language", "the id of a query works")
        for query in collection.judgements
        if query not in asked
    )
    faults += _listed(
        Fault(f"{name}: judgements of {query!r}", f"passage {one!r} is in no language", "the id of a passage works")
        for query, one in pairs
        if one not in known
    )
    faults += _listed(
        Fault(f"{name}: grades of {query!r}", f"{one!r} has {grade}", "1 or more for a relevant passage")
        for query, grades in collection.grades.items()
        for one, grade in grades.items()
        if grade < 1 or one not in collection.judgements.get(query, ())
    )
    wrong = [one for one in collection.settings if one not in SETTINGS]
    if wrong or not collection.settings or len(set(collection.settings)) < len(collection.settings):
        works = f"one or more of {', '.join(SETTINGS)}, once each"
        faults.append(Fault(f"{name}: settings", ", ".join(collection.settings) or "none", works))
    if not any(query in asked and one in known for query, one in pairs):
        faults.append(Fault(name, "no query has a relevant passage", "judgements must name passages"))
    elif not faults and not _has_any(collection):
        works = "passages in other languages" if "monolingual" not in collection.settings else "other settings"
        faults.append(Fault(name, f"nothing to evaluate in the settings {', '.join(collection.settings)}", works))
    return faults


def _has_any(collection: Collection) -> bool:
    """Whether any query has a relevant passage in any of the settings."""
    home = collection.homes
    together = {"multilingual"} if len(collection.passages) > 1 else set()
    return any(
        ({"monolingual" if home[one] == asked else "cross-lingual"} | together) & set(collection.settings)
        for asked, queries in collection.queries.items()
        for query in queries
        for one in _answers(collection, asked, query.id)
    )


def _answers(collection: Collection, asked: str, query: str) -> frozenset[str]:
    """The relevant passages of a query in a language, itself not among them."""
    return collection.judgements.get(query, frozenset()) - collection.itself(query, asked)


def collection_notes(collection: Collection) -> list[str]:
    """Sentences on what no figure shows: queries that cannot be judged, languages that only add candidates."""
    relevant = {one for found in collection.judgements.values() for one in found}
    notes = []
    asked = [query.id for found in collection.queries.values() for query in found if query.id in collection.judgements]
    if own := sum(one in collection.itself(one, "") for one in asked):
        found = f"{own} of {len(asked)} queries have a passage of their own id, which is left out of their rankings"
        notes.append(f"{collection.name}: {found}")
    for code, queries in sorted(collection.queries.items()):
        left = [query.id for query in queries if not _answers(collection, code, query.id)]
        if left:
            shown = ", ".join(left[:SHOWN]) + ", …" * (len(left) > SHOWN)
            found = f"{len(left)} of {len(queries)} queries in {code} have no relevant passage and are left out"
            notes.append(f"{collection.name}: {found}: {shown}")
    for code, passages in sorted(collection.passages.items()):
        if not any(passage.id in relevant for passage in passages):
            notes.append(f"{collection.name}: no passage in {code} is relevant to any query; it only adds candidates")
    return notes


def _repeated(ids: Sequence[str]) -> list[str]:
    return [one for one, times in Counter(ids).items() if times > 1] if len(set(ids)) < len(ids) else []


def _listed(faults: Iterable[Fault]) -> list[Fault]:
    """The first faults of a kind, and one that counts the rest."""
    found = list(faults)
    if len(found) <= SHOWN:
        return found
    return [*found[:SHOWN], Fault(found[SHOWN].where.partition(":")[0], f"{len(found) - SHOWN} more faults like these")]
