"""What the trainings of a recipe share: rows and tokens, made once, by the first process. Not here: a teacher."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.progress import Progress
from polybatch.provenance import content_hash
from polybatch.table.aligned import AlignedTable
from polybatch.training.fitting import Tracking
from polybatch.training.processes import Processes
from polybatch.training.settings import TrainingRecipe
from polybatch.training.states import StateStore

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from polybatch.records import Collection
    from polybatch.training.tokens import TokenTable


@dataclass(frozen=True)
class Material:
    """What the trainings of a recipe share: rows, and what they were made from.

    `fingerprint` is of all rows; `datasets` say of each its name, licence and counts. `tokenizer` is None for an
    encoder that brings its own. `validation` are rows to select by, `development` a collection to select by. `folder`
    is where tokens are kept. `states` keep what frozen layers give, where any are frozen: all trainings of a recipe
    start from the same pretrained weights. `vectors` is where those of a teacher are kept, by content; by default it is
    in `folder`.
    """

    table: AlignedTable
    fingerprint: str
    datasets: list[dict[str, Any]]
    texts: Callable[[], Iterable[str]]
    folder: Path
    tokenizer: "Tokenizer | None" = None
    validation: AlignedTable | None = None
    development: "Collection | None" = None
    processes: Processes = field(default_factory=Processes)
    tracking: Tracking = field(default_factory=Tracking)
    states: StateStore | None = None
    vectors: Path | None = None


def tokenized(
    recipe: TrainingRecipe,
    model: "SentenceTransformer",
    material: Material,
    table: AlignedTable,
    name: str,
    progress: Progress,
) -> "TokenTable":
    """The tokens of a table for a model, made once by the first process and read by all."""
    from polybatch.training.tokens import Tokenization, TokenTable, write_tokens

    how = Tokenization.of(model, recipe.encoder)
    folder = material.folder / name
    if material.processes.first:
        write_tokens(table, how, folder, of=content_hash([material.fingerprint, name]), progress=progress)
    material.processes.wait()
    return TokenTable.open(folder, table.shape)
