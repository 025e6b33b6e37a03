"""Translate texts: sentence by sentence, each distinct one once, cached, checked. Not here: rows and files."""

from collections.abc import Sequence

from polybatch.data.translation.cache import Cache, key_of
from polybatch.data.translation.quality import Filter, chrf
from polybatch.data.translation.translator import Translation, Translator
from polybatch.progress import Progress, Silent
from polybatch.text.passages import join_sentences, sentences

AT_ONCE = 256  # sentences between two writes to the cache: what a crash may lose


def translate(
    texts: Sequence[str],
    source: str,
    target: str,
    translator: Translator,
    *,
    cache: Cache | None = None,
    accept: Filter | None = None,
    progress: Progress | None = None,
) -> list[Translation]:
    """A translation of each text, in order; a fault, and no text, where it was refused.

    A text is translated sentence by sentence, since that is what translation models are trained on, and put together
    again; a fault of one sentence is one of the text, and one without a letter stays as it is. What is in the `cache`
    is taken from there, and what is translated kept in it, refused or not; sentences go to the translator by length.
    `accept` says which translations are good enough, all if None; with a round trip they are translated back. Raises
    ModelError where the translator cannot translate at all.
    """
    progress = progress or Silent()
    found = _translate(texts, source, target, translator, cache, progress)
    if accept is None:
        return found
    found = [
        one if one.fault else _judged(one, accept.fault(text, one.text, target))
        for text, one in zip(texts, found, strict=True)
    ]
    if accept.likeness is not None:
        kept = [number for number, one in enumerate(found) if not one.fault]
        alike = accept.likeness.are_alike([texts[number] for number in kept], [found[number].text for number in kept])
        for number, is_alike in zip(kept, alike, strict=True):
            found[number] = _judged(found[number], "" if is_alike else "not like its text")
    if accept.round_trip is None:
        return found
    kept = [number for number, one in enumerate(found) if not one.fault]
    back = _translate([found[number].text for number in kept], target, source, translator, cache, progress)
    for number, one in zip(kept, back, strict=True):
        share = 0.0 if one.fault else chrf(one.text, texts[number])
        if share < accept.round_trip:
            found[number] = Translation("", "does not come back")
    return found


def _judged(found: Translation, fault: str) -> Translation:
    return Translation("", fault) if fault else found


def _translate(
    texts: Sequence[str], source: str, target: str, translator: Translator, cache: Cache | None, progress: Progress
) -> list[Translation]:
    translator.check(source, target)
    parts = [[" ".join(one.split()) for one in sentences(text, source)] for text in texts]
    distinct = dict.fromkeys(one for text in parts for one in text)
    known = _translated(list(distinct), source, target, translator, cache, progress)
    return [_joined([known[one] for one in text]) for text in parts]


def _joined(parts: Sequence[tuple[str, str]]) -> Translation:
    fault = next((fault for _, fault in parts if fault), "" if parts else "no text")
    return Translation("" if fault else join_sentences([text for text, _ in parts]), fault)


def _translated(
    lines: Sequence[str], source: str, target: str, translator: Translator, cache: Cache | None, progress: Progress
) -> dict[str, tuple[str, str]]:
    identity = translator.identity
    # a line without a letter, such as 64 % or ***, is the same in every language, and makes models invent
    known = {line: (line, "") for line in lines if not any(map(str.isalpha, line))}
    keys = {line: key_of([identity, source, target, line]) for line in lines if line not in known}
    before = cache.get(list(keys.values())) if cache else {}
    known |= {line: before[key] for line, key in keys.items() if key in before}
    missing = sorted((line for line in lines if line not in known), key=lambda line: (-len(line), line))
    with progress.task(f"translating {source} to {target}", len(missing)) as advance:
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            found = dict(zip(some, translator.translate(some, source, target), strict=True))
            if cache:
                cache.put({keys[line]: one for line, one in found.items()})
            known |= found
            advance(len(some))
    return known
