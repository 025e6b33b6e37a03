"""The option that says where losses are reported to while a model trains: TensorBoard, W&B, Trackio."""

from importlib.util import find_spec
from typing import Annotated

import typer

from polybatch.errors import Fault, RecipeError

TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "trackio": "trackio"}  # and the package of each

Track = Annotated[
    str,
    typer.Option(
        help=f"Where losses are reported to: {', '.join(TRACKERS)}, several with commas, or none. auto: tensorboard "
        "where it is installed; its files go to tracking/ in the out folder."
    ),
]


def parse_trackers(text: str) -> tuple[str, ...]:
    """Names of trackers out of `tensorboard,wandb`. Raises RecipeError for one unknown or not installed."""
    if text == "auto":
        return ("tensorboard",) if find_spec("tensorboard") else ()
    names = [] if text == "none" else [name.strip() for name in text.split(",") if name.strip()]
    faults = []
    for name in names:
        if name not in TRACKERS:
            faults.append(Fault("--track", f"{name!r}", f"known: {', '.join(TRACKERS)}, auto, none"))
        elif not find_spec(TRACKERS[name]):
            faults.append(Fault("--track", f"{name} is not installed", f"pip install {TRACKERS[name]}"))
    if faults:
        raise RecipeError(faults)
    return tuple(names)
