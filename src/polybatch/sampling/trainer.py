"""sentence-transformers' trainer on planned batches of one aligned table. Not here: what is planned."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from torch.utils.data import DataLoader, get_worker_info
from torch.utils.data import Dataset as TorchDataset

from polybatch.files import write_json
from polybatch.records import Direction
from polybatch.sampling.mix import count_mix
from polybatch.sampling.plan import Batch, Plan, make_plan
from polybatch.sampling.schedules import Schedule
from polybatch.sampling.strategies import Composition
from polybatch.table.shape import CorpusShape

MIX = "mix.json"
"""The file beside a model that says what its batches really held."""

AHEAD = 2  # batches


class BatchSource(Protocol):
    """Where the rows of a planned batch come from: an `AlignedTable`, or anything else with a shape."""

    @property
    def shape(self) -> CorpusShape:
        """What a plan needs to know."""
        ...

    def fetch(self, batch: Batch) -> list[dict[str, str]] | dict[str, Any]:
        """The rows of a batch, a dictionary each, or all of it as features of the model, already tokenized."""
        ...


class HybridTrainer(SentenceTransformerTrainer):
    """Trains on batches of a strategy over one aligned table; everything else is sentence-transformers'.

    `train_table` stands for the `train_dataset`; `strategy` and the options after it are those of `make_plan`. The
    columns of a batch are `query`, `passage` and, with hard `negatives`, `negative_1` and so on; prompts go by these
    names. With W processes (torchrun, accelerate) a batch of W times `per_device_train_batch_size` rows is planned,
    and each process has its slice of it; give the loss `gather_across_devices=True` to use them all as negatives. A
    training that goes on from a checkpoint sees the batches that it would have seen, also with another number of
    processes if the whole batch has the same size. What was drawn is written beside every model that is
    saved, as `mix.json`.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        args: SentenceTransformerTrainingArguments,
        train_table: BatchSource,
        *,
        strategy: str = "hybrid",
        alpha: float | Schedule = 0.5,
        composition: Composition = "mixed",
        weights: Mapping[Direction, float] | None = None,
        negatives: int = 0,
        dataset_temperature: float = 1.0,
        language_temperature: float = float("inf"),
        **others: Any,
    ) -> None:
        size = args.train_batch_size * args.world_size
        length = max(1, train_table.shape.rows // size)
        micro = args.max_steps * args.gradient_accumulation_steps
        self.table = train_table
        self._make_plan = partial(
            make_plan,
            train_table.shape,
            strategy,
            size=size,
            alpha=alpha,
            composition=composition,
            weights=weights,
            seed=args.seed if args.data_seed is None else args.data_seed,
            length=length,
            epochs=micro / length if args.max_steps > 0 else args.num_train_epochs,
            negatives=negatives,
            dataset_temperature=dataset_temperature,
            language_temperature=language_temperature,
        )
        self.plan: Plan = self._make_plan()
        self._slices: _Slices | None = None
        self._workers = {"rank": args.process_index, "ranks": args.world_size}
        # it wants a dataset to look at, which here only says what the columns are
        columns = ["query", "passage", *(f"negative_{number + 1}" for number in range(negatives))]
        super().__init__(
            model=model, args=args, train_dataset=Dataset.from_dict({column: [""] for column in columns}), **others
        )

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """No card: the one of sentence-transformers describes its own dataset, which there is none of."""

    def get_train_dataloader(self) -> DataLoader[Any]:
        """This process's slices of the planned batches; a loader that accelerate need not share out."""
        # a plan of its own: it is asked from another thread than ours
        plan = self._make_plan().with_alpha(self.plan.strategy.alpha)
        self._slices = _Slices(plan, self.table, **self._workers)
        return _Loader(
            self._slices,
            batch_sampler=_Numbers(self.plan),
            collate_fn=self._collate,
            num_workers=self.args.dataloader_num_workers,
            worker_init_fn=_tokenize_in_one_thread,
            pin_memory=self.args.dataloader_pin_memory,
            persistent_workers=self.args.dataloader_persistent_workers,
            prefetch_factor=self.args.dataloader_prefetch_factor,
        )

    def go_on_with(self, alpha: Schedule) -> None:
        """Plan the batches to come with another alpha, which must leave the next AHEAD + 2 as they are.

        So many may have been fetched; workers of a loader, if there are any, would not hear of it.
        """
        self.plan = self.plan.with_alpha(alpha)
        if self._slices is not None:
            self._slices.plan = self._slices.plan.with_alpha(alpha)

    def mix(self, steps: int | None = None) -> dict[str, Any]:
        """What the batches of the first steps have held, all so far if not said how many.

        Counts by kind, direction and dataset, in total and block by block.
        """
        steps = self.state.global_step if steps is None else steps
        drawn = steps * self.args.gradient_accumulation_steps
        return count_mix(self.table.shape, self.plan.batches(0, drawn)).as_record()

    def _collate(self, fetched: Any) -> Any:
        return fetched if isinstance(fetched, dict) else self.data_collator(fetched)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        write_json(Path(output_dir or str(self.args.output_dir)) / MIX, self.mix())


def _tokenize_in_one_thread(_: int) -> None:
    """A worker is a fork; where tokenizers ran in threads before, it would wait for threads that it has not got."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


class _Numbers:
    """The numbers of an epoch's batches, one at a time: cheap to skip, and the same in every process."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self.epoch = plan, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self._plan.length

    def __iter__(self) -> Iterator[list[int]]:
        start = self.epoch * self._plan.length
        return ([number] for number in range(start, start + self._plan.length))


class _Slices(TorchDataset[Any]):
    """The rows of one process's slice of each batch, by the number of the batch.

    In the process that trains, the next AHEAD batches are fetched by a thread while it works on this one.
    """

    def __init__(self, plan: Plan, table: BatchSource, *, rank: int, ranks: int) -> None:
        self.plan, self._table, self._rank, self._ranks = plan, table, rank, ranks
        self._thread: ThreadPoolExecutor | None = None
        self._coming: dict[int, Future[Any]] = {}

    def __len__(self) -> int:
        return self.plan.length * self.plan.size

    def __getitems__(self, numbers: Sequence[int]) -> Any:
        (number,) = numbers
        if get_worker_info() is not None:  # a worker is ahead as it is
            return self._fetch(number)
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        wanted = range(number, number + 1 + AHEAD)
        self._coming = {batch: self._coming.get(batch) or self._thread.submit(self._fetch, batch) for batch in wanted}
        return self._coming[number].result()

    def _fetch(self, number: int) -> Any:
        return self._table.fetch(self.plan[number].part(self._rank, self._ranks))


class _Loader(DataLoader[Any]):
    """A data loader that tells its sampler the epoch, as transformers' trainer asks of loaders of several epochs."""

    def set_epoch(self, epoch: int) -> None:
        self.batch_sampler.set_epoch(epoch)  # type: ignore[union-attr]
