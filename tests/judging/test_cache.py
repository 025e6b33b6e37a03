"""Claims about vectors kept on disk: found again by content, never shared between encoders that differ."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError
from polybatch.judging.cache import CachedEncoder
from polybatch.progress import Silent

from .pools import TableEncoder

TEXTS = [f"the river rose by {number} metres" for number in range(30)]


@pytest.fixture(scope="module")
def tokenizer():  # type: ignore[no-untyped-def]
    return train_tokenizer(TEXTS * 20, vocabulary=60)


@pytest.fixture
def model(tokenizer) -> SentenceTransformer:  # type: ignore[no-untyped-def]
    return static_encoder(tokenizer, dimension=4, deviation=0.1, seed=1)


class Counted(TableEncoder):
    """Says what it is."""

    def __init__(self, name: str) -> None:
        super().__init__({text: np.full(4, number + 1.5) for number, text in enumerate(TEXTS)})
        self.name = name

    def fingerprint(self) -> str:
        return self.name


def test_a_text_is_encoded_once_over_runs_and_queries_are_kept_apart_from_passages(tmp_path: Path) -> None:
    one, two = Counted("same"), Counted("same")
    first = CachedEncoder(one, tmp_path).encode_passages(TEXTS[:20], Silent())
    later = CachedEncoder(two, tmp_path).encode_passages(TEXTS[10:], Silent())
    assert sorted(one.encoded) == sorted(TEXTS[:20])
    assert sorted(two.encoded) == sorted(TEXTS[20:])
    assert np.array_equal(later, np.stack([two.vectors[text] for text in TEXTS[10:]]))
    assert np.array_equal(first[10:], later[:10])
    CachedEncoder(two, tmp_path).encode_queries(TEXTS[:1], Silent())
    assert two.encoded[-1] == TEXTS[0]


def test_another_encoder_never_gets_them(tmp_path: Path) -> None:
    one, other = Counted("one"), Counted("other")
    CachedEncoder(one, tmp_path).encode_passages(TEXTS, Silent())
    CachedEncoder(other, tmp_path).encode_passages(TEXTS, Silent())
    assert len(other.encoded) == len(TEXTS)


def test_an_interrupted_encoding_goes_on_from_the_last_whole_shard(
    tmp_path: Path,
) -> None:
    class Stopped(Counted):
        def encode_passages(self, texts, progress):  # type: ignore[no-untyped-def]
            if len(self.encoded) == 20:
                raise KeyboardInterrupt
            return super().encode_passages(texts, progress)

    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Stopped("x"), tmp_path, shard=10).encode_passages(TEXTS, Silent())
    again = Counted("x")
    found = CachedEncoder(again, tmp_path).encode_passages(TEXTS, Silent())
    assert len(again.encoded) == 10
    assert np.array_equal(found[:, 0], [number + 1.5 for number in range(30)])
    assert not list(tmp_path.glob("**/.*")), "nothing half-written is left"


def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    CachedEncoder(Counted("x"), tmp_path).encode_passages(TEXTS, Silent())
    (broken,) = tmp_path.glob("x/passages-*/vectors.npy")
    broken.write_bytes(b"\x93NUMPY")
    with pytest.raises(ModelError, match=r"vectors\.npy: cannot be read .* delete its folder"):
        CachedEncoder(Counted("x"), tmp_path).encode_passages(TEXTS, Silent())


def test_the_same_content_has_one_fingerprint_under_any_name(model: SentenceTransformer, tmp_path: Path) -> None:
    model.save(str(tmp_path / "one"))
    copytree(tmp_path / "one", tmp_path / "other")
    encoders = [load_encoder(str(tmp_path / name), batch_size=size) for name in ("one", "other") for size in (1, 64)]
    before = {fingerprint(encoder) for encoder in encoders}
    for encoder in encoders:
        encoder.encode_queries(TEXTS, Silent())
    assert len(before | {fingerprint(encoder) for encoder in encoders}) == 1


def test_a_weight_a_prompt_and_a_setting_change_the_fingerprint(tokenizer, model: SentenceTransformer) -> None:  # type: ignore[no-untyped-def]
    def changed(change) -> str:  # type: ignore[no-untyped-def]
        fresh = static_encoder(tokenizer, dimension=4, deviation=0.1, seed=1)
        change(fresh)
        return fingerprint(SentenceEncoder(fresh))

    def weight(fresh: SentenceTransformer) -> None:
        next(fresh.parameters()).data[0, 0] += 1e-4

    other = train_tokenizer([text.replace("river", "rivers") for text in TEXTS] * 20, vocabulary=60)
    prints = [
        changed(lambda fresh: None),
        changed(weight),
        changed(lambda fresh: fresh.prompts.update(query="query: ")),
        changed(lambda fresh: setattr(fresh, "default_prompt_name", "query")),
        changed(lambda fresh: setattr(fresh, "truncate_dim", 2)),
        changed(lambda fresh: setattr(fresh[0], "tokenizer", other)),
    ]
    assert len(set(prints)) == len(prints)
    assert prints[0] == fingerprint(model)


def test_an_encoder_whose_content_cannot_be_told_is_not_cached(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cache: cannot tell the content of a TableEncoder; a torch module"):
        CachedEncoder(TableEncoder({}), tmp_path)


def test_a_transformer_s_folder_may_be_renamed_and_its_settings_count(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=train_tokenizer(TEXTS * 20, vocabulary=60), unk_token="<unk>", pad_token="<unk>"
    )
    tokenizer.save_pretrained(tmp_path / "base")
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    BertModel(config).save_pretrained(tmp_path / "base")
    SentenceTransformer(modules=[Transformer(str(tmp_path / "base")), Pooling(8)]).save(str(tmp_path / "one"))
    copytree(tmp_path / "one", tmp_path / "other")
    one, other = (load_encoder(str(tmp_path / name)) for name in ("one", "other"))
    one.encode_queries(TEXTS, Silent())
    assert fingerprint(one) == fingerprint(other)
    other.model.max_seq_length = 16
    assert fingerprint(one) != fingerprint(other)


def test_vectors_that_are_not_finite_are_not_kept(tmp_path: Path) -> None:
    encoder = Counted("x")
    encoder.vectors[TEXTS[3]] = np.full(4, np.nan)
    with pytest.raises(ModelError, match="encoder: gave passages with NaN or infinite values"):
        CachedEncoder(encoder, tmp_path).encode_passages(TEXTS, Silent())
    assert not list(tmp_path.glob("x/*"))
