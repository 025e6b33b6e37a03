"""The application: routes over open indices, and the page. Not here: opening indices, listening."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST

from polybatch import __version__
from polybatch.errors import DataError, Fault
from polybatch.search.cutting import document_faults
from polybatch.search.records import unstorable
from polybatch.search.searcher import Searcher
from polybatch.search.server import limits, schemas
from polybatch.search.server.batching import Batcher, BusyError
from polybatch.search.server.door import Door
from polybatch.search.server.faults import RefusedError, answer_faults, reasons
from polybatch.search.server.head import Head
from polybatch.search.server.languages import index_languages
from polybatch.search.server.metrics import Metrics
from polybatch.search.server.observing import Observed
from polybatch.search.server.pages import add_page
from polybatch.search.server.writing import may_write

ABOUT = """Search over an archive of texts in several languages.

Refusals are JSON: a list of faults, each with where, what was found, and what would work. Every answer has an
`X-Request-ID`, the one that was sent with the request where it is plain. Writing needs the server's token.
This description is all there is: no page of documentation that would load its parts from elsewhere."""

SOON = {"retry-after": "1"}
Result = TypeVar("Result")


def make_app(
    indices: Mapping[str, Searcher],
    *,
    token: str | None = None,
    rate: float = limits.RATE,
    loopback: bool = True,
    root: str = "",
) -> FastAPI:
    """The application over one or more open indices, by name, the first of which is asked where none is named.

    `token`: what writing needs, None for no writing; `rate`: requests a second of one client, 0 for no limit;
    `loopback`: whether only loopback host names are answered; `root`: the path under which a proxy has it, which may
    still stand before the path of a request or not. HEAD is answered wherever GET is. The application closes the
    indices when it ends.
    """
    metrics = Metrics({name: searcher.languages for name, searcher in indices.items()})
    batchers = {name: Batcher(searcher, observe=metrics.batch(name)) for name, searcher in indices.items()}
    for name, batcher in batchers.items():
        metrics.watch_waiting(name, lambda batcher=batcher: batcher.waiting)  # type: ignore[misc]
    one_writes = asyncio.Lock()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        for batcher in batchers.values():
            batcher.start()
        yield
        await asyncio.gather(*(batcher.stop() for batcher in batchers.values()))
        for searcher in indices.values():
            searcher.close()

    app = FastAPI(
        title="polybatch",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,  # these load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.token = token
    app.add_middleware(Head)
    app.add_middleware(Door, rate=rate, loopback=loopback, root=root)
    app.add_middleware(Observed, metrics=metrics)
    answer_faults(app)
    add_page(app)

    def named(name: str | None) -> str:
        if name is not None and name not in indices:
            raise RefusedError(404, [Fault("index", f"no index {name!r}", f"known: {', '.join(indices)}")])
        return name or next(iter(indices))

    async def write(index: str | None, change: Callable[[Searcher], Result]) -> dict[str, Result]:
        """Change one index, or all of them one after the other; 503 where another process writes to one of them.

        What was asked for twice is done once, so that the same request can be sent again.
        """
        done = {}
        async with one_writes:
            for name in list(indices) if index is None else [named(index)]:
                try:
                    done[name] = await asyncio.to_thread(change, indices[name])
                except DataError as error:
                    raise RefusedError(503, error.faults, SOON) from None
        return done

    async def find(search: schemas.Search) -> schemas.SearchAnswer:
        start = time.perf_counter()
        name, request = named(search.index), search.request()
        if faults := indices[name].faults(request):
            raise RefusedError(422, faults)
        try:
            hits = await batchers[name].search(request)
        except BusyError as error:
            raise RefusedError(503, [Fault("server", str(error), "ask again in a moment")], SOON) from None
        metrics.shown(name, hits)
        passed = round(1000 * (time.perf_counter() - start), 1)
        found = [schemas.FoundPassage.of(hit) for hit in hits]
        return schemas.SearchAnswer(index=name, milliseconds=passed, hits=found)

    @app.post("/search", responses=reasons(404, 422, 503), summary="Find passages")
    async def search(search: schemas.Search) -> schemas.SearchAnswer:
        return await find(search)

    @app.get("/search", responses=reasons(404, 422, 503), summary="Find passages, asked in the URL")
    async def search_by_url(search: Annotated[schemas.Search, Query()]) -> schemas.SearchAnswer:
        return await find(search)

    @app.get("/documents", responses=reasons(404, 422), summary="A document, whole")
    def document(which: Annotated[schemas.WhichDocument, Query()]) -> schemas.DocumentForm:
        searcher = indices[named(which.index)]
        found = None if unstorable(which.id) else searcher.document(which.id)
        if found is None:
            raise RefusedError(404, [Fault("id", f"no document {which.id!r}")])
        return schemas.DocumentForm.of(found)

    @app.post(
        "/documents",
        responses=reasons(401, 403, 404, 422, 503),
        dependencies=[Depends(may_write)],
        summary="Add or change documents",
    )
    async def add(additions: schemas.Additions) -> dict[str, schemas.Added]:
        documents = [form.document() for form in additions.documents]
        faults = [
            fault for number, one in enumerate(documents) for fault in document_faults(one, f"documents.{number}")
        ]
        if len({one.id for one in documents}) < len(documents):
            faults.append(Fault("documents", "an id comes twice", "one document for an id"))
        if faults:
            raise RefusedError(422, faults)
        done = await write(additions.index, lambda searcher: searcher.add(documents))
        return {name: schemas.Added(**asdict(added)) for name, added in done.items()}

    @app.delete(
        "/documents",
        responses=reasons(401, 403, 404, 422, 503),
        dependencies=[Depends(may_write)],
        summary="Delete documents",
    )
    async def delete(deletions: Annotated[schemas.Deletions, Query()]) -> dict[str, int]:
        ids = [id for id in deletions.id if not unstorable(id)]  # what cannot be stored is not held
        return await write(deletions.index, lambda searcher: searcher.delete(ids))

    @app.get("/languages", responses=reasons(), summary="Languages of the archive")
    def languages() -> schemas.Languages:
        return schemas.Languages(indices=[index_languages(name, one) for name, one in indices.items()])

    @app.get("/health", responses=reasons(), summary="Whether the server answers")
    async def health() -> schemas.Health:
        return schemas.Health(status="ok", version=__version__, indices=list(indices), writing=token is not None)

    @app.get(
        "/metrics",
        response_class=Response,
        responses=reasons() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        summary="Counts, as Prometheus reads them",
    )
    def counts() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return app
