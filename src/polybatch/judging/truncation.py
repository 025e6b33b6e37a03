"""What must be said of an encoder that does not read texts to their end: how many of a collection it cuts."""

from typing import Any

from polybatch.records import Collection

COUNTED = 20_000  # texts a side: tokenizing more would cost as much as it tells


def truncation_notes(judged: Any, collection: Collection) -> list[str]:
    """A sentence for the queries and one for the passages of which some are cut; none for what reads all, or no text.

    `judged` is asked through its `count_cut`, which an encoder of sentence-transformers has; of a side with more than
    COUNTED texts every so manieth is looked at, evenly over all of them.
    """
    count = getattr(judged, "count_cut", None)
    if count is None:
        return []
    notes = []
    for what, sides in (("queries", collection.queries), ("passages", collection.passages)):
        texts = [one.text for code in sorted(sides) for one in sides[code]]
        looked_at = texts[:: -(-len(texts) // COUNTED) or 1]
        if told := count(looked_at, queries=what == "queries").sentence(what):
            sample = "" if len(looked_at) == len(texts) else f"of {len(looked_at):,} looked at, "
            notes.append(f"{collection.name}: {sample}{told}")
    return notes
