"""Claims about training on planned batches: what the model sees, over ranks, and when it goes on."""

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from polybatch.errors import DataError, RecipeError
from polybatch.sampling import HybridTrainer, direction_sampler, make_plan, make_schedule
from polybatch.table.aligned import AlignedTable
from tests.sampling.trained import ROWS, Seen, arguments, dataset_dict, make_model, make_table, text, train


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def table() -> AlignedTable:
    return make_table()


def planned(table: AlignedTable, count: int, **options: Any) -> list[list[tuple[str, ...]]]:
    plan = make_plan(table.shape, "hybrid", size=8, seed=3, **options)
    return [[tuple(row.values()) for row in table.fetch(batch)] for batch in plan.batches(0, count)]


def test_the_model_sees_the_planned_batches_epoch_after_epoch(
    model_folder: Path, table: AlignedTable, tmp_path: Path
) -> None:
    trainer, seen = train(model_folder, table, tmp_path, num_train_epochs=3)
    assert trainer.plan.length == ROWS // 8
    assert seen == planned(table, 15)
    assert len({tuple(map(tuple, batch)) for batch in seen}) == 15


def test_a_schedule_runs_over_the_whole_training(model_folder: Path, table: AlignedTable, tmp_path: Path) -> None:
    trainer, _ = train(model_folder, table, tmp_path, max_steps=40, alpha=make_schedule("linear", [1, 0]))
    kinds = trainer.mix()["blocks"]["kinds"]
    assert kinds == {"monolingual": [15, 5], "cross-lingual": [5, 15]}


def test_hard_negatives_come_after_the_passages(model_folder: Path, table: AlignedTable, tmp_path: Path) -> None:
    _, seen = train(model_folder, table, tmp_path, max_steps=3, negatives=1)
    assert seen == planned(table, 3, negatives=1)
    assert all(row[2].startswith("negative_1") for batch in seen for row in batch)


@pytest.mark.parametrize("stop", [3, 5, 7])
def test_a_training_that_goes_on_sees_the_batches_that_it_would_have_seen(
    model_folder: Path, table: AlignedTable, tmp_path: Path, stop: int
) -> None:
    _, whole = train(model_folder, table, tmp_path / "whole", num_train_epochs=2)
    out = tmp_path / "stopped"
    train(
        model_folder, table, out, max_steps=stop, save_strategy="steps", save_steps=stop, lr_scheduler_type="constant"
    )
    _, rest = train(model_folder, table, out, num_train_epochs=2, resume=str(out / f"checkpoint-{stop}"))
    assert rest == whole[stop:]


def test_what_was_drawn_is_written_beside_the_model(model_folder: Path, table: AlignedTable, tmp_path: Path) -> None:
    trainer, seen = train(model_folder, table, tmp_path, max_steps=6)
    trainer.save_model(str(tmp_path / "model"))
    mix = json.loads((tmp_path / "model" / "mix.json").read_text())
    directions = [f"{query.split()[1]}-{passage.split()[1]}" for batch in seen for query, passage in batch]
    assert mix["directions"] == {one: directions.count(one) for one in sorted(set(directions))}
    assert (mix["batches"], mix["rows"], sum(mix["kinds"].values())) == (6, 48, 6)
    SentenceTransformer(str(tmp_path / "model"), device="cpu")


def test_data_loader_workers_change_nothing(
    model_folder: Path, table: AlignedTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # tokenizers that ran in threads before the workers were forked must not stop them
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    model = SentenceTransformer(str(model_folder), device="cpu")
    model.tokenizer([text("query", "en", row) for row in range(ROWS)])
    loaders = [
        HybridTrainer(model, arguments(tmp_path, dataloader_num_workers=workers), table).get_train_dataloader()
        for workers in (0, 2)
    ]
    one, other = ([batch["query_input_ids"].tolist() for batch in loader] for loader in loaders)
    assert one == other


def test_a_batch_too_large_for_the_table_is_refused_before_training(
    model_folder: Path, table: AlignedTable, tmp_path: Path
) -> None:
    model = SentenceTransformer(str(model_folder), device="cpu")
    with pytest.raises(RecipeError, match="the largest that works is 40"):
        HybridTrainer(model, arguments(tmp_path, per_device_train_batch_size=64), table)


def plain(model_folder: Path, datasets: DatasetDict, out: Path, sampler: Any, **others: Any) -> Any:
    """sentence-transformers' own trainer, and what its model saw."""
    model = SentenceTransformer(str(model_folder), device="cpu")
    settings = arguments(out, multi_dataset_batch_sampler=sampler, **others)
    trainer: Any = SentenceTransformerTrainer(model, settings, datasets, loss=MultipleNegativesRankingLoss(model))
    trainer.data_collator = seen = Seen(trainer.data_collator)
    trainer.train()
    return seen.batches


def test_the_sampler_gives_the_trainer_of_sentence_transformers_the_same_batches(
    model_folder: Path, table: AlignedTable, tmp_path: Path
) -> None:
    datasets = dataset_dict()
    seen = plain(model_folder, datasets, tmp_path, direction_sampler([*datasets]), num_train_epochs=2)
    assert seen == planned(table, 10)


def test_the_sampler_draws_only_from_the_directions_that_there_are(model_folder: Path, tmp_path: Path) -> None:
    datasets = DatasetDict({name: one for name, one in dataset_dict().items() if name in ("en-en", "en-sw", "sw-en")})
    seen = plain(model_folder, datasets, tmp_path, direction_sampler([*datasets], composition="pair"), max_steps=12)
    assert {(query.split()[1], passage.split()[1]) for batch in seen for query, passage in batch} == {
        ("en", "en"),
        ("en", "sw"),
        ("sw", "en"),
    }


def test_checkpoints_are_written_with_the_sampler_among_the_arguments(model_folder: Path, tmp_path: Path) -> None:
    datasets = dataset_dict()
    sampler = direction_sampler([*datasets], alpha=make_schedule("linear", [1, 0]))
    plain(model_folder, datasets, tmp_path, sampler, max_steps=2, save_strategy="steps", save_steps=2)
    assert (tmp_path / "checkpoint-2" / "trainer_state.json").is_file()


def test_rows_of_one_passage_group_never_meet(model_folder: Path, tmp_path: Path) -> None:
    datasets = dataset_dict()
    sampler = direction_sampler([*datasets], groups=[row // 4 for row in range(ROWS)])
    for batch in plain(model_folder, datasets, tmp_path, sampler, num_train_epochs=2):
        assert len({int(query.split()[-1]) // 4 for query, _ in batch}) == 8


def test_datasets_that_are_not_aligned_are_refused_with_every_fault(model_folder: Path, tmp_path: Path) -> None:
    datasets = dataset_dict()
    datasets["sw-sw"] = datasets["sw-sw"].select(range(30))
    sampler = direction_sampler([*datasets], groups=[1, 2])
    with pytest.raises(DataError, match=r"dataset 8 has rows 30, the first 40(.|\n)*groups: 2 for 40 items"):
        plain(model_folder, datasets, tmp_path, sampler)
    with pytest.raises(RecipeError, match="direction 'english': not two languages"):
        direction_sampler(["english"])
