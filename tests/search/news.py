"""A small archive in three languages, a real encoder trained on nothing but its words, and an index of it."""

from datetime import date
from pathlib import Path

from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.progress import Silent
from polybatch.search.building import describe_model
from polybatch.search.index import Index
from polybatch.search.indexing import add_documents
from polybatch.search.records import Document

SENTENCES = {
    "en": "The river rose by {} metres in the night. People fled the town before morning.",
    "sw": "Mto uliongezeka kwa mita {} usiku huo. Watu waliukimbia mji kabla ya asubuhi.",
    "ne": "राति नदी {} मिटरले बढ्यो। बिहान हुनुअघि मानिसहरू शहर छोडेर भागे।",
}


def articles(counts: dict[str, int] | None = None) -> list[Document]:
    """Articles `en-0` and so on: a day and a source each, the language not said."""
    counts = counts or {"en": 12, "sw": 6, "ne": 3}
    return [
        Document(
            f"{code}-{number}",
            SENTENCES[code].format(number),
            title=f"{code.upper()} {number}",
            date=date(2024, 1, 1 + number % 28),
            source="wire" if number % 2 else "radio",
            url=f"https://example.org/{code}/{number}",
        )
        for code, count in counts.items()
        for number in range(count)
    ]


def save_model(folder: Path, *, seed: int = 1) -> str:
    """A static encoder with random vectors, saved; gives its folder."""
    tokenizer = train_tokenizer([one.text for one in articles()], vocabulary=250)
    static_encoder(tokenizer, dimension=16, deviation=0.1, seed=seed).save(str(folder))
    return str(folder)


class Counting:
    """A real encoder that says what it was given to encode."""

    def __init__(self, model: str) -> None:
        self.encoder: SentenceEncoder = load_encoder(model)
        self.texts: list[str] = []

    def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
        self.texts += texts
        return self.encoder.encode_passages(texts, Silent())


def make_index(folder: Path, model: str, documents: list[Document] | None = None) -> Index:
    """An index of some documents, or of `articles()`."""
    encoder = load_encoder(model)
    index = Index.make(folder, describe_model(model, encoder))
    with index.writing():
        add_documents(index, articles() if documents is None else documents, encoder)
    return index
