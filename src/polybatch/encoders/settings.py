"""The `[encoder]` table of a recipe: static, transformer or pretrained, checked key by key. Not here: building one."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

POOLINGS = {
    "mean": "the mean of the vectors of all tokens",
    "cls": "the vector of the first token",
    "max": "the largest value of each dimension",
    "lasttoken": "the vector of the last token, for models that read left to right",
}
"""How the vectors of tokens become one; each is the same word in sentence-transformers."""

START_WEIGHTS = {
    "none": "subwords weigh alike, and with n-grams or lexical components by how rare they are in the texts",
    "rank": "besides, by model2vec's estimate from their rank in the vocabulary",
}
"""What makes an initial vector longer or shorter."""

DTYPES = ("float32", "bfloat16", "float16")

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_POOLINGS = "; ".join(f"{one}: {what}" for one, what in POOLINGS.items())


class _Encoder(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StaticEncoder(_Encoder):
    """`kind = "static"`: one vector per subword; a text is their mean. Fast on a CPU.

    Its vectors start from random ones, or from what a pretrained encoder knows of each subword (encoders/distilled.py).
    """

    kind: Literal["static"] = Field("static", description="one vector per subword; a text is their mean")
    vocabulary: Count = Field(32_000, description="subwords, at most")
    dimension: Count = Field(512, description="length of the vectors")
    deviation: Positive = Field(0.1, description="standard deviation of the initial vectors")
    ngrams: Annotated[int, Field(ge=0)] = Field(
        0, description="length of character n-grams, in Latin letters, read beside subwords; 0 for none"
    )
    buckets: Count = Field(32_768, description="vectors that n-grams share by their hash")
    lexical: Annotated[int, Field(ge=0)] = Field(
        0,
        description="dimensions of an untrained lexical part: subwords and n-grams, weighted by rarity; 0 for none",
    )
    lexical_share: Positive = Field(1.0, description="length of the lexical components beside the trained ones' 1")
    start: str = Field(
        "", description="pretrained encoder that the vectors of subwords start from; none for random vectors"
    )
    start_components: Annotated[int, Field(ge=0)] = Field(
        0, description="principal components of its vectors; the rest are random; 0 for all that fit into `dimension`"
    )
    start_whitening: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="power of its standard deviation that each component is divided by: 0 none, 1 all alike"
    )
    start_weights: Literal[tuple(START_WEIGHTS)] = Field(  # type: ignore[valid-type]
        "none", description="; ".join(f"{one}: {what}" for one, what in START_WEIGHTS.items())
    )

    @model_validator(mode="after")
    def _options_of_a_start(self) -> Self:
        fields = {key: field for key, field in type(self).model_fields.items() if key.startswith("start_")}
        others = sorted(key for key, field in fields.items() if getattr(self, key) != field.default)
        if others and not self.start:
            raise ValueError(f"{', '.join(others)} without start: name the pretrained encoder")
        return self


class TransformerEncoder(_Encoder):
    """`kind = "transformer"`: a small transformer with its own tokenizer, trained from random weights.

    For tests, and for languages that no pretrained encoder knows.
    """

    kind: Literal["transformer"] = Field("transformer", description="a small transformer, trained from random weights")
    vocabulary: Count = Field(16_000, description="subwords, at most, beside those that mark padding, start and end")
    layers: Count = Field(4, description="layers")
    hidden_size: Count = Field(256, description="length of the vectors; heads share it out evenly")
    heads: Count = Field(4, description="attention heads of a layer")
    intermediate: Count = Field(512, description="width of the feed-forward part of a layer")
    max_tokens: Annotated[int, Field(ge=3)] = Field(128, description="tokens of a text that are read, with its marks")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.1, description="share of activations left out in training")
    pooling: Literal[tuple(POOLINGS)] = Field("mean", description=_POOLINGS)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _heads_share_the_vectors(self) -> Self:
        if self.hidden_size % (2 * self.heads):
            raise ValueError(f"hidden_size {self.hidden_size} must be a multiple of 2 x heads, {2 * self.heads}")
        return self


class PretrainedEncoder(_Encoder):
    """`kind = "pretrained"`: a folder or a name on the hub, of sentence-transformers or of transformers.

    What is left out is as the model's own files say, and where they do not, as its family has it (see
    `encoders/families.py`).
    """

    kind: Literal["pretrained"] = Field("pretrained", description="an encoder that others trained")
    model: Annotated[str, Field(min_length=1)] = Field(
        description="folder, or name on the hub: xlm-roberta-base, LaBSE, multilingual-e5-base, bge-m3, or owner/name"
    )
    revision: str | None = Field(None, description="branch, tag or commit on the hub")
    pooling: Literal[tuple(POOLINGS)] | None = Field(None, description=_POOLINGS)  # type: ignore[valid-type]
    query_prefix: str | None = Field(None, description='prefix of every query, such as `"query: "`')
    passage_prefix: str | None = Field(None, description='prefix of every passage, such as `"passage: "`')
    query_tokens: Annotated[int, Field(ge=3)] = Field(64, description="tokens of a query that are read")
    passage_tokens: Annotated[int, Field(ge=3)] = Field(256, description="tokens of a passage that are read")
    unit_length: bool | None = Field(None, description="a last module cuts vectors to length 1")
    dtype: Literal[DTYPES] = Field("float32", description="what weights are held in")  # type: ignore[valid-type]


ENCODERS: dict[str, type[StaticEncoder | TransformerEncoder | PretrainedEncoder]] = {
    "static": StaticEncoder,
    "transformer": TransformerEncoder,
    "pretrained": PretrainedEncoder,
}
"""The table of each `kind`."""


def _kind(value: Any) -> str:
    return str(value.get("kind", "static") if isinstance(value, dict) else getattr(value, "kind", ""))


EncoderSettings = Annotated[
    Annotated[StaticEncoder, Tag("static")]
    | Annotated[TransformerEncoder, Tag("transformer")]
    | Annotated[PretrainedEncoder, Tag("pretrained")],
    Discriminator(_kind),
]
"""`[encoder]`: one of the three by its `kind`, which is `static` where it is left out."""
