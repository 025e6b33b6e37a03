"""Where results come from: versions, the machine, and hashes of what went in."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "polybatch",
    "torch",
    "sentence-transformers",
    "transformers",
    "tokenizers",
    "sentencepiece",
    "numpy",
)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """The machine in words; what cannot be told is left out. Torch, if it is loaded, says its number of threads."""
    found: dict[str, Any] = {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "processor": _processor(),
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    if torch := sys.modules.get("torch"):
        found["threads"] = torch.get_num_threads()
    return found


def manifest_head(kind: str, command: str) -> dict[str, Any]:
    """What every manifest begins with: the kind of folder, when and by which command it was made, versions, machine."""
    found = versions()
    return {
        "polybatch": found["polybatch"],
        "kind": kind,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "versions": found,
        "machine": machine(),
    }


def content_hash(parts: Iterable[str]) -> str:
    """A hash of texts in order, 32 hexadecimal digits; the border between two texts counts."""
    state = blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
