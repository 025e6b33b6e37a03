"""Claims about the `[encoder]` table of a recipe."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from polybatch.encoders.settings import (
    ENCODERS,
    POOLINGS,
    EncoderSettings,
    PretrainedEncoder,
    StaticEncoder,
    TransformerEncoder,
)

TABLE: TypeAdapter[StaticEncoder | TransformerEncoder | PretrainedEncoder] = TypeAdapter(EncoderSettings)


def test_the_kind_chooses_the_table_and_is_static_where_it_is_left_out() -> None:
    assert TABLE.validate_python({"vocabulary": 600}) == StaticEncoder(vocabulary=600)
    assert TABLE.validate_python({"kind": "transformer"}) == TransformerEncoder()
    assert TABLE.validate_python({"kind": "pretrained", "model": "LaBSE"}) == PretrainedEncoder(model="LaBSE")


def test_what_was_written_out_comes_back() -> None:
    for settings in (StaticEncoder(), TransformerEncoder(layers=2), PretrainedEncoder(model="bge-m3", pooling="cls")):
        assert TABLE.validate_python(TABLE.dump_python(settings, mode="json")) == settings


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"kind": "pretrained"}, "model"),
        ({"kind": "convolution"}, "'static', 'transformer', 'pretrained'"),
        ({"kind": "static", "layers": 2}, "layers"),
        ({"kind": "transformer", "pooling": "middle"}, "'mean', 'cls', 'max' or 'lasttoken'"),
        ({"kind": "transformer", "hidden_size": 100, "heads": 3}, "hidden_size 100 must be a multiple of 2 x heads, 6"),
        ({"kind": "pretrained", "model": "LaBSE", "dtype": "int4"}, "'float32', 'bfloat16' or 'float16'"),
        ({"kind": "pretrained", "model": "LaBSE", "query_tokens": 2}, "greater than or equal to 3"),
    ],
)
def test_what_does_not_work_is_refused_with_what_does(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TABLE.validate_python(table)


def test_every_key_says_what_it_is() -> None:
    for table in ENCODERS.values():
        assert all(field.description for field in table.model_fields.values())
    assert list(POOLINGS) == ["mean", "cls", "max", "lasttoken"]
