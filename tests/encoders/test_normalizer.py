"""Claims about our normalisation as a tokenizer's own, in models of every kind that are trained here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, BertModel, BertTokenizer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.lexical import NgramEmbedding
from polybatch.encoders.loading import RECORD, SentenceEncoder, load_encoder
from polybatch.encoders.normalizer import make_normalizer, normalising
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.progress import Silent
from polybatch.text.normalisation import Normalisation, normalise
from tests.text.test_normalisation import options, texts

WRITTEN = {
    "en": ("The “river” rose, they’ve said", 'The "river" rose, they\'ve said'),
    "sw": ("Ng’ombe waliongezeka\u00a0mwaka ’24", "Ng'ombe waliongezeka mwaka '24"),
    "fr": ("L’e\u0301le\u0300ve « re\u0301ussit »", 'L\'élève " réussit "'),
    "ne": ("नेपालमा २०७९ सालमा गर्\u200dयो\u200d", "नेपालमा 2079 सालमा गर्\u200dयो"),
    "bn": ("১২ টি ব\u09bcই", "12 টি ব\u09bcই"),
    "ar": ("وُلد عام ١٩٩٥\u200f في القاهرة", "وُلد عام 1995 في القاهرة"),
    "fa": ("می\u200cخواهم ۱۲ کتاب\u200c", "می\u200cخواهم 12 کتاب"),
    "zh": ("２０２４年，水位上升３米", "2024年，水位上升3米"),
    "th": ("น้ำขึ้น ๓\u200b เมตร", "น้ำขึ้น 3 เมตร"),
    "he": ("צה״ל אמר ב־\u200f׳24", "צה\"ל אמר ב־'24"),
    "my": ("၂၀၂၄ ခုနှစ်", "2024 ခုနှစ်"),
    "hausa": ("ʼyan sanda\u00ad sun\ufeff ce", "'yan sanda sun ce"),
}
"""A text of each kind of script as people write it, and as it is to be read."""

PLAIN = [plain for _, plain in WRITTEN.values()]
TEXTS = PLAIN * 20
KINDS: dict[str, Any] = {
    "static": StaticEncoder(vocabulary=400, dimension=16),
    "n-grams": StaticEncoder(vocabulary=400, dimension=16, ngrams=3, buckets=512),
    "lexical": StaticEncoder(vocabulary=400, dimension=16, ngrams=3, buckets=512, lexical=32),
    "transformer": TransformerEncoder(vocabulary=400, layers=1, hidden_size=16, heads=2, intermediate=16),
}


@settings(deadline=None)  # a normalizer is made for each choice
@given(texts, options)
@example("e\u0301\u00ad\u094d\u200d", Normalisation())
def test_the_normalizer_writes_what_normalise_writes(text: str, chosen: Normalisation) -> None:
    text = text.encode(errors="ignore").decode()
    assert make_normalizer(chosen).normalize_str(text) == normalise(text, chosen)


def test_every_character_alone_is_written_alike() -> None:
    normalizer = make_normalizer(Normalisation())
    characters = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert not [one for one in characters if normalizer.normalize_str(one) != normalise(one, Normalisation())]


def test_the_tokenizer_handed_in_stays_as_it_is_and_its_own_normalizer_comes_last() -> None:
    tokenizer = train_tokenizer(TEXTS, vocabulary=400)
    before = tokenizer.to_str()
    made = normalising(tokenizer, Normalisation())
    assert tokenizer.to_str() == before
    assert [one.ids for one in made.encode_batch([written for written, _ in WRITTEN.values()])] == [
        one.ids for one in tokenizer.encode_batch(PLAIN)
    ]


@pytest.fixture(scope="module", params=[*KINDS, "BERT"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of each kind, as a training saves it."""
    folder = tmp_path_factory.mktemp(request.param)
    settings = KINDS.get(request.param) or PretrainedEncoder(model=str(bert(folder / "pretrained")), query_prefix="q: ")
    model = build_encoder(settings, texts=lambda: TEXTS, seed=1, normalisation=Normalisation())
    model.save(str(folder / "model"), create_model_card=False)
    (folder / "model" / RECORD).write_text('{"strategy": "hybrid"}')
    return folder / "model"


def bert(folder: Path) -> Path:
    """A small model whose class of tokenizer makes its normalizer anew whenever it is loaded."""
    words = sorted({*"".join(PLAIN), *"’“”‘«»０２３４１२३४५६७८९१२०٣"} - {" "})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    vocabulary |= {f"##{word}": len(vocabulary) + number for number, word in enumerate(words)}
    BertTokenizer(vocab=vocabulary, do_lower_case=False).save_pretrained(folder)
    sizes: Any = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder)
    assert type(AutoTokenizer.from_pretrained(folder)) is BertTokenizer
    return folder


def test_any_program_gets_the_vectors_that_are_evaluated(saved: Path) -> None:
    every = [text for pair in WRITTEN.values() for text in pair]
    own = "polybatch" in (saved / "modules.json").read_text()  # for which sentence-transformers wants a word
    model = SentenceTransformer(str(saved), device="cpu", trust_remote_code=own)
    encoder = load_encoder(str(saved), device="cpu")
    assert encoder.normalisation is None
    pairs: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
        (model.encode_query, encoder.encode_queries),
        (model.encode_document, encoder.encode_passages),
    ]
    for there, here in pairs:
        for text in every:  # each alone: the order within a batch moves a transformer's last bits
            assert np.array_equal(there([text]), here([text], Silent())), text


def test_however_a_text_is_written_it_has_one_vector(saved: Path) -> None:
    encoder = load_encoder(str(saved), device="cpu")
    for code, (written, plain) in WRITTEN.items():
        both = [encoder.encode_passages([text], Silent()) for text in (written, plain)]
        assert np.array_equal(both[0], both[1]), code


def test_a_model_saved_before_gives_the_vectors_it_was_evaluated_by(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(TEXTS, vocabulary=400)
    for kind in ("static", "lexical"):
        model = build_encoder(KINDS[kind], texts=lambda: TEXTS, seed=1, tokenizer=tokenizer)
        folder = tmp_path / kind
        model.save(str(folder), create_model_card=False)
        if kind == "lexical":
            about = folder / "ngrams.json"
            about.write_text(about.read_text().replace(',\n "normalised": true', ""))
            model = SentenceTransformer(modules=[NgramEmbedding.load(str(folder))], device="cpu")
        (folder / RECORD).write_text('{"normalisation": {}}')
        written = [written for written, _ in WRITTEN.values()]
        expected = SentenceEncoder(model, normalisation=Normalisation())
        assert np.array_equal(
            load_encoder(str(folder)).encode_passages(written, Silent()), expected.encode_passages(written, Silent())
        )
        assert not np.array_equal(
            load_encoder(str(folder)).encode_passages(written, Silent()), SentenceTransformer.encode(model, written)
        )


def test_a_half_of_a_surrogate_pair_is_left_out(saved: Path) -> None:
    encoder = load_encoder(str(saved), device="cpu")
    both = [encoder.encode_queries([text], Silent()) for text in ("river\ud83d", "river")]
    assert np.array_equal(both[0], both[1])


def test_the_normalisation_is_part_of_what_a_model_is(tmp_path: Path) -> None:
    tokenizer: Tokenizer = train_tokenizer(TEXTS, vocabulary=400)
    prints = set()
    for chosen in (None, Normalisation(), Normalisation(digits="keep")):
        model = build_encoder(KINDS["lexical"], texts=lambda: TEXTS, seed=1, tokenizer=tokenizer, normalisation=chosen)
        prints.add(fingerprint(SentenceEncoder(model)))
    assert len(prints) == 3
