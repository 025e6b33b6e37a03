"""The encoder that a recipe's `[encoder]` table asks for, before its first step of training. Not here: training."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from polybatch.encoders.families import applied_prompts, stored_prompts
from polybatch.encoders.lengths import position_limit
from polybatch.encoders.normalizer import normalise_in, normalising
from polybatch.encoders.opening import open_model, set_pooling
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.encoders.transformer import transformer_encoder
from polybatch.errors import Fault, ModelError, RecipeError
from polybatch.text.normalisation import Normalisation

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer


def build_encoder(
    settings: StaticEncoder | TransformerEncoder | PretrainedEncoder,
    *,
    texts: Callable[[], Iterable[str]] | None,
    seed: int,
    tokenizer: "Tokenizer | None" = None,
    normalisation: Normalisation | None = None,
    start: "np.ndarray | None" = None,
) -> "SentenceTransformer":
    """The untrained or pretrained encoder, on the CPU; the same for the same settings, texts and seed.

    The kinds that start from nothing split texts into the subwords of `tokenizer`, as `train_tokenizer` makes it, or
    learn subwords from `texts()` where there is none; a pretrained encoder takes neither. The model's tokenizer writes
    every text as `normalisation` has it, None for as it comes. `start` are the vectors that `initial_vectors` gives
    for the subwords of the tokenizer of a static encoder. Raises RecipeError where both are missing,
    and ModelError for a model that is not there or cannot do what the settings ask for.
    """
    if isinstance(settings, PretrainedEncoder):
        return pretrained_encoder(settings, normalisation)
    if tokenizer is None:
        if texts is None:
            raise RecipeError([Fault("encoder", f"kind {settings.kind} without texts", "subwords come from texts")])
        tokenizer = train_tokenizer(texts(), vocabulary=settings.vocabulary)
    if normalisation is not None:
        tokenizer = normalising(tokenizer, normalisation)
    if isinstance(settings, TransformerEncoder):
        return transformer_encoder(tokenizer, settings, seed=seed)
    if settings.start and start is None:
        found = f"start = {settings.start!r} without its vectors"
        raise RecipeError([Fault("encoder.start", found, "a training takes them from training.teaching.start_of")])
    if settings.ngrams or settings.lexical:
        from polybatch.encoders.lexical import ngram_encoder

        if texts is None:
            raise RecipeError([Fault("encoder", "n-grams without texts", "how rare words are comes from texts")])
        return ngram_encoder(tokenizer, settings, texts=texts(), seed=seed, start=start)
    return static_encoder(tokenizer, dimension=settings.dimension, deviation=settings.deviation, seed=seed, start=start)


def pretrained_encoder(
    settings: PretrainedEncoder, normalisation: Normalisation | None = None
) -> "SentenceTransformer":
    """A model of others with the recipe's pooling, prompts, lengths and normalisation, which are saved with it."""
    model = open_model(settings.model, revision=settings.revision, device="cpu", dtype=settings.dtype)
    if settings.pooling is not None:
        set_pooling(model, settings.pooling, where="encoder.pooling")
    if normalisation is not None:
        normalise_in(model, normalisation)
    _set_prompts(model, settings)
    _set_lengths(model, settings)
    if settings.unit_length is not None:
        _set_unit_length(model, settings.unit_length)
    if pooler := getattr(getattr(model[0], "model", None), "pooler", None):
        pooler.requires_grad_(False)  # BERT's own pooling is not used, and several processes wait for what learns
    return model


def _set_prompts(model: "SentenceTransformer", settings: PretrainedEncoder) -> None:
    own = stored_prompts(*applied_prompts(model.prompts))
    query = own["query"] if settings.query_prefix is None else settings.query_prefix
    passage = own["passage"] if settings.passage_prefix is None else settings.passage_prefix
    model.prompts.update(stored_prompts(query, passage))


def _set_lengths(model: "SentenceTransformer", settings: PretrainedEncoder) -> None:
    """The tokens read of queries and passages; an encoder without a limit, as a static one, reads on to the end.

    What a recipe sets must be what the model can take; what it leaves out is no more than that.
    """
    body: Any = model[0]
    if not hasattr(body, "query_length"):
        return
    wanted = {"query_tokens": settings.query_tokens, "passage_tokens": settings.passage_tokens}
    limit = position_limit(model)
    too_many = [key for key, tokens in wanted.items() if limit is not None and tokens > limit]
    faults = [
        Fault(f"encoder.{key}", f"{wanted[key]} tokens", f"{settings.model} takes {limit} at most")
        for key in too_many
        if key in settings.model_fields_set
    ]
    if faults:
        raise ModelError(faults)
    wanted |= dict.fromkeys(too_many, limit or 0)
    body.query_length, body.document_length = wanted["query_tokens"], wanted["passage_tokens"]
    model.max_seq_length = max(wanted.values())  # of plain `encode`, which knows no queries and passages


def _set_unit_length(model: "SentenceTransformer", unit_length: bool) -> None:
    from sentence_transformers.sentence_transformer.modules import Normalize

    for name, module in list(model.named_children()):
        if isinstance(module, Normalize):
            delattr(model, name)
    if unit_length:
        model.add_module(str(len(model)), Normalize())
