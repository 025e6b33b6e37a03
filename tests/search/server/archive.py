"""A small archive for tests: invented news in English, Nepali, Swahili and Arabic, two real static models, two indices.

The models are trained in closed form, by random indexing over the newswire's training stories: a subword's vector is
the sum of random vectors, one for each story that has the subword, whatever the language. `biased` adds to each
language a direction of its own, so that passages in the language of the query come first.
"""

import datetime
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from polybatch.data.newswire import newswire_collection, newswire_corpus
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.static import train_tokenizer
from polybatch.search.building import describe_model
from polybatch.search.index import Index
from polybatch.search.indexing import add_documents
from polybatch.search.records import Document

DIMENSIONS, VOCABULARY, TRAINED, HELD = 96, 2_000, 600, 40

ARABIC = (
    Document(
        "ar-1",
        "ارتفعت مياه النهر هذا الأسبوع وغمرت القرى القريبة من العاصمة. وقال مسؤول إن الفيضانات دمرت مئات المنازل.",
        "فيضانات قرب العاصمة",
        "ar",
        datetime.date(2024, 5, 2),
        "الأخبار",
        "https://example.org/ar/1",
    ),
    Document("ar-2", "قالت وزارة الصحة إن حملة التطعيم بدأت في كل المدارس.", "حملة تطعيم", "ar", None, "الأخبار"),
)

LONG = [
    f"In round {number} of the chess tournament, the masters drew after {number + 40} moves." for number in range(40)
]

HOSTILE = Document(
    "../../etc/passwd#<script>",
    "<img src=x onerror=alert(1)> <script>alert('hostile')</script> & hostile \u202e text \u202c in English.",
    "<b>hostile</b> title",
    "en",
    datetime.date(2024, 6, 1),
    "wire' OR 1=1 --",
    "javascript:alert(1)",
)


def make_models(folder: Path) -> dict[str, Path]:
    """Folders of two static models, `hybrid` and `biased`, of one tokenizer."""
    corpus = newswire_corpus(stories=TRAINED)
    tokenizer = train_tokenizer(
        (text for item in corpus.items for text in item.passages.values()), vocabulary=VOCABULARY
    )
    random = np.random.default_rng(1)
    languages = {language: random.normal(size=DIMENSIONS) for language in corpus.items[0].passages}
    meanings = np.zeros((tokenizer.get_vocab_size(), DIMENSIONS))
    tongues, counts = np.zeros_like(meanings), np.ones((len(meanings), 1))
    for item in corpus.items:
        story = random.normal(size=DIMENSIONS)
        for language in item.passages:
            ids = tokenizer.encode(f"{item.queries[language]} {item.passages[language]}").ids
            np.add.at(meanings, ids, story)
            np.add.at(tongues, ids, languages[language])
            np.add.at(counts, ids, 1)
    meanings /= counts  # what is in every story means little
    tongues /= counts
    folders = {}
    for name, bias in (("hybrid", 0.0), ("biased", 0.15)):
        weights = torch.tensor(meanings + bias * tongues, dtype=torch.float32)
        model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu")
        folders[name] = folder / name
        model.save(str(folders[name]))
    return folders


def documents() -> list[Document]:
    """The archive: a document for each story and language, dated one after the other, and a few by hand."""
    found = []
    long = Document("long", "\n".join(LONG), "A year of chess", "en", datetime.date(2024, 7, 1), "chess")
    collection = newswire_collection(stories=HELD)
    for language, passages in collection.passages.items():
        titles = [query.text for query in collection.queries[language]]
        for number, (passage, title) in enumerate(zip(passages, titles, strict=True)):
            day = datetime.date(2024, 1, 1) + datetime.timedelta(days=number)
            url = f"https://example.org/{language}/{number}"
            found.append(Document(passage.id, passage.text, title, language, day, "wire", url))
    return [*found, *ARABIC, HOSTILE, long]


def make_index(folder: Path, model: Path) -> Path:
    """An index of the archive by a model."""
    encoder = load_encoder(str(model))
    index = Index.make(folder, describe_model(str(model), encoder))
    with index.writing():
        add_documents(index, documents(), encoder)
    index.engine.close()
    return folder
