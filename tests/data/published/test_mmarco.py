"""Claims about mMARCO, on small files of its form that the tests write."""

from pathlib import Path

from tests.data.collections.writing import write_lines
from tests.data.sources.forms import Form, make, read, written


def write(data: Path) -> None:
    folder = data / "mmarco/data"
    for name, word in (("english", "passage"), ("german", "Absatz")):
        lines = [f"{number}\t{word} {number}" for number in range(4)]
        write_lines(folder / f"google/collections/{name}_collection.tsv", *(lines if word == "passage" else lines[:3]))
        write_lines(folder / f"google/queries/train/{name}_queries.train.tsv", f"7\t{word} seven?", f"5\t{word} five?")
    write_lines(folder / "triples.train.ids.small.tsv", "7\t0\t1", "5\t3\t2", "7\t2\t9", "5\t8\t1", "6\t1\t1")


FORMS = {
    "mmarco": Form({"languages": ["en", "de"]}, write, items=3, left_out=2),
}


def test_an_mmarco_triple_is_one_item_in_every_language_with_its_hard_negative(tmp_path: Path) -> None:
    items, reading = written(FORMS["mmarco"], "mmarco", tmp_path)
    first, second, third = items
    assert first.queries == {"en": "passage seven?", "de": "Absatz seven?"}
    assert first.passages == {"en": "passage 0", "de": "Absatz 0"}
    assert first.negatives == ({"en": "passage 1", "de": "Absatz 1"},)
    assert (first.group, first.further) == ("mmarco-0", ("mmarco-query-7",))
    assert second.passages == {"en": "passage 3"}, "a passage that German lacks"
    assert third.negatives == (), "a negative that no language has"
    assert first.further == third.further != second.further
    assert reading.left_out == {"no passage": 1, "no query": 1}
    assert reading.notes["a passage that de lacks"] == 2
    assert [item.id for item in written(FORMS["mmarco"], "mmarco", tmp_path, rows=2)[0]] == [first.id, second.id]


def test_a_triple_of_another_form_is_left_out_even_as_the_first(tmp_path: Path) -> None:
    FORMS["mmarco"].write(tmp_path)
    triples = tmp_path / "mmarco/data/triples.train.ids.small.tsv"
    write_lines(triples, "7\t0\t1\t2", "7\t0\t-1", "7\t0\t99999999999", "7\t0\t1")
    items, reading = read(make("mmarco", languages=["en"]), tmp_path)
    assert len(items) == 1
    assert reading.places == {"not three numbers": [f"{triples}:{line}" for line in (1, 2, 3)]}
