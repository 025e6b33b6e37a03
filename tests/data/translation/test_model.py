"""Claims about models as translators: right translations, the right tokens for each family, nothing cut in silence."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from polybatch.data.translation.model import CUT_OFF, TOO_LONG, ModelTranslator, load_translator
from polybatch.errors import ModelError
from tests.data.translation.toy import WORDS, expected

LINES = ["rain", "good news", "city people water", "water", "news rain"]


@pytest.fixture(scope="module")
def translator(toy: Path) -> ModelTranslator:
    return load_translator(str(toy), batch_size=2)


@pytest.mark.parametrize("target", ["sw", "ne"])
def test_lines_are_translated_into_the_language_asked_for_in_their_order(
    translator: ModelTranslator, target: str
) -> None:
    found = translator.translate(LINES, "en", target)
    assert found == [(expected(line, target), "") for line in LINES]
    assert translator.translate([], "en", target) == []


def test_a_line_that_the_model_cannot_read_whole_is_refused_and_not_cut(translator: ModelTranslator) -> None:
    assert translator.longest == 32
    long = " ".join([*WORDS] * 6)
    assert translator.translate(["rain", long], "en", "sw") == [("mvua", ""), ("", TOO_LONG)]


def test_a_translation_that_does_not_end_is_refused(translator: ModelTranslator) -> None:
    never = ModelTranslator(_endless(translator.model), translator.tokenizer, "endless")
    assert never.translate(["rain"], "en", "sw") == [("", CUT_OFF)]


def _endless(model: Any) -> Any:
    """The model, with an end of no weight in its output: what its last layer adds makes it the least likely."""
    import copy

    endless = copy.deepcopy(model)
    endless.final_logits_bias = torch.zeros(1, endless.config.vocab_size)
    with torch.no_grad():
        endless.lm_head = torch.nn.Linear(endless.config.d_model, endless.config.vocab_size)
        endless.lm_head.weight.copy_(model.lm_head.weight)
        endless.lm_head.bias.zero_()
        endless.lm_head.bias[endless.config.eos_token_id] = -1e4
    return endless


def test_its_identity_is_its_weights_and_its_search_and_not_its_name(toy: Path, translator: ModelTranslator) -> None:
    again = ModelTranslator(translator.model, translator.tokenizer, "another name", batch_size=7)
    assert again.identity == translator.identity
    assert ModelTranslator(translator.model, translator.tokenizer, "x", beams=1).identity != translator.identity
    other = load_translator(str(toy))
    with torch.no_grad():
        other.model.get_encoder().layers[0].fc1.bias[0] += 1e-3
    assert other.identity != translator.identity


def test_languages_that_the_model_lacks_are_refused_with_those_it_has(translator: ModelTranslator) -> None:
    with pytest.raises(ModelError, match=r"no language 'rw'; known: af, .*sw"):
        translator.check("en", "rw")
    with pytest.raises(ModelError, match="no language 'qqq'"):
        translator.translate(["rain"], "qqq", "sw")


def test_what_is_no_translation_model_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no config.json"):
        load_translator(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded as a translation model") as caught:
        load_translator(str(tmp_path))
    assert len(str(caught.value).splitlines()) == 1


class Heard:
    """What a model is asked to generate from, in place of generating: rows of an end alone."""

    def __init__(self, model: Any) -> None:
        self.config, self.generation_config, self.device = model.config, model.generation_config, model.device
        self.ids: list[list[int]] = []
        self.forced: int | None = None

    def generate(self, input_ids: Any, **options: Any) -> Any:
        self.ids += input_ids.tolist()
        self.forced = options.get("forced_bos_token_id")
        return torch.full((len(input_ids), 2), self.generation_config.eos_token_id)


def heard(loaded: ModelTranslator, source: str, target: str) -> tuple[list[str], str | None]:
    """The tokens that the model is given for "rain", and the token that its translation must begin with."""
    listening = Heard(loaded.model)
    ModelTranslator(listening, loaded.tokenizer, "heard").translate(["rain"], source, target)
    (ids,) = listening.ids
    forced = None if listening.forced is None else loaded.tokenizer.convert_ids_to_tokens(listening.forced)
    return loaded.tokenizer.convert_ids_to_tokens(ids), forced


def test_m2m_marks_the_source_and_begins_with_the_target(translator: ModelTranslator) -> None:
    assert heard(translator, "en", "ne") == (["__en__", "▁rain", "</s>"], "__ne__")


def train_pieces(folder: Path, *, symbols: Sequence[str] = ()) -> Path:
    import sentencepiece

    (folder / "words.txt").write_text("\n".join([*WORDS] * 3), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "words.txt"),
        model_prefix=str(folder / "spiece"),
        model_type="bpe",
        vocab_size=40,
        hard_vocab_limit=False,
        pad_id=3,
        user_defined_symbols=list(symbols),
        minloglevel=2,
    )
    return folder / "spiece.model"


def test_nllb_marks_the_source_and_begins_with_the_target(tmp_path: Path) -> None:
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "▁": 4, "r": 5, "a": 6, "i": 7, "n": 8}
    tokenizer = NllbTokenizer(vocab=vocabulary, merges=[])
    tokenizer.save_pretrained(tmp_path)
    config = M2M100Config(**SIZES, vocab_size=len(tokenizer), d_model=16)
    M2M100ForConditionalGeneration(config).save_pretrained(tmp_path)
    loaded = load_translator(str(tmp_path))
    assert heard(loaded, "ne", "sw") == (["npi_Deva", "▁", "r", "a", "i", "n", "</s>"], "swh_Latn")


def test_madlad_is_told_the_target_before_the_text(tmp_path: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    pieces = train_pieces(tmp_path, symbols=["<2sw>", "<2ne>"])
    tokenizer = T5Tokenizer.from_pretrained(str(pieces.parent), vocab_file=str(pieces), extra_ids=0)
    tokenizer.save_pretrained(tmp_path)
    config = T5Config(vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    T5ForConditionalGeneration(config).save_pretrained(tmp_path)
    tokens, forced = heard(load_translator(str(tmp_path)), "en", "ne")
    assert "<2ne>" in tokens[:2]
    assert "".join(tokens).endswith("rain</s>")
    assert forced is None


def marian(folder: Path, *, symbols: Sequence[str] = (), source: str = "eng", target: str = "swa") -> ModelTranslator:
    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir()
    pieces = train_pieces(folder)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    names = [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
    names = ["</s>", "<unk>", *symbols, *(name for name in names if name not in ("</s>", "<unk>", "<pad>")), "<pad>"]
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(pieces.read_bytes())
    (folder / "vocab.json").write_text(json.dumps({name: number for number, name in enumerate(names)}))
    paths = [str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")]
    tokenizer: Any = MarianTokenizer
    tokenizer(*paths, source_lang=source, target_lang=target).save_pretrained(folder)
    config = MarianConfig(
        **SIZES,
        vocab_size=len(names),
        d_model=16,
        eos_token_id=0,
        forced_eos_token_id=0,
        pad_token_id=len(names) - 1,
        decoder_start_token_id=len(names) - 1,
    )
    MarianMTModel(config).save_pretrained(folder)
    return load_translator(str(folder))


@pytest.mark.filterwarnings("ignore:Recommended")
def test_opus_mt_of_several_languages_is_told_the_target_before_the_text(tmp_path: Path) -> None:
    loaded = marian(tmp_path / "many", symbols=[">>swh<<", ">>npi<<"], target="mul")
    tokens, forced = heard(loaded, "en", "ne")
    assert tokens[0] == ">>npi<<"
    assert "".join(tokens[1:]) == "▁rain</s>"
    assert forced is None
    with pytest.raises(ModelError, match="no language 'zu'; known: ne, sw"):
        loaded.check("en", "zu")


@pytest.mark.filterwarnings("ignore:Recommended")
def test_opus_mt_of_one_pair_is_told_nothing_and_translates_no_other(tmp_path: Path) -> None:
    loaded = marian(tmp_path / "one")
    assert "".join(heard(loaded, "en", "sw")[0]) == "▁rain</s>"
    with pytest.raises(ModelError, match="a model from en to sw, not from sw to en"):
        loaded.check("sw", "en")
    found = loaded.translate(["rain", "good news"], "en", "sw")
    assert all(bool(text) != bool(fault) for text, fault in found), "weights are random, but all of it runs"


SIZES: dict[str, Any] = {
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 64,
}
