"""Claims about `polybatch data translate`: a model or a program, and what it says."""

import json
from pathlib import Path

import numpy as np
import typer
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from typer.testing import CliRunner, Result

from polybatch.cli.data_translate import translate
from tests.data.collections.writing import write_rows
from tests.data.translation.conftest import program, toy
from tests.data.translation.toy import WORDS

__all__ = ["program", "toy"]

app = typer.Typer()
app.command()(translate)

ROWS = [
    {"id": "1", "queries": {"en": "good news"}, "passages": {"en": "Rain. Water"}},
    {"id": "2", "queries": {"sw": "habari"}, "passages": {"en": "city"}},
]


def run(folder: Path, translator: str, *words: str) -> Result:
    rows = write_rows(folder / "rows.jsonl", *ROWS)
    options = ["--from", "en", "--to", "sw", "--translator", translator, "--out", str(folder / "out.jsonl")]
    return CliRunner().invoke(app, [str(rows), *options, *words])


def test_a_program_translates_and_counts_are_printed(program: str, tmp_path: Path) -> None:
    ran = run(tmp_path, f"command:{program}")
    assert ran.exit_code == 0, ran.exception
    assert ran.stdout == f"{tmp_path / 'out.jsonl'}: 2 rows of 2 read\n  sw: 3 translated, 1 there before\n"
    assert (tmp_path / "translations.sqlite").exists()


def test_a_folder_in_the_place_of_the_file_is_refused_before_translating(program: str, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").mkdir()
    ran = run(tmp_path, f"command:{program}")
    assert str(ran.exception) == f"{tmp_path / 'out.jsonl'}: a folder; a .jsonl file to write"
    assert not (tmp_path / "translations.sqlite").exists()


def test_a_model_translates(toy: Path, tmp_path: Path) -> None:
    ran = run(tmp_path, str(toy), "--beams", "1", "--cache", str(tmp_path / "kept.sqlite"))
    assert ran.exit_code == 0, ran.exception
    first = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["queries"]["sw"] == "nzuri habari"
    assert (tmp_path / "kept.sqlite").exists()


def test_a_quality_model_refuses_what_is_not_like_its_text(program: str, tmp_path: Path) -> None:
    # a static model whose vectors know each word and its translation: `news` is taught to be another one than `habari`
    words = [*WORDS, *(one for pair in WORDS.values() for one in pair)]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(["<unk>", *words])}, unk_token="<unk>"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    meanings = {word: number for number, (word, pair) in enumerate(WORDS.items()) for word in (word, *pair)}
    weights = np.vstack([np.zeros(len(WORDS)), np.eye(len(WORDS))[[meanings[word] for word in words]]])
    weights[1 + words.index("habari")] = -weights[1 + words.index("news")]
    model = StaticEmbedding(tokenizer, embedding_weights=weights.astype(np.float32))
    SentenceTransformer(modules=[model]).save(str(tmp_path / "model"))
    quality = ("--quality-model", str(tmp_path / "model"), "--least-likeness", "0.9")
    ran = run(tmp_path, f"command:{program}", *quality)
    assert ran.exit_code == 0, ran.exception
    assert "  sw: 2 translated, 1 there before\n    none: not like its text: 1, such as 1, queries" in ran.stdout
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert "sw" not in first["queries"]
    assert (first["passages"]["sw"], second["passages"]["sw"]) == ("mvua. maji", "mji")
    assert "no such folder" in str(run(tmp_path, f"command:{program}", *quality[:1], "no").exception)


def test_what_has_no_version_to_translate_from_is_said(program: str, tmp_path: Path) -> None:
    ran = run(tmp_path, f"command:{program}", "--to", "ne", "--any-language")
    assert "  ne: 3 translated, 0 there before\n    none: no text in en: 1, such as 2, queries" in ran.stdout


def test_a_translator_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "cannot be loaded as a translation model" in str(run(tmp_path, "no/such-model").exception)
    assert "a command without words" in str(run(tmp_path, "command:").exception)
