"""What a training runs on: which device, in which precision; chosen when it starts, and recorded with the model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Hardware:
    """Where a training runs. `tf32`: whether a GPU may round the factors of float32 products to 10 bits."""

    device: Literal["cpu", "cuda"]
    precision: Literal["float32", "bfloat16"]
    tf32: bool
    compiled: bool

    def as_record(self) -> dict[str, Any]:
        """As plain values, for the record beside a model."""
        return asdict(self)


def choose_hardware(precision: str, *, kind: str, compiled: bool) -> Hardware:
    """The first GPU where there is one, else the processor; see PRECISIONS for `precision`.

    `auto` leaves a static encoder at float32: its sums of vectors gain nothing, and its figures are then the same on
    every machine.
    """
    import torch

    device: Literal["cpu", "cuda"] = "cuda" if torch.cuda.is_available() else "cpu"
    fast = torch.cuda.is_bf16_supported(including_emulation=False) if device == "cuda" else _processor_has_bfloat16()
    half = precision == "bfloat16" or (precision == "auto" and kind != "static" and fast)
    tf32 = device == "cuda" and torch.cuda.get_device_capability()[0] >= 8
    return Hardware(device, "bfloat16" if half else "float32", tf32, compiled)


def _processor_has_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
