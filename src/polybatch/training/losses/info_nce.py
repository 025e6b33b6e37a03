"""info-nce: the passage of each query among all of the batch. Its formula is `make_loss`'s, its torch `Contrast`."""

from polybatch.training.losses.loss import Loss

LOSS = Loss(
    "info-nce",
    "finds the passage of each query among all passages and hard negatives of the batch",
    options=("temperature", "symmetric"),
)
