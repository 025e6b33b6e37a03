"""Claims about the codes of families: each is told by its tokens, and names languages as we do."""

import pytest
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as M2M
from transformers.models.mbart50.tokenization_mbart50 import FAIRSEQ_LANGUAGE_CODES as MBART
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as NLLB

from polybatch.data.translation.codes import languages_of
from polybatch.languages import check_language

PIECES = ["▁the", "▁a", "<s>", "</s>", "<unk>", "ing", "__", "<2", ">>", "2sw>"]


@pytest.mark.parametrize(
    ("family", "tokens", "expected"),
    [
        ("NLLB", NLLB, {"en": "eng_Latn", "sw": "swh_Latn", "ne": "npi_Deva", "zh": "zho_Hans", "ar": "arb_Arab"}),
        ("M2M-100", [f"__{code}__" for code in M2M["m2m100"]], {"en": "__en__", "sw": "__sw__", "ne": "__ne__"}),
        ("mBART-50", MBART, {"en": "en_XX", "sw": "sw_KE", "ne": "ne_NP", "zh": "zh_CN"}),
        ("MADLAD-400", ["<2en>", "<2sw>", "<2ne>", "<2zh>", "<2zh_Latn>"], {"sw": "<2sw>", "zh": "<2zh>"}),
        ("OPUS-MT", [">>swh<<", ">>cmn_Hans<<", ">>cmn_Hant<<"], {"sw": ">>swh<<", "zh": ">>cmn_Hans<<"}),
    ],
)
def test_every_family_is_told_by_its_tokens_and_has_our_codes(
    family: str, tokens: list[str], expected: dict[str, str]
) -> None:
    found = languages_of([*PIECES, *tokens])
    assert found
    assert found[0].name == family
    assert {code: found[1][code].token for code in expected} == expected
    assert not any(check_language(code, where="") for code in found[1])


def test_the_code_is_what_tokenizers_call_the_source() -> None:
    found = languages_of(["__sw__", "__en__"])
    assert found
    assert found[1]["sw"].code == "sw"


def test_a_vocabulary_without_languages_has_no_family() -> None:
    assert languages_of(PIECES) is None
