"""The door of the server: what it refuses before anything is read or done. What it lets in is looked at elsewhere."""

import asyncio
import contextlib
import ipaddress
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polybatch.errors import Fault
from polybatch.search.server import limits
from polybatch.search.server.faults import refusal


class RateLimit:
    """A bucket of tokens for each client: `rate` of them come back a second, up to twice that; 0 is no limit."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._full, self._clock = rate, max(1.0, 2 * rate), clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, client: str) -> float:
        """Seconds until this client may ask again; 0 where it may now, which takes a token."""
        if not self._rate:
            return 0.0
        now = self._clock()
        tokens, then = self._buckets.pop(client, (self._full, now))
        tokens = min(self._full, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - allowed, now)
        if (
            len(self._buckets) > limits.CLIENTS
        ):  # the one that has not asked for longest has a full bucket, or nearly so
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if allowed else (1 - tokens) / self._rate


class Door:
    """Refuses, before anything is done: foreign host names (400), haste (429), a body too large (413) or slow (408).

    A server on a loopback address answers to loopback names alone: a page elsewhere whose name is made to resolve to
    127.0.0.1 could read the archive otherwise.
    """

    def __init__(self, app: ASGIApp, *, rate: float, loopback: bool, root: str = "") -> None:
        self.app, self._limit, self._loopback, self._root = app, RateLimit(rate), loopback, root.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"]
        if self._root:  # which a proxy has taken off the path, or not
            path = path.removeprefix(self._root) if f"{path}/".startswith(f"{self._root}/") else path
            scope.update(root_path=self._root, path=self._root + path)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if self._loopback and not is_loopback(_host(headers.get("host", ""))):
            fault = Fault("Host", "a name that this server does not have", "localhost, or serve with --host")
            return await refusal(400, [fault])(scope, receive, send)
        if path.rstrip("/") in limits.LIMITED:
            wait = self._limit.wait(scope["client"][0] if scope.get("client") else "")
            if wait:
                fault = Fault("rate", "too many requests from this address", f"wait {wait:.1f} s")
                return await refusal(429, [fault], {"retry-after": str(int(wait) + 1)})(scope, receive, send)
        waiting = headers.get("expect", "").lower() == "100-continue"  # a client that sends nothing unless told to
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limits.BODY:
            return await _turn_away(413, too_large(), scope, receive, send, sending=not waiting)
        try:
            async with asyncio.timeout(limits.SENDING):
                body = await _body(receive)
        except ClientDisconnect:
            return None
        except TimeoutError:
            fault = Fault("body", "did not come", f"whole within {limits.SENDING:g} s")
            return await _turn_away(408, fault, scope, receive, send)
        if body is None:
            return await _turn_away(413, too_large(), scope, receive, send)
        return await self.app(scope, _replayed(body, receive), send)


def too_large() -> Fault:
    """The fault of a body over the limit."""
    return Fault("body", "too large", f"at most {limits.BODY} bytes")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, for itself only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


async def _turn_away(
    status: int, fault: Fault, scope: Scope, receive: Receive, send: Send, *, sending: bool = True
) -> None:
    """Refuse a request whose body is not whole, and end the connection once the client has seen why.

    A connection that ends while the client still sends is reset, and the answer with it: for a time what comes is read,
    and forgotten.
    """

    async def answer(message: Message) -> None:
        if message["type"] != "http.response.body" or not sending:
            return await send(message)
        await send({**message, "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.LINGER):
                while (await receive()).get("more_body", False):
                    pass
        return await send({"type": "http.response.body"})

    await refusal(status, [fault], {"connection": "close"})(scope, receive, answer)


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None where it is over the limit, whatever its length was said to be.

    Raises ClientDisconnect where the client has gone before it was whole.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limits.BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
