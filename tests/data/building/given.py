"""A source of items that a test wrote to a file, and how a test builds a table of some."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from polybatch.data.building import Built, build_table
from polybatch.data.sources.source import About, Reading, Source
from polybatch.progress import Silent
from polybatch.records import Item
from polybatch.text.normalisation import Normalisation

KEPT = Normalisation(form="none", joiners="keep", quotes="keep", digits="keep", invisible="keep", spaces="keep")


class GivenSource(Source):
    """`file` holds an item a line; a line `null` is left out by the source, a line `"stop"` raises."""

    about: ClassVar[About] = About(what="items of a test", licence="none", upstream="the test")

    source: Literal["given"] = "given"
    licence: str = "CC0"
    file: str

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        with (data / self.file).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                found = json.loads(line)
                if found == "stop":
                    raise KeyboardInterrupt
                reading.read += 1
                if found is None:
                    reading.leave_out("no item", f"{self.file}:{number}")
                else:
                    yield Item(**found | {"negatives": tuple(found["negatives"]), "further": tuple(found["further"])})


def write_items(path: Path, items: Sequence[Item | str | None]) -> None:
    def plain(item: Item | str | None) -> Any:
        return item._asdict() if isinstance(item, Item) else item

    path.write_text("".join(json.dumps(plain(item)) + "\n" for item in items), encoding="utf-8")


def given(data: Path, **datasets: Sequence[Item | str | None]) -> list[Source]:
    """A source of each of these datasets, their files written."""
    for name, items in datasets.items():
        write_items(data / f"{name}.jsonl", items)
    return [GivenSource(name=name, file=f"{name}.jsonl") for name in datasets]


def build(sources: Sequence[Source], out: Path, *, data: Path, normalisation: Normalisation = KEPT) -> Built:
    command = "polybatch data build recipe.toml"
    return build_table(sources, out, data=data, normalisation=normalisation, command=command, progress=Silent())


def item(name: str, number: int, **options: Any) -> Item:
    """A parallel item in English and Swahili; two share a passage group."""
    queries = {code: f"{code} query {number} of {name}" for code in ("en", "sw")}
    passages = {code: f"{code} passage {number // 2} of {name}" for code in ("en", "sw")}
    values: dict[str, Any] = {"group": f"g{number // 2}", "queries": queries, "passages": passages}
    return Item(f"{name}-{number}", **values | options)


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
