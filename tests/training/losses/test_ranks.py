"""Claims about losses over two processes: together they have the loss and the gradient of one with it all."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers import SentenceTransformer

from polybatch.sampling.strategies import COMPOSITIONS
from tests.training.losses.batches import make_models
from tests.training.losses.rank_script import SETTINGS, losses_of

SCRIPT = Path(__file__).with_name("rank_script.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Value and gradient of every loss: of one process, and of each of two."""
    out = tmp_path_factory.mktemp("ranks")
    make_models(out)["static"].save(str(out / "static"), create_model_card=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    processes = []
    for rank in map(str, range(2)):
        environment = os.environ | {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(SCRIPT), str(out / "static"), str(out)]
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
    ranks = [json.loads((out / f"losses-{rank}.json").read_text(encoding="utf-8")) for rank in range(2)]
    return losses_of(SentenceTransformer(str(out / "static"), device="cpu").double(), 0, 1), ranks


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("name", SETTINGS)
def test_two_processes_have_the_loss_and_the_gradient_of_one(
    found: tuple[dict[str, Any], list[dict[str, Any]]], name: str, composition: str
) -> None:
    one, ranks = found
    value, gradient = one[f"{name}, {composition}"]
    values, gradients = zip(*(rank[f"{name}, {composition}"] for rank in ranks), strict=True)
    assert sum(values) / 2 == pytest.approx(value, rel=1e-9)
    assert gradients[0] == gradients[1]
    assert gradient.abs().max() > 1e-3
    torch.testing.assert_close(torch.tensor(gradients[0], dtype=torch.float64), gradient, rtol=1e-7, atol=1e-10)
