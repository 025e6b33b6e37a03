"""The losses by name: the table that recipes, their documents and trainings read. Loads no torch."""

from polybatch.training.losses import (
    cached_info_nce,
    clear,
    distillation,
    equation_1,
    erasure,
    info_nce,
    lakda,
    listwise_distillation,
)
from polybatch.training.losses.loss import Loss

LOSSES: dict[str, Loss] = {
    file.LOSS.name: file.LOSS
    for file in (
        *(info_nce, equation_1, cached_info_nce, clear, lakda),
        *(distillation, listwise_distillation, erasure),
    )
}
WITHOUT_TEMPERATURE = tuple(name for name, loss in LOSSES.items() if "temperature" not in loss.options)
