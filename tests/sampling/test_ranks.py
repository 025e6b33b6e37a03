"""Claims about training over several processes: two of them, over torch.distributed and gloo."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from accelerate import skip_first_batches
from accelerate.data_loader import prepare_data_loader
from torch.utils.data import ConcatDataset, DataLoader

from polybatch.sampling import direction_sampler, make_plan
from tests.sampling.shapes import parallel
from tests.sampling.trained import dataset_dict, first_weights, make_model, make_table, train

SCRIPT = Path(__file__).with_name("rank_script.py")
STOP = 7  # of 10 batches in 2 epochs


@dataclass(frozen=True)
class Trained:
    """What one process saw in two epochs and learned, and what each of two did in the same trainings."""

    whole: list[Any]
    weights: list[float]
    gradients: list[float]
    ranks: list[dict[str, Any]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    out = tmp_path_factory.mktemp("ranks")
    model, table = make_model(out), make_table()
    trainer, whole = train(model, table, out / "one", num_train_epochs=2)
    train(model, table, out / "stopped", max_steps=STOP, save_strategy="steps", save_steps=STOP)
    settings = {"per_device_train_batch_size": 4, "num_train_epochs": 2}
    split = settings | {"how": "split", "per_device_train_batch_size": 8, "accelerator_config": {"split_batches": True}}
    checkpoint = str(out / "stopped" / f"checkpoint-{STOP}")
    jobs = {
        "table": settings | {"how": "table"},
        "directions": settings | {"how": "directions"},
        "table, resumed": settings | {"how": "table", "resume": checkpoint},
        "directions, resumed": settings | {"how": "directions", "resume": checkpoint},
        "split": split,
        "split, resumed": split | {"resume": checkpoint},
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    processes = []
    for rank in map(str, range(2)):
        environment = os.environ | {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(SCRIPT), str(model), str(out), json.dumps(jobs)]
        # to files: a process whose pipe is full would wait for us, and the other one for it
        with (out / f"log-{rank}.txt").open("w") as log:
            processes.append(
                subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            )
    try:
        statuses = [process.wait(timeout=200) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert statuses == [0, 0], [(out / f"log-{rank}.txt").read_text()[-3000:] for rank in range(2)]
    ranks = [json.loads((out / f"seen-{rank}.json").read_text(encoding="utf-8")) for rank in range(2)]
    return Trained(whole, first_weights(trainer.model), trainer.first_gradients, ranks)


@pytest.mark.parametrize("how", ["table", "directions", "split"])
def test_two_processes_share_every_batch_and_learn_what_one_would(trained: Trained, how: str) -> None:
    first, second = (rank[how] for rank in trained.ranks)
    assert first["world"] == second["world"] == 2
    assert len(first["batches"]) == len(second["batches"]) == 10
    for one, other, whole in zip(first["batches"], second["batches"], trained.whole, strict=True):
        assert len(one) == len(other) == 4
        assert [tuple(row) for row in one + other] == whole
        assert len({query.split()[1] == passage.split()[1] for query, passage in whole}) == 1
    # one global batch: the gradients of its first step are those of one process
    assert first["gradients"] == pytest.approx(trained.gradients, abs=1e-5)
    assert max(map(abs, trained.gradients)) > 1e-3
    # with the other's passages as negatives too, the weights are those of one process
    assert first["weights"] == second["weights"]
    assert first["weights"] == pytest.approx(trained.weights, abs=2e-4)


@pytest.mark.parametrize("how", ["table", "directions", "split"])
def test_two_processes_go_on_where_one_stopped(trained: Trained, how: str) -> None:
    first, second = (rank[f"{how}, resumed"]["batches"] for rank in trained.ranks)
    assert len(first) == len(second) == 10 - STOP
    for one, other, whole in zip(first, second, trained.whole[STOP:], strict=True):
        assert [tuple(row) for row in one + other] == whole


@pytest.mark.parametrize(("world", "ranks"), [(1, 1), (2, 2), (3, 3), (4, 4), (6, 6), (2, 1), (3, 1), (2, 4)])
@pytest.mark.parametrize("split", [False, True])
def test_every_rank_of_any_number_goes_on_in_a_later_epoch_as_accelerate_deals_batches_out(
    world: int, ranks: int, split: bool
) -> None:
    datasets = dataset_dict(24)

    def loader(rank: int) -> Any:
        parts: Any = ConcatDataset([*datasets.values()])
        samplers = [SimpleNamespace(batch_size=12 // ranks)]
        sampler = direction_sampler([*datasets], ranks=ranks, length=6)(parts, samplers, seed=3)
        return prepare_data_loader(
            DataLoader(parts, batch_sampler=sampler, collate_fn=list),
            num_processes=world,
            process_index=rank,
            split_batches=split,
            put_on_device=False,
            even_batches=False,
        )

    if split and 12 // ranks % world:
        pytest.skip("accelerate does not split such a batch")
    for rank in range(world):
        whole = loader(rank)
        per_epoch, seen = len(whole), []
        for epoch in range(2):
            whole.set_epoch(epoch)
            seen.extend(whole)
        for skipped in (0, 1, per_epoch - 1):
            resumed = loader(rank)
            # as transformers' trainer goes on from a checkpoint in the second epoch
            part = skip_first_batches(resumed, skipped) if skipped else resumed
            part.set_epoch(1)
            assert [*part] == seen[per_epoch + skipped :]
        assert seen[:per_epoch] != seen[per_epoch:]


def test_plans_know_every_ranks_part_without_the_others() -> None:
    whole = [batch.rows.tolist() for batch in make_plan(parallel(200), "hybrid", size=16, seed=1).batches(0, 30)]
    for ranks in (2, 4, 8):
        parts = []
        for rank in range(ranks):
            plan = make_plan(parallel(200), "hybrid", size=16, seed=1, ranks=ranks)
            parts.append([batch.part(rank, ranks).rows.tolist() for batch in plan.batches(0, 30)])
        assert [[*chain(*slices)] for slices in zip(*parts, strict=True)] == whole
