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

    The query is a sentence, the pool all sentences, and its translations are relevant. In its own language the answer
    would be the sentence itself, which any encoder finds: there is no monolingual setting, and among all languages'
    sentences the query is neither relevant nor a candidate, as BEIR leaves a query's own document out. The other
    sentences of its language stay, so that the multilingual setting still shows a preference for that language.
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
            "left out": "the query itself, which would be the answer in its own language",
            **notes,
        },
        settings=("cross-lingual", "multilingual"),
    )
