"""Equation 1 of arXiv 2408.10536 to the letter: info-nce with a temperature of 1, which cosines cannot bring to 0."""

from polybatch.training.losses.loss import Loss

LOSS = Loss(
    "equation-1",
    "eq. 1 of arXiv 2408.10536, exactly: cosines without a temperature, queries to passages only",
)
