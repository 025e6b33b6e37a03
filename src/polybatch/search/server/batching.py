"""Concurrent queries answered together: a bounded queue, a short window, one encoding for all. No HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol

from polybatch.errors import PolybatchError
from polybatch.search.records import Hit, SearchRequest

BATCH = 8  # queries at most: all wait for the last of them
WINDOW = 0.002  # seconds in which queries count as concurrent
WAITING = 256  # queries that may wait
PATIENCE = 10.0  # seconds that one waits at most
THREADS = 2  # one batch is encoded while another one is looked up


class BusyError(PolybatchError):
    """There is no place in the queue, or the wait for an answer was too long."""


class SearchesMany(Protocol):
    """What answers several requests at once, each with its own hits, in any thread."""

    def search_many(self, requests: Sequence[SearchRequest]) -> list[list[Hit]]:
        """The hits of each request, in order."""
        ...


class _Waiting(NamedTuple):
    request: SearchRequest
    answer: "asyncio.Future[list[Hit]]"


class Batcher:
    """Queries to one searcher; between `start` and `stop` it answers, in the loop it was started in.

    `observe` is told the size of each batch.
    """

    def __init__(self, searcher: SearchesMany, *, observe: Callable[[int], None] = lambda _: None) -> None:
        self._searcher, self._observe = searcher, observe
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(WAITING)
        self._workers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to answer."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
        self._workers = [asyncio.create_task(self._work()) for _ in range(THREADS)]

    async def stop(self) -> None:
        """End; what is being answered is answered, what still waits is not."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._threads.shutdown(wait=True, cancel_futures=True)

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return self._queue.qsize()

    async def search(self, request: SearchRequest) -> list[Hit]:
        """The hits of a request; raises BusyError where it cannot be answered in time, and what its search raises."""
        one = _Waiting(request, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(one)
        except asyncio.QueueFull:
            raise BusyError(f"{WAITING} queries are waiting") from None
        try:
            return await asyncio.wait_for(one.answer, PATIENCE)
        except TimeoutError:
            raise BusyError(f"no answer within {PATIENCE:g} s") from None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._next()
            if not batch:
                continue
            self._observe(len(batch))
            answers = await loop.run_in_executor(self._threads, self._answer, [one.request for one in batch])
            for one, answer in zip(batch, answers, strict=True):
                if one.answer.done():  # given up on
                    continue
                if isinstance(answer, Exception):
                    one.answer.set_exception(answer)
                else:
                    one.answer.set_result(answer)

    async def _next(self) -> list[_Waiting]:
        batch = [await self._queue.get()]
        if self._queue.qsize() + 1 < BATCH:
            await asyncio.sleep(WINDOW)
        while len(batch) < BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return [one for one in batch if not one.answer.done()]

    def _answer(self, requests: Sequence[SearchRequest]) -> Sequence[list[Hit] | Exception]:
        """Together; where that fails, each alone, so that one query's failure is not that of its neighbours."""
        try:
            return self._searcher.search_many(requests)
        except Exception as error:
            if len(requests) == 1:
                return [error]
            return [self._answer([one])[0] for one in requests]
