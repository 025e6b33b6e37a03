"""Find the translation: parallel sentences, each a query and a candidate. Reads no file of its own."""

from collections.abc import Mapping, Sequence

from polybatch.records import Collection, Passage, Query


def sentence_collection(
    name: str,
    texts: Mapping[str, Sequence[str]],
    ids: Sequence[str],
    clusters: Sequence[str],
    *,
    licence: str,
    notes: Mapping[str, str],
) -> Collection:
    """A collection out of aligned sentences: `texts` of each language are as many as `ids` and `clusters`.

    The query is a sentence, the pool all sentences, and its translations are relevant. So is the sentence itself, in
    its own language: a judgement holds for every language version of a query. The monolingual setting is therefore a
    mere check (an encoder without prefixes scores 1), and the cross-lingual one is the task.
    """
    return Collection(
        name=name,
        queries={code: tuple(map(Query, ids, clusters, found)) for code, found in texts.items()},
        passages={
            code: tuple(Passage(f"{code}:{one}", text) for one, text in zip(ids, found, strict=True))
            for code, found in texts.items()
        },
        judgements={one: frozenset(f"{code}:{one}" for code in texts) for one in ids},
        licence=licence,
        notes={
            "query": "sentence",
            "candidate": "sentence",
            "monolingual": "the query itself is the answer: a check, not a task",
            **notes,
        },
    )
