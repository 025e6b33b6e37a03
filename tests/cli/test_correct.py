"""Claims about `polybatch correct`: a corrected model comes out, a system of its own; bad calls are refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

from polybatch.cli.correct import correct
from polybatch.correction.record import Correction
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import DataError, ModelError, PolybatchError
from polybatch.search.records import Document, SearchRequest
from polybatch.search.searcher import Searcher
from tests.search.news import make_index
from tests.tiny import TINY

SUBJECTS = {"en": ("minister", "school", "river"), "sw": ("waziri", "shule", "mto")}
FRAMES = {"en": "The {} was seen near the {} on day {}.", "sw": "Tuliona {} karibu na {} siku ya {}."}


def line(code: str, number: int) -> str:
    words = SUBJECTS[code]
    return FRAMES[code].format(words[number % 3], words[number // 3 % 3], number)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that polybatch trained, by its record, and development files in two languages."""
    folder = tmp_path_factory.mktemp("correct")
    texts = [line(code, number) for code in SUBJECTS for number in range(90)]
    model = static_encoder(train_tokenizer(texts * 3, vocabulary=200), dimension=16, deviation=0.1, seed=1)
    model.save(str(folder / "hybrid"), create_model_card=False)
    (folder / "hybrid" / "polybatch.json").write_text(json.dumps({"strategy": "hybrid", "seed": 3, "mix": {}}))
    for code in SUBJECTS:
        lines = "".join(line(code, number) + "\n" for number in range(90))
        (folder / f"dev.{code}").write_text(lines, encoding="utf-8")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    return folder


def run(*words: object) -> Any:
    app = typer.Typer()
    app.command()(correct)
    found = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(found.exception, PolybatchError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def on_files(folder: Path) -> str:
    return f"en={folder / 'dev.en'},sw={folder / 'dev.sw'}"


@pytest.mark.parametrize("by", ["centring", "lir", "lsar", "shift"])
def test_a_model_is_corrected_and_says_which_system_it_is(folder: Path, tmp_path: Path, by: str) -> None:
    out = tmp_path / "out"
    found = run(folder / "hybrid", "--by", by, "--on-files", on_files(folder), "--out", out)
    assert found.stdout.splitlines() == [str(out)]
    assert f"{by} fitted on texts of each language: en 90, sw 90" in found.stderr
    record = json.loads((out / "polybatch.json").read_text())
    assert (record["strategy"], record["seed"]) == (f"hybrid+{by}", 3)
    assert record["correction"]["command"].startswith("polybatch correct ")
    plain = SentenceTransformer(str(folder / "hybrid"), device="cpu")
    corrected = SentenceTransformer(str(out), device="cpu", trust_remote_code=by != "lsar")
    texts = [line("sw", number) for number in range(10)]
    expected = Correction.read(out).apply(plain.encode_document(texts), "sw")
    np.testing.assert_allclose(corrected.encode_document(texts), expected, atol=2e-6)


@pytest.mark.parametrize("by", ["centring", "lsar"])
def test_an_index_of_a_corrected_model_is_searched_with_the_correction(folder: Path, tmp_path: Path, by: str) -> None:
    run(folder / "hybrid", "--by", by, "--on-files", on_files(folder), "--out", tmp_path / "out")
    plain = SentenceTransformer(str(folder / "hybrid"), device="cpu")
    texts = {f"{code}-{number}": line(code, number) for code in SUBJECTS for number in range(90, 110)}
    index = make_index(tmp_path / "index", str(tmp_path / "out"), [Document(id, text) for id, text in texts.items()])
    searcher, correction = Searcher(index, load_encoder(str(tmp_path / "out"))), Correction.read(tmp_path / "out")

    def corrected(text: str, code: str) -> np.ndarray:
        (vector,) = correction.apply(plain.encode_document([text]), code)
        return np.asarray(vector / np.linalg.norm(vector))

    asked = line("en", 95)
    scores = {id: float(corrected(text, id[:2]) @ corrected(asked, "en")) for id, text in texts.items()}
    hits = searcher.search(SearchRequest(asked, top=len(texts)))
    assert {hit.document: hit.score for hit in hits} == pytest.approx(scores, abs=1e-5)


def test_a_recipes_training_passages_are_fitted_on_and_its_tests_kept_apart(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = run(folder / "hybrid", "--by", "lsar", "--from", folder / "tiny.toml", "--out", out)
    assert "lsar fitted on texts of each language: en 240, ne 240, sw 240" in found.stderr
    assert Correction.read(out).languages == ("en", "ne", "sw")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ([], DataError, "what to fit on; either --on-files or --from"),
        (["--on-files", "FILES", "--from", "RECIPE"], DataError, "either --on-files or --from"),
        (["--on-files", "en=a.en"], DataError, "a file each in two languages or more: en=dev.en,sw=dev.sw"),
        (["--on-files", "FILES", "--rank", "2"], DataError, "rank 2; 1 to 1 works"),
        (["--on-files", "FILES", "--strength", "0.5"], DataError, "strength 0.5; shift has one"),
    ],
)
def test_calls_that_mean_nothing_are_refused(
    folder: Path, tmp_path: Path, words: list[str], error: type[PolybatchError], message: str
) -> None:
    known = {"FILES": on_files(folder), "RECIPE": str(folder / "tiny.toml")}
    given = [known.get(word, word) for word in words]
    with pytest.raises(error, match=message):
        run(folder / "hybrid", "--by", "lsar", *given, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_and_folders_that_are_wrong_are_refused(folder: Path, tmp_path: Path) -> None:
    files = ("--on-files", on_files(folder))
    with pytest.raises(DataError, match="--by: 'mean'; known: centring, lir, lsar, shift"):
        run(folder / "hybrid", "--by", "mean", *files, "--out", tmp_path / "out")
    with pytest.raises(ModelError, match="is the model itself; name another folder"):
        run(folder / "hybrid", "--by", "lsar", *files, "--out", folder / "hybrid")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match="is not empty and holds no model; name another folder"):
        run(folder / "hybrid", "--by", "lsar", *files, "--out", tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
