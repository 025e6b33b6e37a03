"""Which weights learn, and what is saved of them: full, LoRA, frozen embeddings, averages; and judging by words."""

from polybatch.training.tuning.applying import Applied, apply_tuning, finish_tuning

__all__ = ["Applied", "apply_tuning", "finish_tuning"]
