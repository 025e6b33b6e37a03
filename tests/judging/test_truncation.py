"""Texts that an encoder does not read to their end are counted and said."""

from pathlib import Path

import pytest

from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.judging import truncation
from polybatch.judging.truncation import truncation_notes
from polybatch.records import Collection, Passage, Query
from tests.judging.pools import TableEncoder
from tests.models import make_transformer

SHORT, LONG = "rain", "rain fell on the dry hills and the river rose over its banks again"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    folder: Path = make_transformer(tmp_path_factory.mktemp("truncation"), [SHORT, LONG] * 20)
    found = load_encoder(str(folder))
    found.model.max_seq_length = 8
    return found


def collection(passages: int) -> Collection:
    texts = [LONG if number % 2 else SHORT for number in range(passages)]
    return Collection(
        "weather",
        {"en": (Query("q", "q", SHORT),)},
        {"en": tuple(Passage(f"p{number}", text) for number, text in enumerate(texts))},
        {"q": frozenset({"p0"})},
    )


def test_what_is_cut_is_counted_for_each_side_and_what_is_not_is_not_mentioned(encoder: SentenceEncoder) -> None:
    (note,) = truncation_notes(encoder, collection(6))
    assert note.startswith("weather: 3 of 6 passages are longer than the 8 tokens that the model reads of each")


def test_of_a_large_side_a_sample_is_looked_at_and_said(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truncation, "COUNTED", 3)
    (note,) = truncation_notes(encoder, collection(7))  # every third: 0, 3, 6
    assert note.startswith("weather: of 3 looked at, 1 of 3 passages")


def test_what_has_no_limit_has_no_notes() -> None:
    assert truncation_notes(TableEncoder({}), collection(2)) == []
