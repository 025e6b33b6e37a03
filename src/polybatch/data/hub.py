"""Fetch a collection's repositories from the Hugging Face hub into a folder. Only when asked; no remote code is run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from polybatch.errors import DataError, Fault
from polybatch.languages import upstream_names

Download = Callable[..., object]


@dataclass(frozen=True)
class Repository:
    """A data set on the hub, and the files of it that a loader reads.

    In a pattern `{code}` stands for a language's code, `{name}` for its English name there, `{other}` for another's.
    """

    id: str
    files: tuple[str, ...]

    def patterns(self, languages: Sequence[str] | None) -> list[str]:
        """The patterns of the files for some languages, or for all."""
        found: list[str] = []
        for pattern in self.files:
            if languages is None:
                found.append(pattern.format(code="*", name="*", other="*"))
            elif "{" not in pattern:
                found.append(pattern)
            elif "{code}" in pattern:
                found += [pattern.format(code=code) for code in languages]
            else:
                names = [name for code in languages for name in upstream_names(code)]
                found += [pattern.format(name=one, other=other) for one, other in product(names, repeat=2)]
        return list(dict.fromkeys(found))


def fetch(
    repositories: Sequence[Repository],
    folder: Path,
    *,
    languages: Sequence[str] | None = None,
    download: Download | None = None,
) -> None:
    """Download the files for `languages` of every repository into one folder, as they lie there.

    What is there already and unchanged is not fetched again. `download` stands for huggingface_hub.snapshot_download.
    Raises DataError where a repository cannot be had, with the hub's own words.
    """
    if download is None:
        from huggingface_hub import snapshot_download

        download = snapshot_download
    faults: list[Fault] = []
    for one in repositories:
        patterns = one.patterns(languages)
        try:
            download(one.id, repo_type="dataset", local_dir=folder, allow_patterns=patterns)
        except Exception as error:  # transport errors are those of the client's HTTP library, whichever it is today
            works = f"a network, HF_HUB_OFFLINE unset, and the terms of huggingface.co/datasets/{one.id} accepted"
            faults.append(Fault(f"hub:{one.id}", " ".join(str(error).split()), works))
    if faults:
        raise DataError(faults)
