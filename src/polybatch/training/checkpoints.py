"""Checkpoints of a training on disk: whole or not there, told from broken ones by hashes. Not here: what is in them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from polybatch.errors import Fault, RecipeError
from polybatch.progress import Progress

MANIFEST = "manifest.json"
KEPT = 2


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one training, `step-100` and so on in a folder of their own.

    `fingerprint` says of which training they are: one of another recipe, data or seed is not gone on from.
    """

    folder: Path
    fingerprint: str

    @contextmanager
    def written(self, step: int) -> Iterator[Path]:
        """A folder to write a checkpoint's files to. When the block ends it is one; then all but the last KEPT go.

        The hashes of its files are written last, then the folder gets its name. Where the block raises nothing stays,
        and the checkpoints before are untouched.
        """
        new = self.folder / f"step-{step}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            yield new
            files = {path.relative_to(new).as_posix(): _hash(path) for path in sorted(new.rglob("*")) if path.is_file()}
            manifest = {"step": step, "fingerprint": self.fingerprint, "files": files}
            (new / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            target = self.folder / f"step-{step}"
            shutil.rmtree(target, ignore_errors=True)
            new.replace(target)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        for path in self._newest_first()[KEPT:]:
            shutil.rmtree(path, ignore_errors=True)

    def latest(self, progress: Progress) -> Path | None:
        """The newest checkpoint whose files are as they were written; None where there is none.

        A broken one is named, removed, and the one before it is looked at. Raises RecipeError for one of another
        training.
        """
        for path in self._newest_first():
            fault = self._fault(path)
            if fault is None:
                return path
            progress.say(f"{path}: {fault}; going on from the checkpoint before it, if there is one")
            shutil.rmtree(path, ignore_errors=True)
        return None

    def newest(self) -> str:
        """The name of the newest checkpoint, unchecked; empty where there is none."""
        return next((path.name for path in self._newest_first()), "")

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _newest_first(self) -> list[Path]:
        found = [path for path in self.folder.glob("step-*") if path.name.removeprefix("step-").isdecimal()]
        return sorted(found, key=lambda path: -int(path.name.removeprefix("step-")))

    def _fault(self, path: Path) -> str | None:
        """What is wrong with a checkpoint's files, if anything."""
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            files, fingerprint = dict(manifest["files"]), manifest["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError):
            return f"{MANIFEST} is missing or cut short"
        for name, wanted in files.items():
            try:
                found = _hash(path / name)
            except OSError:
                return f"{name} cannot be read"
            if found != wanted:
                return f"{name} is not as it was written (cut short?)"
        if fingerprint != self.fingerprint:
            works = "name another --out, or delete the folder"
            raise RecipeError([Fault(str(path), "a checkpoint of another recipe, other data or other versions", works)])
        return None


def _hash(path: Path) -> str:
    state = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            state.update(block)
    return state.hexdigest()
