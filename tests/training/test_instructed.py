"""Claims about instructions from files: triples become rows that a recipe trains on, ranks become p-MRR."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from polybatch.cli import instructions
from polybatch.data.collections.table import load_collection
from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError, PolybatchError, ResultsError
from polybatch.experiment.recipe import load_recipe
from polybatch.experiment.run import train_one
from polybatch.judging.evaluate import evaluate
from polybatch.progress import Silent
from polybatch.training.instructions import p_mrr
from polybatch.training.train import read_record

KINDS = {"Find news of it.": "{} was in the news today", "Find the law on it.": "the law on {} is as follows"}
TOPICS = ["floods", "elections", "schools", "harvests", "roads", "markets", "doctors", "rivers", "taxes", "radio"]
TRIPLES = [(kind, topic, text.format(topic)) for topic in TOPICS for kind, text in KINDS.items()]

RECIPE = """\
name = "instructed"
languages = ["en"]
systems = ["untuned", "en-en"]
test = ["newswire"]

[[train]]
source = "jsonl"
name = "instructed"
licence = "mine"
files = ["instructed.jsonl"]
languages = ["en"]

[encoder]
vocabulary = 200
dimension = 16

[training]
steps = 60
batch_size = 8
token_dropout = 0.0

[batches]
negatives = 2
"""


def run(*words: object) -> Any:
    found = CliRunner().invoke(instructions, [str(word) for word in words])
    if isinstance(found.exception, PolybatchError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def write_collection(folder: Path, kind: str) -> Path:
    """Queries with one instruction; judged is what the other one asks for, in both collections."""
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": f"{n}-{t}", "language": "en", "text": text.format(t)}
        for t in TOPICS
        for n, text in enumerate(KINDS.values())
    ]
    queries = [{"_id": topic, "language": "en", "text": f"{kind} {topic}"} for topic in TOPICS]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    qrels = "".join(f"{topic}\t0-{topic}\t1\n" for topic in TOPICS)
    (folder / "qrels/test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}", encoding="utf-8")
    return folder


def test_a_model_trained_on_poisoned_twins_follows_an_instruction_that_changes(tmp_path: Path) -> None:
    (tmp_path / "triples.tsv").write_text("".join("\t".join(one) + "\n" for one in TRIPLES), encoding="utf-8")
    found = run("poison", tmp_path / "triples.tsv", "--out", tmp_path / "instructed.jsonl")
    assert found.stdout.startswith("20 rows with two negatives each")
    row = json.loads((tmp_path / "instructed.jsonl").read_text().splitlines()[0])
    assert row["queries"] == {"en": "floods was in the news today"}
    assert row["passages"] == {"en": "Find news of it. floods"}
    assert row["negatives"][0] == {"en": "Find the law on it. floods"}
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    recipe, names = load_recipe(tmp_path / "recipe.toml"), list(KINDS)
    judged: dict[str, float] = {}
    folders = [write_collection(tmp_path / f"collection-{number}", kind) for number, kind in enumerate(names)]
    for system in recipe.systems:
        model = tmp_path / system
        train_one(recipe, system, seed=1, data=tmp_path, out=model, progress=Silent(), command="")
        outs = [tmp_path / f"{system}-{number}" for number in range(2)]
        for folder, out in zip(folders, outs, strict=True):
            collection = load_collection(str(folder), data=None)
            head: dict[str, Any] = {"system": system, "strategy": system, "seed": 1}
            evaluate(load_encoder(str(model)), [collection], **head, out=out, progress=Silent())
        table = run("p-mrr", *outs).stdout.splitlines()
        cells = [cell.strip() for cell in table[2].strip("|").split("|")]
        assert cells[:3] + cells[4:] == [system, "1", "monolingual", "10", "10"]
        judged[system] = float(cells[3])
    assert read_record(tmp_path / "en-en")["mix"]["rows"] == 480
    assert judged["en-en"] > judged["untuned"] + 10
    assert judged["en-en"] > 30


def test_bad_triples_are_named_at_their_lines_and_other_ranks_refused(tmp_path: Path) -> None:
    (tmp_path / "triples.tsv").write_text("a\tb\n\nc\t\td\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        run("poison", tmp_path / "triples.tsv", "--out", tmp_path / "rows.jsonl")
    assert [fault.where.rpartition(":")[2] for fault in caught.value.faults] == ["1", "3"]
    with pytest.raises(DataError, match="--language: unknown language 'xx'"):
        run("poison", tmp_path / "triples.tsv", "--out", tmp_path / "rows.jsonl", "--language", "xx")
    assert not (tmp_path / "rows.jsonl").exists()
    with pytest.raises(ResultsError, match="nowhere"):
        run("p-mrr", tmp_path / "nowhere", tmp_path / "nowhere")


def test_ranks_between_whole_numbers_count_as_they_are() -> None:
    assert p_mrr({"a": [(1.5, 3.0)]}) == pytest.approx(50)
