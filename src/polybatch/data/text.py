"""Read text files line by line, with every fault at its line. Not here: what the lines mean."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from polybatch.errors import Fault
from polybatch.files import why_unreadable
from polybatch.languages import is_usual_script, language_code


def read_lines(path: Path, faults: list[Fault], *, works: str = "") -> list[str]:
    """The lines of a UTF-8 file, without line ends, byte-order mark and outer white space.

    Lines end at a line feed (before it, a carriage return is dropped), never at the other characters that Python's
    `splitlines` cuts at, so that line numbers agree over files. Faults found are added to `faults`: a missing file,
    bytes that are not UTF-8 (with the line), empty lines. What could be read is returned all the same.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error), works))
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(Fault(f"{path}:{line}", f"byte 0x{data[error.start]:02x} is not UTF-8", "save it as UTF-8"))
        return []
    lines = [line.strip() for line in text.removesuffix("\n").split("\n")] if text else []
    if not lines:
        faults.append(Fault(str(path), "empty file", "one text per line"))
    faults.extend(
        Fault(f"{path}:{number}", "empty line", "remove the line in every language, or fill it")
        for number, line in enumerate(lines, start=1)
        if not line
    )
    return lines


def check_aligned(lines: dict[Path, list[str]], faults: list[Fault]) -> None:
    """Add a fault for every file whose line count differs from the first one's. Files without lines are passed over."""
    counts = {path: len(found) for path, found in lines.items() if found}
    if not counts:
        return
    first, expected = next(iter(counts.items()))
    for path, count in counts.items():
        if count != expected:
            found = f"{count} lines, but {first} has {expected}"
            faults.append(Fault(f"{path}:{min(count, expected) + 1}", found, "aligned files have a line for a line"))


def choose_files(
    files: Mapping[str, Path], languages: Sequence[str] | None, faults: list[Fault], *, where: Path, missing: str
) -> dict[str, Path]:
    """The files of the languages asked for, or all, in sorted order; a fault (`missing` with the code) for each gap."""
    chosen = sorted(languages or files)
    found = f"found: {', '.join(sorted(files))}"
    faults.extend(Fault(str(where), missing.format(code), found) for code in chosen if code not in files)
    return {code: files[code] for code in chosen if code in files}


def usual_files(files: Iterable[tuple[str, Path]], notes: dict[str, str]) -> dict[str, Path]:
    """Files by our code for the language that upstream gives each of them, sorted by code.

    Of several in one language, the one in the language's usual script is taken, then the one whose name comes first;
    upstream's codes of the others, and of those whose language CLDR does not know, go into `notes`.
    """
    found: dict[str, Path] = {}
    others: list[str] = []
    for upstream, path in sorted(files, key=lambda one: (not is_usual_script(one[0]), one)):
        code = language_code(upstream)
        if code is None or code in found:
            others.append(upstream)
        else:
            found[code] = path
    if others:
        notes["left out: another file in the same language, or no language that CLDR knows"] = ", ".join(sorted(others))
    return dict(sorted(found.items()))
