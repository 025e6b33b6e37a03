"""Claims about batching: together, yet each query gets its own answer, its own failure, and an end to its wait."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.search.records import Hit, SearchRequest
from polybatch.search.searcher import Searcher
from polybatch.search.server import batching
from polybatch.search.server.batching import BATCH, Batcher, BusyError

Result = TypeVar("Result")


def run(batcher: Batcher, work: Callable[[], Awaitable[Result]]) -> Result:
    async def whole() -> Result:
        batcher.start()
        try:
            return await work()
        finally:
            await batcher.stop()

    return asyncio.run(whole())


def test_concurrent_queries_are_batched_and_each_gets_its_own_answer(searchers: Mapping[str, Searcher]) -> None:
    collection = newswire_collection(stories=40)
    queries = [query.text for queries in collection.queries.values() for query in queries]
    random = Random(1)
    requests = [
        SearchRequest(query, languages=(random.choice(("en", "sw", "ne")),), top=random.randint(1, 9), method="dense")
        for query in queries
    ]
    sizes: list[int] = []
    batcher = Batcher(searchers["hybrid"], observe=sizes.append)

    async def work() -> list[list[Hit]]:
        return await asyncio.gather(*map(batcher.search, requests))

    answers = run(batcher, work)
    assert [[hit.id for hit in answer] for answer in answers] == [
        [hit.id for hit in searchers["hybrid"].search(request)] for request in requests
    ]
    assert sum(sizes) == len(requests)
    assert max(sizes) == BATCH
    assert len(sizes) < len(requests) / 2


class Picky:
    """Fails for a batch that has a bad query in it, as a whole."""

    def search_many(self, requests: Sequence[SearchRequest]) -> list[list[Hit]]:
        if any(request.query == "bad" for request in requests):
            raise ValueError("bad")
        return [[_hit(request.query)] for request in requests]


def _hit(id: str) -> Hit:
    return Hit(id, id, "en", "", "", 1.0, 1)


def test_one_that_fails_does_not_fail_its_neighbours() -> None:
    batcher = Batcher(Picky())

    async def work() -> list[list[Hit] | BaseException]:
        asked = [batcher.search(SearchRequest(query)) for query in ("a", "bad", "b", "c")]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = run(batcher, work)
    assert isinstance(answers[1], ValueError)
    assert [answer[0].id for answer in answers if isinstance(answer, list)] == ["a", "b", "c"]


class Slow:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []

    def search_many(self, requests: Sequence[SearchRequest]) -> list[list[Hit]]:
        self.go.wait(10)
        self.asked += [request.query for request in requests]
        return [[_hit(request.query)] for request in requests]


def test_where_too_many_wait_the_next_is_refused_at_once_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batching, "WAITING", 4)
    slow = Slow()
    batcher = Batcher(slow)

    async def work() -> tuple[list[list[Hit]], int]:
        under_way = []
        for number in range(batching.THREADS):
            under_way.append(asyncio.create_task(batcher.search(SearchRequest(f"first {number}"))))
            await asyncio.sleep(0.05)  # each thread takes one
        waiting = [asyncio.create_task(batcher.search(SearchRequest(f"then {number}"))) for number in range(4)]
        await asyncio.sleep(0.05)
        held = batcher.waiting
        with pytest.raises(BusyError):
            await batcher.search(SearchRequest("too many"))
        slow.go.set()
        return await asyncio.gather(*under_way, *waiting), held

    answers, held = run(batcher, work)
    assert held == 4
    assert len(answers) == batching.THREADS + 4
    assert "too many" not in slow.asked


def test_a_wait_has_an_end_and_who_gave_up_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "PATIENCE", 0.2)
    slow = Slow()
    batcher = Batcher(slow)

    async def work() -> None:
        under_way = [asyncio.create_task(batcher.search(SearchRequest(f"first {number}"))) for number in range(2)]
        await asyncio.sleep(0.05)
        more = [asyncio.create_task(batcher.search(SearchRequest("second")))]
        await asyncio.sleep(0.05)
        more.append(asyncio.create_task(batcher.search(SearchRequest("given up"))))
        ended = await asyncio.gather(*under_way, *more, return_exceptions=True)
        assert all(isinstance(one, BusyError) for one in ended)
        slow.go.set()
        again = await batcher.search(SearchRequest("again"))
        assert again[0].id == "again"

    run(batcher, work)
    assert "given up" not in slow.asked
