"""Encode a batch in parts of like lengths, so that little of it is padding. Rows, their order and vectors stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# tokens of a part, padding included, under which it costs more in calls than it saves in padding
LEAST_TOKENS = {"cpu": 1024, "cuda": 16_384}
MOST_PARTS = 4


@contextmanager
def bucketed(model: Any) -> Iterator[None]:
    """Within the block the model encodes a padded batch in up to MOST_PARTS parts, sorted by length.

    A part is padded to its own longest text; vectors come back in the order of the rows. Losses that keep token
    vectors see none: the result holds `sentence_embedding` alone.
    """
    whole = model.forward

    def forward(features: dict[str, Any], **options: Any) -> dict[str, Any]:
        mask: Any = features.get("attention_mask")
        parts = 0 if mask is None else min(MOST_PARTS, mask.numel() // LEAST_TOKENS.get(mask.device.type, 16_384))
        if parts < 2:
            found: dict[str, Any] = whole(features, **options)
            return found
        import torch

        lengths = mask.sum(dim=1)
        order = torch.argsort(lengths, stable=True)
        vectors = []
        for rows in torch.tensor_split(order, parts):
            width = int(lengths[rows[-1]])
            part = {key: _cut(value, rows, width, mask.shape) for key, value in features.items()}
            vectors.append(whole(part, **options)["sentence_embedding"])
        back = torch.empty_like(order)
        back[order] = torch.arange(len(order), device=order.device)
        return {**features, "sentence_embedding": torch.cat(vectors)[back]}

    model.forward = forward
    try:
        yield
    finally:
        del model.forward


def _cut(value: Any, rows: Any, width: int, shape: Any) -> Any:
    """The rows of a feature, without the columns that are padding in all of them."""
    if not hasattr(value, "shape") or value.shape[:1] != shape[:1]:
        return value
    return value[rows, :width] if value.shape[:2] == shape else value[rows]
