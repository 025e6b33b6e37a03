"""FLORES-200 and FLORES v1: sentences of Wikipedia, translated by people, in 204 languages or in Nepali and Sinhala."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.published.data_set import RAW, DataSet, Published, WebFile
from polybatch.data.sources.files import aligned_lines, table_rows
from polybatch.data.sources.sentences import Sentence, sentence_items
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.text import choose_files, usual_files
from polybatch.errors import Fault
from polybatch.records import Item

FLORES = DataSet(
    "flores",
    folder="flores",
    licence="CC BY-SA 4.0",
    upstream="dl.fbaipublicfiles.com/nllb/flores200_dataset.tar.gz",
    web=(
        WebFile(
            "https://dl.fbaipublicfiles.com/nllb/flores200_dataset.tar.gz",
            keep=("flores200_dataset/*",),
            sha256="b8b0b76783024b85797e5cc75064eb83fc5288b41e9654dabc7be6ae944011f6",
        ),
    ),
)
FLORES_V1 = DataSet(
    "flores-v1",
    folder="floresv1",
    licence="CC BY-SA 4.0",
    upstream="github.com/facebookresearch/flores, previous_releases/floresv1",
    web=(
        WebFile(
            RAW.format("facebookresearch/flores/main/previous_releases/floresv1/data/wikipedia_en_ne_si_test_sets.tgz"),
            keep=("wikipedia.*",),
            strip=1,
        ),
    ),
)


class FloresSource(Source):
    """`source = "flores"`: `flores200_dataset/dev/swh_Latn.dev` and so on, beside `metadata_dev.tsv`."""

    about: ClassVar[About] = FLORES.about(
        "sentences of Wikipedia, parallel: a sentence to its translation; Belebele and SIB-200 are made of it",
        size="997 sentences (dev), 1,012 (devtest), 204 languages",
    )

    source: Literal["flores"] = "flores"
    name: str = Field("flores", description=NAMED)
    licence: Licence = Field(FLORES.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    split: Literal["dev", "devtest"] = Field("dev", description="upstream's split; there is none for training")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """See `sentence_items`; the article's address is the document. Held in memory."""
        folder = data / FLORES.folder / "flores200_dataset"
        if not self.knows(self.languages, reading):
            return
        named = ((path.stem, path) for path in (folder / self.split).glob(f"*.{self.split}"))
        usual = usual_files(named, {})
        if not usual:
            reading.faults.append(Fault(str(folder / self.split), "no FLORES-200 here", FLORES.works))
            return
        files = choose_files(usual, self.languages, reading.faults, where=folder, missing="no file in {!r}")
        metadata = folder / f"metadata_{self.split}.tsv"
        marks = [row["URL"] for _, row in table_rows(metadata, Reading(reading.faults), fields=("URL",))]
        if reading.faults:
            return
        found = _sentences(self.split, files, marks, metadata, reading)
        if not reading.faults:
            yield from sentence_items(self.name, found, reading)


class FloresV1Source(Source):
    """`source = "flores-v1"`: `wikipedia.dev.ne-en.ne`, its English, and `wikipedia.dev.ne-en.doc_id`, and so on."""

    about: ClassVar[About] = FLORES_V1.about(
        "sentences of Wikipedia, parallel, English with Nepali or Sinhala: a sentence to its translation",
        languages=("en", "ne", "si"),
        size="8,318 sentences (ne), over dev, devtest and test",
    )

    source: Literal["flores-v1"] = "flores-v1"
    name: str = Field("flores-v1", description=NAMED)
    licence: Licence = Field(FLORES_V1.licence, description=LICENSED)
    language: Literal["ne", "si"] = Field("ne", description="the language beside English")
    splits: Annotated[list[Literal["dev", "devtest", "test"]], Field(min_length=1)] = Field(
        ["dev", "devtest", "test"], description="upstream's splits to read"
    )

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """See `sentence_items`; the article's number is the document. Held in memory."""
        folder = data / FLORES_V1.folder
        found: list[Sentence] = []
        for split in self.splits:
            begin = f"wikipedia.{split}.{self.language}-en"
            files = {code: folder / f"{begin}.{code}" for code in ("en", self.language)}
            missing = [path for path in (*files.values(), folder / f"{begin}.doc_id") if not path.is_file()]
            reading.faults += [Fault(str(path), "no such file", FLORES_V1.works) for path in missing]
            if not missing:
                marks = folder / f"{begin}.doc_id"
                ids = [texts[0] for _, texts in aligned_lines([marks], Reading(reading.faults))]
                found += _sentences(split, files, ids, marks, reading)
        if not reading.faults:
            yield from sentence_items(self.name, found, reading)


def _sentences(
    split: str, files: Mapping[str, Path], marks: list[str], marks_path: Path, reading: Reading
) -> list[Sentence]:
    own = Reading(reading.faults)  # sentence_items counts
    found: list[Sentence] = []
    for number, (where, texts) in enumerate(aligned_lines(list(files.values()), own)):
        mark = f"{split}-{marks[number]}" if number < len(marks) else ""
        by_language = {code: text for code, text in zip(files, texts, strict=True) if text}
        found.append((f"{split}-{number}", where, mark, by_language))
    if len(found) != len(marks) and not reading.faults:
        what = f"{len(marks)} documents for {len(found)} sentences"
        reading.faults.append(Fault(str(marks_path), what, "one for each sentence"))
    return found


PUBLISHED = Published(data_sets=(FLORES, FLORES_V1), sources=(FloresSource, FloresV1Source))
