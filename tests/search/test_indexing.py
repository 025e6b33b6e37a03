"""Claims about indexing: what is encoded, what changes, what is refused, and who may write."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError, FaultyInputError, ModelError
from polybatch.progress import Silent
from polybatch.search import indexing
from polybatch.search.building import Changes, build_index, describe_model
from polybatch.search.cutting import LONGEST, content_of, cut
from polybatch.search.engines.table import open_engine
from polybatch.search.index import Index
from polybatch.search.indexing import add_documents, in_growing_batches
from polybatch.search.records import Added, Document
from tests.search.news import Counting, articles, make_index


def test_each_passage_knows_its_document_and_its_own_language() -> None:
    english = "The river rose in the night and the army came to help the people of the town. " * 6
    swahili = "Mto uliongezeka usiku huo na jeshi lilikuja kuwasaidia watu wa mji ule mkubwa. " * 6
    passages = cut(Document("d", f"{english}\n{swahili}", "A title"), "model", tokens=40)
    assert len(passages) > 2
    assert [one.number for one in passages] == list(range(len(passages)))
    assert {one.parts for one in passages} == {len(passages)}
    assert (passages[0].language, passages[-1].language) == ("en", "sw")
    assert " ".join(one.text for one in passages).split() == f"{english}{swahili}".split()
    assert passages[0].encoded.startswith("A title The river")
    assert "A title" not in passages[1].encoded


def test_a_language_that_is_given_is_not_told_again() -> None:
    text = "Mto uliongezeka usiku huo na jeshi lilikuja kuwasaidia watu wa mji."
    assert cut(Document("d", text, language="en"), "model")[0].language == "en"
    assert cut(Document("d", text), "model", among=["ne"])[0].language == "ne"
    assert cut(Document("d", text), "model", among=["sw", "ne"])[0].language == "sw"
    assert cut(Document("d", "12345"), "model")[0].language == "und"


def test_the_hash_is_of_what_is_encoded_and_of_the_model() -> None:
    one, same, titled, other = (
        cut(document, fingerprint)[0].hash
        for document, fingerprint in (
            (Document("a", "text"), "m"),
            (Document("b", "text", source="x"), "m"),
            (Document("a", "text", "title"), "m"),
            (Document("a", "text"), "n"),
        )
    )
    assert one == same
    assert len({one, titled, other}) == 3


def test_a_word_without_end_is_cut_and_a_document_without_words_is_none() -> None:
    assert [len(one.text) for one in cut(Document("a", "x" * (LONGEST + 5)), "m")] == [LONGEST, 5]
    assert cut(Document("a", " \n "), "m") == []
    assert [one.encoded for one in cut(Document("a", "", "Only a title"), "m")] == ["Only a title"]


def test_nothing_is_encoded_twice(folder: Path, model: str) -> None:
    counting = Counting(model)
    index = make_index(folder, model, [])
    assert add_documents(index, articles(), counting) == Added(new=21, encoded=21)
    assert add_documents(index, articles(), counting) == Added(same=21)
    moved = [replace(one, id=f"new-{one.id}", source="other") for one in articles()]
    assert add_documents(index, moved, counting) == Added(new=21, kept=21)
    copies = [Document(f"copy-{number}", "The same text in three documents of one batch.") for number in range(3)]
    assert add_documents(index, copies, counting) == Added(new=3, encoded=1, kept=2)
    assert len(counting.texts) == len(set(counting.texts)) == 22
    assert np.array_equal(
        index.engine.vectors([index.engine.passages("new-sw-1")[0].hash]).popitem()[1],
        index.engine.vectors([index.engine.passages("sw-1")[0].hash]).popitem()[1],
    )


def test_a_changed_document_is_replaced_and_only_its_new_passages_are_encoded(folder: Path, model: str) -> None:
    first = "The river rose by nine metres in one night, and people fled the town before the morning came. " * 40
    counting = Counting(model)
    index = make_index(folder, model, [])
    add_documents(index, [Document("a", first), *articles()], counting)
    before, encoded = len(index.engine.passages("a")), len(counting.texts)
    longer = Document("a", first + "\nOne more thing was said in the evening by the mayor of the town by the river.")
    added = add_documents(index, [longer], counting)
    assert added.changed == 1
    assert 0 < len(counting.texts) - encoded < before
    shorter = replace(longer, text="A short text.")
    add_documents(index, [shorter], counting)
    assert [one.text for one in index.engine.passages("a")] == ["A short text."]
    assert index.engine.held(["a"])["a"].content == content_of(shorter)
    assert add_documents(index, [replace(shorter, text="")], counting) == Added(changed=1)
    assert index.engine.passages("a") == []
    assert index.engine.count_documents() == 21


def test_a_batch_grows_while_it_is_quick_and_yields_every_document(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [Document(str(number), "x") for number in range(1_000)]
    sizes = [len(batch) for batch in in_growing_batches(documents)]
    assert sizes == [128, 256, 512, 104]
    monkeypatch.setattr(indexing, "SECONDS", 0.0)
    assert [len(batch) for batch in in_growing_batches(documents)] == [*[128] * 7, 104]


def test_documents_that_cannot_be_held_are_refused_all_at_once_and_none_is_written(folder: Path, model: str) -> None:
    index = make_index(folder, model, [])
    wrong = [
        Document("", "text"),
        Document("a\0b", "text"),
        Document("c", "half \ud800 a pair"),
        Document("d", "text", language="klingon"),
        Document("e", "text", title="t" * 10_000),
        Document("ok", "text"),
        Document("ok", "text again"),
    ]
    with pytest.raises(DataError) as caught:
        add_documents(index, wrong, load_encoder(model))
    assert [fault.found.split(";")[0] for fault in caught.value.faults] == [
        *("an id of 0 characters", "id has a NUL character", "text has half of a surrogate pair"),
        *("unknown language 'klingon'", "title of 10000 characters", "comes twice"),
    ]
    assert index.engine.count_documents() == 0


def test_vectors_that_are_not_finite_are_refused(folder: Path, model: str) -> None:
    class Broken:
        def encode_passages(self, texts, progress):  # type: ignore[no-untyped-def]
            return np.full((len(texts), 16), np.nan, dtype=np.float32)

    index = make_index(folder, model, [])
    with pytest.raises(ModelError, match=r"gave vectors of shape \(21, 16\); finite, 16 long"):
        add_documents(index, articles(), Broken())
    assert index.engine.count_documents() == 0


def test_one_process_writes_at_a_time(folder: Path, model: str) -> None:
    index = make_index(folder, model, [])
    with index.writing():
        other = Index.open(folder)
        with pytest.raises(DataError, match="another process writes to this index"), other.writing():
            pass
    with other.writing():
        pass


def test_a_writer_sees_what_the_one_before_it_wrote_at_once(folder: Path, model: str) -> None:
    encoder = load_encoder(model)
    indexes = [make_index(folder, model, []), Index.open(folder)]
    for number in range(6):
        with indexes[number % 2].writing():
            added = add_documents(indexes[number % 2], articles(), encoder)
        assert added == (Added(same=21) if number else Added(new=21, encoded=21))
    assert indexes[1].engine.languages() == {"en": 12, "ne": 3, "sw": 6}


def test_an_index_keeps_to_its_model(folder: Path, model: str, other_model: str) -> None:
    make_index(folder, model)
    with pytest.raises(DataError, match=r"made with fingerprint .* name another --out"):
        Index.make(folder, describe_model(other_model, load_encoder(other_model)))


def test_a_folder_that_is_no_index_is_left_alone(folder: Path, model: str) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(DataError, match="holds files, and no index"):
        make_index(folder, model)
    with pytest.raises(DataError, match="no index here"):
        Index.open(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_table_of_another_form_is_refused(folder: Path, model: str) -> None:
    index = make_index(folder, model)
    with pytest.raises(FaultyInputError, match=r"a table of another form.*; index again, in another place"):
        open_engine(str(folder / "lance"), dimensions=3, index=index.manifest["id"])


def test_an_index_that_was_killed_before_its_engine_was_made_opens(folder: Path, model: str) -> None:
    make_index(folder, model, []).engine.close()
    for path in sorted((folder / "lance").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert Index.open(folder).engine.count_documents() == 0


def test_a_manifest_that_names_another_place_makes_nothing_there(
    folder: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(folder, model, [])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for place in ("elsewhere", str(tmp_path / "away" / "deep")):
        index.note(engine=place)
        with pytest.raises(FaultyInputError, match=f"{place}: holds no passages of this index"):
            Index.open(folder)
        assert not Path(place).exists()


def test_a_mirror_deletes_what_the_archive_lacks_and_a_list_what_it_names(
    folder: Path, model: str, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in ("a", "b", "c", "d"):
        (archive / f"{name}.txt").write_text(f"The text of {name} which is in English for sure.")
    build_index(model, Changes([archive]), folder, progress=Silent())
    (archive / "a.txt").unlink()
    built = build_index(model, Changes([archive]), folder, progress=Silent())
    assert (built.deleted, built.documents, built.added.same) == (0, 4, 3)
    built = build_index(model, Changes([archive], mirror=True), folder, progress=Silent())
    assert (built.deleted, built.documents) == (1, 3)
    content = Index.open(folder).engine.passages("c.txt")[0].content
    listed = tmp_path / "delete.txt"
    listed.write_text(f"b.txt\nnothing\n{content}\n")
    built = build_index(model, Changes(delete=listed), folder, progress=Silent())
    assert (built.deleted, built.documents, built.passages) == (2, 1, {"en": 1})
    assert built.missing == ["nothing"]


def test_a_list_of_ids_may_begin_with_a_byte_order_mark(folder: Path, model: str, tmp_path: Path) -> None:
    make_index(folder, model).engine.close()
    (tmp_path / "delete.txt").write_text("\ufeffen-0\nen-99\n", encoding="utf-8")
    built = build_index(model, Changes(delete=tmp_path / "delete.txt"), folder, progress=Silent())
    assert (built.deleted, built.missing) == (1, ["en-99"])


def test_bad_rows_are_listed_beside_the_index_and_keep_a_mirror_from_deleting(
    folder: Path, model: str, tmp_path: Path
) -> None:
    archive = tmp_path / "a.jsonl"
    rows = [json.dumps({"id": str(n), "text": f"The lake fell by {n} metres that day."}) for n in range(20)]
    archive.write_text("\n".join(rows))
    assert build_index(model, Changes([archive]), folder, progress=Silent()).listing is None
    archive.write_text("\n".join([*rows[1:], '{"id": "0", "text": 7, "date": "soon"}']))
    built = build_index(model, Changes([archive], mirror=True), folder, progress=Silent())
    assert (built.documents, built.deleted, built.left_out) == (20, 0, 1)
    assert built.listing == folder.with_name("index.left-out.jsonl")
    assert [json.loads(line)["where"] for line in built.listing.read_text().splitlines()] == [f"{archive}:20"]
    with pytest.raises(DataError, match=r"a\.jsonl:20: date 'soon'(.|\n)*index\.left-out\.jsonl: lists all 1"):
        build_index(model, Changes([archive], strict=True), folder, progress=Silent())
    built = build_index(model, Changes([archive], mirror=True, allow_bad=0.5), folder, progress=Silent())
    assert (built.documents, built.deleted) == (19, 1)


def test_a_call_without_work_or_with_an_unknown_engine_is_refused(folder: Path, model: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to index"):
        build_index(model, Changes(), folder, progress=Silent())
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(FaultyInputError, match=r"ftp://x'; a folder, or s3://"):
        build_index(model, Changes([tmp_path / "a.txt"]), folder, uri="ftp://x", progress=Silent())
