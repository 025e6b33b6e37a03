"""Refusals as every route gives them: a status, and the faults as JSON. What a client sent is never sent back whole."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from polybatch.errors import Fault, PolybatchError
from polybatch.search.server.head import allowed

SHOWN = 200  # characters of a fault


class FaultRecord(BaseModel):
    """One thing wrong with a request: where, what was found, and what would work."""

    where: str = Field(examples=["top"])
    found: str = Field(examples=["input should be less than or equal to 100"])
    works: str = Field("", examples=["1 to 100"])


class Refusal(BaseModel):
    """Why a request was refused: every fault that was found."""

    faults: list[FaultRecord]


class RefusedError(PolybatchError):
    """A request that a route refuses, with the status it is to have."""

    def __init__(self, status: int, faults: Iterable[Fault], headers: Mapping[str, str] | None = None) -> None:
        self.status, self.faults, self.headers = status, tuple(faults), headers
        super().__init__("\n".join(map(str, self.faults)))


REASONS = {
    400: "No request that can be read, or a host name that this server does not have",
    401: "No token, or a wrong one",
    403: "Writing is off",
    404: "No such document or index",
    408: "Body too slow",
    413: "Body too large",
    422: "A request with faults",
    429: "Too many requests from one address",
    503: "Too busy; ask again",
}


def reasons(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route gives, for its documentation; the door of every route gives 400, 408, 413 and 429."""
    return {status: {"model": Refusal, "description": REASONS[status]} for status in (400, *statuses, 408, 413, 429)}


def refusal(status: int, faults: Iterable[Fault], headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal as it is sent."""
    said = [{"where": _said(one.where), "found": _said(one.found), "works": _said(one.works)} for one in faults]
    return JSONResponse({"faults": said}, status, dict(headers or {}))


def answer_faults(app: FastAPI) -> None:
    """Have an application answer everything that it refuses in this form."""

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        return refusal(error.status, error.faults, error.headers)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        headers = error.headers
        if error.status_code == 405:  # whose own header has the methods of one route for the path
            headers = {"allow": allowed(app.routes, request.scope)}
        return refusal(error.status_code, [Fault("request", str(error.detail).lower())], headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return refusal(422, [Fault(_where(one["loc"]), one["msg"].lower()) for one in error.errors()])


def _where(place: Sequence[str | int]) -> str:
    return ".".join(map(str, place[1:] or place))  # the first says body or query


def _said(text: str) -> str:
    """Text that can be sent: half of a surrogate pair cannot."""
    return text[:SHOWN].encode(errors="replace").decode()
