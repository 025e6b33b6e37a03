"""Claims about real files in their upstream layouts: exact counts."""

from pathlib import Path

from tests.data.sources.forms import make, read

MLQA_R = ("ar", "de", "en", "es", "hi", "vi", "zh")
XQUAD_R = (*MLQA_R, "el", "ru", "th", "tr")


def test_lareqa_questions_are_joined_over_languages(real_data: Path) -> None:
    for name, codes, questions, versions, paragraphs in (
        ("xquad-r", XQUAD_R, 1190, 13_090, 240),
        ("mlqa-r", MLQA_R, 1148, 4199, 933),
    ):
        keys = {"name": name, "licence": "x", "files": {code: [f"lareqa/{name}/{code}.json"] for code in codes}}
        items, reading = read(make("squad", **keys), real_data)
        assert (len(items), reading.read, reading.faults) == (questions, questions, [])
        assert sum(len(item.queries) for item in items) == sum(len(item.passages) for item in items) == versions
        assert len({item.group for item in items}) == paragraphs


def test_global_voices_has_30782_pairs_and_repeats_some(real_data: Path) -> None:
    folder = "lafand-mt/data/text_files/en-swa"
    files = {"en": [f"{folder}/train.en"], "sw": [f"{folder}/train.swa"]}
    items, reading = read(make("bitext", name="gv", licence="CC BY-NC 4.0", files=files), real_data)
    assert (len(items), reading.read, reading.faults) == (30_782, 30_782, [])
    assert len({item.group for item in items}) == 30_326


def test_lines_and_dev_of_global_voices_have_a_row_a_line(real_data: Path) -> None:
    folder = "lafand-mt/data/text_files/en-swa"
    for source, split, rows, groups in (("lines", "train", 30_782, 9840), ("bitext", "dev", 1791, 1779)):
        files = {"en": [f"{folder}/{split}.en"], "sw": [f"{folder}/{split}.swa"]}
        items, reading = read(make(source, name="gv", licence="CC BY-NC 4.0", files=files), real_data)
        assert (len(items), reading.read, reading.faults) == (rows, rows, [])
        assert len({item.group for item in items}) == groups


def test_flores_v1_has_8318_sentences(real_data: Path) -> None:
    items, reading = read(make("flores-v1"), real_data)
    assert (len(items), reading.read, reading.faults) == (8318, 8318, [])
    assert all(set(item.queries) == {"en", "ne"} and item.further[0] for item in items)


def test_half_of_ntrex_has_62_documents(real_data: Path) -> None:
    items, reading = read(make("ntrex", languages=["en", "ne", "sw"]), real_data)
    assert (len(items), reading.read, reading.faults) == (1041, 1041, [])
    assert len({item.group for item in items}) == 62
    # a line that follows another is once the query of it, and each document has one headline and one first line
    lines = len((real_data / "ntrex/DOCUMENT_IDS.tsv").read_text().split())
    assert sum(":next." in item.id for item in items) == lines - 2 * 62
    assert all(set(item.queries) == {"en", "ne", "sw"} for item in items)


def test_sib_200_has_701_99_and_204_sentences(real_data: Path) -> None:
    for split, count in (("train", 701), ("dev", 99), ("test", 204)):
        items, reading = read(make("sib-200", languages=["en", "sw", "ne", "zh"], split=split), real_data)
        assert (len(items), reading.faults) == (count, [])
        assert all(len(item.queries) == 4 for item in items)


def test_masakhanews_has_its_articles(real_data: Path) -> None:
    keys = {"languages": ["sw"], "pairs": ["headline"], "tokens": 100_000}
    for split, count in (("dev", 237), ("test", 476)):
        items, reading = read(make("masakhanews", **keys, split=split), real_data)
        assert (len(items), reading.faults) == (count, [])
    for code, split, rows in (("en", "dev", 1679), ("en", "test", 3416), ("sw", "dev", 863), ("sw", "test", 1753)):
        items, reading = read(make("masakhanews", languages=[code], split=split), real_data)
        assert (len(items), reading.read - reading.left_out.total(), reading.faults) == (rows, rows, [])
    items, reading = read(make("masakhanews", languages=["en"], tokens=100_000, split="test"), real_data)
    assert (len(items), reading.faults) == (947, [])
    assert reading.left_out == {"a text met before": 1}
