"""Every answer gets an id, headers that keep browsers in bounds, a line in the log and a place in the metrics."""

import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polybatch.errors import Fault
from polybatch.search.server.faults import refusal
from polybatch.search.server.metrics import Metrics

LOG = logging.getLogger("polybatch.serve")
ID = "x-request-id"
PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = {"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"}

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What a browser is told with every answer: nothing from elsewhere, nothing to elsewhere."""


class Observed:
    """The outermost layer. What fails inside is logged with its id, and answered with 500 and no more than that.

    Queries and texts go into no log, nor do paths as they were sent: the log has the path of the route.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell of it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = dict(scope["headers"]).get(ID.encode(), b"").decode("latin-1")
        id = given if PLAIN.fullmatch(given) else uuid.uuid4().hex
        status, start = 0, time.perf_counter()
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, ID: id}.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            LOG.exception("request=%s failed", id)
            if not status:
                fault = Fault("server", "failed to answer", f"the log says why, by request {id}")
                await refusal(500, [fault])(scope, receive, answer)
        seconds = time.perf_counter() - start
        path = getattr(scope.get("route"), "path", "other")
        self._metrics.answered(method, path, status, seconds)
        LOG.info("request=%s %s %s status=%d ms=%.1f", id, method, path, status, 1000 * seconds)
        return None
