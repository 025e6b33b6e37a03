"""Where the files of a named model lie: in a folder, or in the hub's cache on this machine. Downloads nothing."""

import json
import os
import re
from pathlib import Path
from typing import Any

from polybatch.encoders.families import find_family
from polybatch.errors import Fault, ModelError

PATIENCE = 10.0  # seconds
LONGEST_REASON = 200  # characters
HUB_NAME = re.compile(r"(?!.*(--|\.\.))(\b[\w.-]+\b/)?\b[\w.-]{1,96}\b")
"""What the hub takes as a name, with or without its owner: `./model` is none."""
MEANWHILE = 'until then kind = "static" or "transformer" trains from random weights and needs no download'


def find_model(name: str, *, revision: str | None = None) -> str:
    """The folder, or the full name on the hub, of a model; raises ModelError where there can be none.

    A name that is not in the cache is given back if it may be downloaded, and refused if HF_HUB_OFFLINE is set.
    """
    folder = Path(name).expanduser()
    if folder.exists():
        if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
            found = "a folder that holds no model" if folder.is_dir() else "a file"
            raise ModelError([Fault(name, found, "a sentence-transformers folder holds modules.json")])
        return str(folder)
    if not HUB_NAME.fullmatch(name):
        raise ModelError([Fault(name, "no such folder", "a folder, or owner/name on the hub")])
    full = hub_name(name)
    owned = [full] if "/" in full else [full, f"sentence-transformers/{full}"]  # whose owner may be left out, too
    for one in owned:
        if is_here(one, revision=revision):
            return one
    if is_offline():
        raise ModelError([not_here(name, owned[-1], revision)])
    return full


def not_here(name: str, full: str, revision: str | None) -> Fault:
    """That a model of the hub is not on this machine, how to get it, and what works without."""
    command = f"hf download {full}" + (f" --revision {revision}" if revision else "")
    found = "no such folder, and not in the hub's cache on this machine"
    works = f"`{command}` fetches it where there is a network and HF_HUB_OFFLINE is not set; {MEANWHILE}"
    return Fault(name, found, works)


def ask_hub(name: str, *, revision: str | None = None) -> str:
    """Ask the hub once for a model that is not on this machine: nothing where it has it, else why not, in one line.

    Loaders ask several times for each file, with growing waits: half a minute for a misspelt name. An offline hub is
    not asked.
    """
    if is_offline():
        return ""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, revision=revision, timeout=PATIENCE)
    except Exception as error:
        # of several libraries: no network, no such model, no right to see it
        return " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
    return ""


def hub_name(name: str) -> str:
    """The name with its owner, which those of known families may leave out."""
    owner = find_family(name).owner
    return f"{owner}/{name}" if owner and "/" not in name else name


def is_offline() -> bool:
    """Whether the hub may not be asked."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def model_file(model: str, file: str, *, revision: str | None = None) -> Path | None:
    """A file of a model that `find_model` found, if it is on this machine."""
    if Path(model).is_dir():
        return found if (found := Path(model) / file).is_file() else None
    from huggingface_hub import try_to_load_from_cache

    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    cached = try_to_load_from_cache(model, file, revision=revision, cache_dir=cache)
    return Path(cached) if isinstance(cached, str) else None


def is_here(model: str, *, revision: str | None = None) -> bool:
    """Whether a folder, or the cache on this machine, has a model that sentence-transformers opens."""
    return any(model_file(model, file, revision=revision) for file in ("modules.json", "config.json"))


def read_json(model: str, file: str, *, revision: str | None = None) -> dict[str, Any]:
    """A JSON file of a model; empty where it is not there or holds no table."""
    path = model_file(model, file, revision=revision)
    try:
        values = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
