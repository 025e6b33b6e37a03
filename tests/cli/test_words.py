"""Claims about `polybatch words`: both ways through a lexicon, beside the controls; bad lexicons are refused."""

from pathlib import Path
from typing import Any

import pytest
import torch
import typer
from typer.testing import CliRunner

from polybatch.cli.words import words
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import DataError, ModelError, PolybatchError
from polybatch.progress import Silent
from polybatch.training.tuning.words import read_lexicon, word_translation

PAIRS = [("river", "mto"), ("night", "usiku"), ("road", "barabara"), ("doctor", "daktari"), ("school", "shule")]
LEXICON = "en\tsw\n" + "".join(f"{english}\t{swahili}\n" for english, swahili in PAIRS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a vector for every word, a word and its translation alike but for some noise."""
    vocabulary = [word for pair in PAIRS for word in pair]
    found = static_encoder(train_tokenizer(vocabulary * 50, vocabulary=400), dimension=8, deviation=0.1, seed=1)
    path = tmp_path_factory.mktemp("words") / "model"
    (weight,) = found.parameters()
    with torch.no_grad():
        for number, pair in enumerate(PAIRS):
            for word in pair:
                ids = found[0].tokenizer.encode(word, add_special_tokens=False).ids  # type: ignore[union-attr,operator]
                weight[ids] = torch.eye(8)[number] + weight[ids]
    found.save(str(path), create_model_card=False)
    return path


def run(*parts: object) -> Any:
    app = typer.Typer()
    app.command()(words)
    found = CliRunner().invoke(app, [str(part) for part in parts])
    if isinstance(found.exception, PolybatchError):
        raise found.exception
    return found


def test_both_ways_are_printed_beside_guessing_and_random_pairs(model: Path, tmp_path: Path) -> None:
    (tmp_path / "lexicon.tsv").write_text(LEXICON, encoding="utf-8")
    found = run(model, tmp_path / "lexicon.tsv")
    assert found.exit_code == 0, found.output
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found.stdout.splitlines()[2:]]
    assert [row[0] for row in rows] == ["en-sw", "sw-en"]
    pairs = read_lexicon(tmp_path / "lexicon.tsv").pairs
    expected = word_translation(load_encoder(str(model)), pairs, progress=Silent())
    assert expected.accuracy > 0.5
    assert expected.separation > 2, "translations are alike, random pairs are not"
    random = f"{expected.random_cosine:.3f} ± {expected.random_deviation:.3f}"
    separation = f"{expected.separation:.1f}"
    assert rows[0][1:] == ["5", "5", f"{expected.accuracy:.3f}", "0.2000", f"{expected.cosine:.3f}", random, separation]


def test_a_lexicon_with_faults_is_refused_before_a_model_is_looked_for(model: Path, tmp_path: Path) -> None:
    (tmp_path / "lexicon.tsv").write_text("en\tswahili\nriver\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"lexicon\.tsv:1: unknown language 'swahili'") as caught:
        run(tmp_path / "nowhere", tmp_path / "lexicon.tsv")
    assert "lexicon.tsv:2: not two words: 'river'" in str(caught.value)
    (tmp_path / "lexicon.tsv").write_text(LEXICON, encoding="utf-8")
    with pytest.raises(ModelError, match="nowhere"):
        run(tmp_path / "nowhere", tmp_path / "lexicon.tsv")
