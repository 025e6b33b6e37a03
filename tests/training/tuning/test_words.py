"""Claims about judging an encoder by word translation."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError
from polybatch.progress import Progress, Silent
from polybatch.training.tuning import words
from polybatch.training.tuning.words import Lexicon, read_lexicon, word_translation
from tests.models import make_transformer


class Given:
    """An encoder that knows the vectors of some words."""

    def __init__(self, vectors: Mapping[str, Sequence[float]]) -> None:
        self.vectors = vectors

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)


def test_accuracy_and_its_control_are_those_computed_by_hand() -> None:
    encoder = Given({"river": (1, 0), "night": (0, 2), "mto": (3, 0), "usiku": (0.6, 0.8), "giza": (0, 1)})
    found = word_translation(encoder, [("river", "mto"), ("night", "usiku"), ("night", "giza")], progress=Silent())
    assert (found.words, found.candidates, found.accuracy) == (2, 3, 1.0)
    assert found.chance == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert found.cosine == pytest.approx((1 + 0.8 + 1) / 3)
    others = [0.6, 0, 0]  # river with usiku and giza, night with mto
    assert found.random_cosine == pytest.approx(np.mean(others))
    assert found.random_deviation == pytest.approx(np.std(others))
    assert found.separation == pytest.approx((found.cosine - np.mean(others)) / np.std(others))


def test_vectors_that_are_all_one_have_high_cosines_and_find_nothing() -> None:
    pairs = [("a", "x"), ("b", "y"), ("c", "z")]
    found = word_translation(Given({word: (1, 1) for pair in pairs for word in pair}), pairs, progress=Silent())
    assert [found.cosine, found.random_cosine] == pytest.approx([1.0, 1.0])
    assert found.accuracy == 0
    assert found.separation == pytest.approx(0, abs=1e-3)


@given(st.integers(2, 9), st.integers(0, 10_000), st.data())
def test_it_agrees_with_a_direct_count(size: int, seed: int, data: st.DataObject) -> None:
    names = [f"s{number}" for number in range(size)], [f"t{number}" for number in range(size)]
    drawn = st.tuples(st.sampled_from(names[0]), st.sampled_from(names[1]))
    pairs = data.draw(st.lists(drawn, min_size=1, max_size=size - 1, unique=True))
    pairs += [(names[0][0], names[1][0]), (names[0][1], names[1][1])]
    drawn_vectors = np.random.default_rng(seed).normal(size=(2 * size, 4))
    vectors = dict(zip([*names[0], *names[1]], drawn_vectors, strict=True))
    true = set(pairs)
    sources, targets = ({pair[side] for pair in pairs} for side in (0, 1))

    def cosine(one: str, other: str) -> float:
        a, b = vectors[one], vectors[other]
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    nearest = {source: max(targets, key=lambda target: cosine(source, target)) for source in sources}
    others = [cosine(source, target) for source in sources for target in targets if (source, target) not in true]
    given_vectors = Given({word: tuple(vector) for word, vector in vectors.items()})
    if not others:
        with pytest.raises(DataError):
            word_translation(given_vectors, pairs, progress=Silent())
        return
    found = word_translation(given_vectors, pairs, progress=Silent())
    assert found.accuracy == pytest.approx(np.mean([pair in true for pair in nearest.items()]))
    assert found.random_cosine == pytest.approx(np.mean(others), abs=1e-5)
    assert found.random_deviation == pytest.approx(np.std(others), abs=1e-4)


def test_blocks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = {word: tuple(np.random.default_rng(hash_).normal(size=4)) for hash_, word in enumerate("abcdefvwxyz")}
    pairs = [("a", "v"), ("b", "w"), ("c", "x"), ("d", "y"), ("e", "z"), ("f", "v")]
    whole = word_translation(Given(vectors), pairs, progress=Silent())
    monkeypatch.setattr(words, "BLOCK", 2)
    in_blocks = word_translation(Given(vectors), pairs, progress=Silent())
    assert vars(in_blocks) == pytest.approx(vars(whole))


def test_a_real_encoder_is_judged_in_both_directions(tmp_path: Path) -> None:
    pairs = (("river", "mto"), ("night", "usiku"), ("rain", "mvua"))
    folder = make_transformer(tmp_path, [word for pair in pairs for word in pair] * 20)
    lexicon = Lexicon(("en", "sw"), pairs)
    for one in (lexicon, lexicon.turned()):
        found = word_translation(load_encoder(str(folder)), one.pairs, progress=Silent())
        assert (found.words, found.candidates) == (3, 3)
        assert found.chance == pytest.approx(1 / 3)
    assert lexicon.turned().languages == ("sw", "en")


def test_a_lexicon_comes_from_a_file_of_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("en\tsw\nriver\tmto\n night \tusiku\n\nriver\tmto\nriver\tmtoni\n", encoding="utf-8-sig")
    expected = (("river", "mto"), ("night", "usiku"), ("river", "mtoni"))
    assert read_lexicon(path) == Lexicon(("en", "sw"), expected)


def test_every_fault_of_a_lexicon_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("en\tqqq\nriver\n\tmto\na\tb\tc\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_lexicon(path)
    assert [fault.where for fault in caught.value.faults] == [f"{path}:{line}" for line in (1, 2, 3, 4)]
    for text, message in (("", "no pairs of words"), ("en\tsw\n", "no pairs of words")):
        path.write_text(text)
        with pytest.raises(DataError, match=message):
            read_lexicon(path)
    with pytest.raises(DataError, match="no such file"):
        read_lexicon(tmp_path / "none.tsv")


def test_words_with_nothing_to_compare_are_refused() -> None:
    with pytest.raises(DataError, match="all translations of one another"):
        word_translation(Given({"a": (1, 0), "x": (1, 0)}), [("a", "x")], progress=Silent())
    with pytest.raises(DataError, match="0 words"):
        word_translation(Given({}), [], progress=Silent())
