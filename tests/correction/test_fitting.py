"""Claims about corrections: what they take off, that they find translations, and what cannot be fitted."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.correction.fitting import fit_correction
from polybatch.correction.record import Correction, to_unit
from polybatch.correction.shift import choose_strength, translation_precision
from polybatch.correction.subspaces import shared_directions
from polybatch.correction.table import CORRECTIONS
from polybatch.errors import DataError
from tests.correction.planted import DIMENSIONS, LANGUAGES, found_translations, planted


def test_after_centring_the_mean_of_every_language_is_nought() -> None:
    vectors = planted()
    correction = fit_correction("centring", vectors)
    for code, one in vectors.items():
        assert np.abs(to_unit(one).mean(axis=0)).max() > 0.1
        assert np.abs(correction.take_off(one, code).mean(axis=0)).max() < 1e-7


def test_after_lsar_the_means_of_all_languages_are_the_same() -> None:
    vectors = planted()
    correction = fit_correction("lsar", vectors)
    assert correction.bases.shape == (1, len(LANGUAGES) - 1, DIMENSIONS)
    means = np.stack([correction.take_off(one).mean(axis=0) for one in vectors.values()])
    assert np.abs(means - means[0]).max() < 1e-6


def test_lsar_takes_off_the_plane_of_the_differences_of_means_and_nothing_else() -> None:
    vectors = planted()
    means = np.stack([to_unit(one).mean(axis=0) for one in vectors.values()])
    plane = np.linalg.qr((means[1:] - means[0]).T)[0].T
    ours = fit_correction("lsar", vectors).bases[0].astype(np.float64)
    assert np.allclose(ours.T @ ours, plane.T @ plane, atol=1e-5)


def test_what_languages_have_in_common_is_orthogonal_to_what_lsar_takes_off_at_any_rank() -> None:
    means = list(np.random.default_rng(3).normal(size=(5, 12)))
    for rank in range(1, 5):
        basis = shared_directions(means, rank)
        assert np.allclose(basis @ basis.T, np.eye(rank), atol=1e-8)
        # the nearest matrix of this rank about the mean, whose columns differ within the subspace alone
        matrix = np.stack(means, axis=1)
        middle = matrix.mean(axis=1, keepdims=True)
        left, lengths, right = np.linalg.svd(matrix - middle, full_matrices=False)
        nearby = (left[:, :rank] * lengths[:rank]) @ right[:rank] + middle
        kept = nearby - basis.T @ (basis @ nearby)
        assert np.allclose(kept, kept[:, :1], atol=1e-8)


def test_lir_takes_off_the_first_singular_vectors_of_each_language() -> None:
    vectors = planted()
    correction = fit_correction("lir", vectors, rank=3)
    for number, (code, one) in enumerate(vectors.items()):
        expected = np.linalg.svd(to_unit(one), full_matrices=False)[2][:3]
        basis = correction.bases[number].astype(np.float64)
        assert np.allclose(basis.T @ basis, expected.T @ expected, atol=1e-5)
        assert np.allclose(basis @ basis.T, np.eye(3), atol=1e-6)
        assert np.abs(correction.apply(one, code).astype(np.float64) @ basis.T).max() < 1e-5


def test_shift_moves_a_language_by_its_mean_difference_from_the_pivot() -> None:
    vectors = planted()
    correction = fit_correction("shift", vectors, strength=1.0)
    unit = {code: to_unit(one) for code, one in vectors.items()}
    for number, code in enumerate(LANGUAGES):
        assert np.allclose(correction.offsets[number], (unit[code] - unit["en"]).mean(axis=0), atol=1e-6)
        assert np.array_equal(correction.apply(vectors[code], code, queries=True), unit[code].astype(np.float32))
    moved = {code: correction.take_off(one, code).mean(axis=0) for code, one in vectors.items()}
    assert np.allclose(moved["sw"], moved["en"], atol=1e-6)


def test_shift_knows_translations_by_their_items_in_any_order() -> None:
    vectors = planted()
    whole = fit_correction("shift", vectors, strength=1.0)
    order = {code: np.random.default_rng(number).permutation(200) for number, code in enumerate(LANGUAGES)}
    some = {"en": slice(0, 200), "ne": slice(0, 200), "sw": slice(0, 120)}
    kept = {code: order[code][some[code]] for code in LANGUAGES}
    shuffled = fit_correction(
        "shift",
        {code: vectors[code][kept[code]] for code in LANGUAGES},
        {code: kept[code] * 7 for code in LANGUAGES},
        strength=1.0,
    )
    assert np.allclose(shuffled.offsets[1], whole.offsets[1], atol=1e-6)
    unit = {code: to_unit(one) for code, one in vectors.items()}
    expected = (unit["sw"][kept["sw"]] - unit["en"][kept["sw"]]).mean(axis=0)
    assert np.allclose(shuffled.offsets[2], expected, atol=1e-6)


@pytest.mark.parametrize("name", CORRECTIONS)
def test_translations_are_found_in_a_mixed_pool_once_the_planted_language_is_taken_off(name: str) -> None:
    correction = fit_correction(name, planted(seed=1))
    held_out = planted(seed=2)
    plain = {code: to_unit(one) for code, one in held_out.items()}
    queries = {code: correction.apply(one, code, queries=True) for code, one in held_out.items()}
    passages = {code: correction.apply(one, code) for code, one in held_out.items()}
    before, after = found_translations(plain, plain), found_translations(queries, passages)
    assert before < 0.2
    assert after > 0.9 if name != "shift" else after > before + 0.3


@pytest.mark.parametrize("name", CORRECTIONS)
def test_where_languages_differ_in_nothing_corrections_do_no_harm(name: str) -> None:
    correction = fit_correction(name, planted(strength=0.0, seed=1))
    held_out = planted(strength=0.0, seed=2)
    corrected = {code: correction.apply(one, code) for code, one in held_out.items()}
    assert found_translations(corrected, corrected) > 0.98


@given(st.integers(0, 10_000), st.sampled_from(["lsar", "lir"]), st.integers(1, 2))
@settings(max_examples=25, deadline=None)
def test_projections_twice_are_projections_once(seed: int, name: str, rank: int) -> None:
    vectors = planted(60, seed=seed)
    correction = fit_correction(name, vectors, rank=rank)
    for code, one in vectors.items():
        once = correction.apply(one, code)
        assert np.allclose(np.linalg.norm(once, axis=1), 1, atol=1e-6)
        assert np.allclose(correction.apply(once, code), once, atol=1e-5)


@given(st.integers(0, 10_000), st.sampled_from(list(CORRECTIONS)))
@settings(max_examples=25, deadline=None)
def test_lengths_of_vectors_change_nothing(seed: int, name: str) -> None:
    vectors = planted(60, seed=seed)
    lengths = np.random.default_rng(seed).uniform(0.1, 10, size=(60, 1))
    correction, other = (fit_correction(name, one) for one in (vectors, {c: v * lengths for c, v in vectors.items()}))
    for code, one in vectors.items():
        assert np.allclose(correction.apply(one, code), other.apply(one * 3, code), atol=1e-5)


def test_a_zero_vector_stays_zero_under_projections_and_a_text_without_a_language_keeps_its_vector() -> None:
    vectors = planted()
    zero = np.zeros((1, DIMENSIONS))
    assert not fit_correction("lsar", vectors).apply(zero).any()
    assert not fit_correction("lir", vectors).apply(zero, "sw").any()
    one = vectors["sw"][:2]
    corrected = fit_correction("centring", vectors).apply(one, [None, "sw"])
    assert np.allclose(corrected[0], to_unit(one)[0], atol=1e-6)
    assert not np.allclose(corrected[1], to_unit(one)[1], atol=1e-2)


def test_the_strength_of_shift_is_one_where_offsets_are_the_same_for_all_texts_and_nought_where_there_are_none() -> (
    None
):
    items = {code: np.arange(300) for code in LANGUAGES}
    some = {code: to_unit(one) for code, one in planted(300, strength=0.5, noise=0.8).items()}
    chosen = choose_strength(some, items, "en")
    assert chosen >= 0.5
    passages = {code: fit_correction("shift", some, strength=chosen).apply(one, code) for code, one in some.items()}
    assert found_translations(some, passages) > found_translations(some, some)
    assert fit_correction("shift", some).fitted["strength"] == chosen
    none = {code: to_unit(one) for code, one in planted(300, strength=0.0, noise=0.0).items()}
    assert choose_strength(none, items, "en") == 0


def test_the_precision_of_finding_translations_is_that_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    items = np.tile(np.arange(10), 3)
    queries, passages = to_unit(rng.normal(size=(30, 4))), to_unit(rng.normal(size=(30, 4)))
    expected = []
    for number in range(30):
        others = [other for other in range(30) if other != number]
        ranked = sorted(others, key=lambda other: -float(queries[number] @ passages[other]))
        hits, precisions = 0, []
        for place, other in enumerate(ranked, start=1):
            if items[other] == items[number]:
                hits += 1
                precisions.append(hits / place)
        expected.append(np.mean(precisions))
    assert translation_precision(queries, passages, items) == pytest.approx(np.mean(expected))


def broken(vectors: dict[str, np.ndarray], **changes: Any) -> dict[str, np.ndarray]:
    return {code: changes.get(code, one) for code, one in vectors.items()}


NAN = planted()["sw"].copy()
NAN[3, 1] = np.nan


@pytest.mark.parametrize(
    ("name", "vectors", "options", "message"),
    [
        ("mean", planted(), {}, "correction: 'mean'; known: centring, lir, lsar, shift"),
        ("lsar", {"en": planted()["en"]}, {}, "vectors in en alone; two languages or more work"),
        ("lsar", {}, {}, "vectors in no language alone"),
        ("centring", broken(planted(), sw=planted()["sw"][:49]), {}, "49 texts in sw; 50 or more work"),
        ("centring", broken(planted(), sw=planted()["sw"][0]), {}, r"vectors of shape \(24,\) in sw"),
        ("lir", broken(planted(), sw=NAN), {}, "1 of 200 vectors in sw have NaN or infinite values"),
        ("lir", broken(planted(), sw=np.zeros((200, 24))), {}, "all vectors in sw are zero"),
        ("lsar", broken(planted(), sw=np.ones((200, 7))), {}, "24 dimensions in ne and 7 dimensions in sw"),
        ("lsar", planted(), {"rank": 3}, "rank 3; 1 to 2 works"),
        ("lir", planted(), {"rank": 24}, "rank 24; 1 to 23 works"),
        ("centring", planted(), {"rank": 1}, "has no rank; lir and lsar have"),
        ("lir", planted(), {"strength": 0.5}, "strength 0.5; shift has one"),
        ("shift", planted(), {"strength": 2.0}, "strength 2.0; 0 to 1 works"),
        ("shift", planted(), {"pivot": "fi"}, "no vectors in the pivot fi; found: en, ne, sw"),
        ("shift", broken(planted(), sw=planted()["sw"][:90]), {}, "not parallel: en 200, ne 200, sw 90"),
        (
            "shift",
            planted(),
            {"items": {"en": np.arange(200), "ne": np.arange(200), "sw": np.arange(180, 380)}},
            "20 items in both sw and en; 50 or more work",
        ),
        ("shift", planted(), {"items": {"en": np.arange(200), "ne": np.arange(200)}}, "0 items for 200 vectors in sw"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    name: str, vectors: dict[str, np.ndarray], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        fit_correction(name, vectors, **options)


def test_every_fault_of_the_vectors_comes_at_once() -> None:
    vectors = broken(planted(), ne=planted()["ne"][:9], sw=NAN)
    with pytest.raises(DataError) as refused:
        fit_correction("lsar", vectors, rank=9)
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (None, "needs the language of every vector; give them: en, ne, sw"),
        ("fi", "was not fitted on fi; on en, ne, sw"),
        (["sw"], "1 languages for 200 vectors"),
    ],
)
def test_a_correction_by_language_wants_languages_that_it_knows(languages: Any, message: str) -> None:
    correction: Correction = fit_correction("centring", planted())
    with pytest.raises(DataError, match=message):
        correction.apply(planted()["sw"], languages)
    with pytest.raises(DataError, match=r"vectors of shape \(5, 7\); \(texts, 24\) works"):
        correction.apply(np.ones((5, 7)), "sw")
