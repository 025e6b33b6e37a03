"""Claims about FLORES, on small files of its form that the tests write."""

from pathlib import Path

from tests.data.collections.writing import write_lines
from tests.data.sources.forms import EN_SW, Form, make, read, written


def write(data: Path) -> None:
    folder = data / "flores/flores200_dataset"
    write_lines(folder / "metadata_dev.tsv", "URL\tdomain", "http://x\tnews", "http://x\tnews")
    for code in ("eng_Latn", "swh_Latn"):
        write_lines(folder / f"dev/{code}.dev", f"{code} one", f"{code} two")


def write_v1(data: Path) -> None:
    for code in ("en", "ne", "doc_id"):
        write_lines(data / f"floresv1/wikipedia.dev.ne-en.{code}", f"{code} one", f"{code} two")


FORMS = {
    "flores": Form(EN_SW, write, items=2),
    "flores-v1": Form({"splits": ["dev"]}, write_v1, items=2),
}


def test_a_language_without_a_file_and_sentences_without_a_document_are_faults(tmp_path: Path) -> None:
    _, reading = written(FORMS["flores"], "flores", tmp_path, languages=["en", "ne"])
    assert "no file in 'ne'; found: en, sw" in str(reading.faults[0])
    write_lines(tmp_path / "flores/flores200_dataset/metadata_dev.tsv", "URL\tdomain", "x\ty")
    assert "1 documents for 2 sentences" in str(read(make("flores", **FORMS["flores"].keys), tmp_path)[1].faults[0])
