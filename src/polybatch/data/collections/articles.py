"""News articles as candidates, each once: by address, then by text, over files that repeat them. Reads no file."""

from hashlib import blake2b

from polybatch.data.draft import Draft


class Articles:
    """The articles of a draft. An address seen before, or an equal text under another, is the same article.

    Upstream gives neither a date nor an identity beyond the address, so that one story published twice is told by its
    text alone. What is merged is counted in the draft's notes.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._by_address: dict[tuple[str, str], str] = {}
        self._by_text: dict[tuple[str, bytes], str] = {}

    def add(self, code: str, address: str, text: str, where: str, *, repeats: bool = False) -> str:
        """The id of an article's passage, which is added if it is new. `repeats`: an address may come again, uncounted.

        Faults: an empty text.
        """
        if (known := self._by_address.get((code, address))) is not None:
            if not repeats:
                self._draft.count("rows with an address seen before, merged")
            return known
        key = code, blake2b(" ".join(text.split()).encode(), digest_size=16).digest()
        if (known := self._by_text.get(key)) is not None:
            self._draft.count("articles with a text seen under another address, merged")
        else:
            known = self._by_text[key] = f"{code}:{address}"
            self._draft.add_passage(code, known, text, where)
        self._by_address[code, address] = known
        return known
