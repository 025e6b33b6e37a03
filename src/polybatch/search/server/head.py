"""HEAD wherever GET is: asked as GET, answered without the body. And which methods a path has, for those it has not."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Lets routes answer HEAD as GET, and takes the body off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)

        async def headers_alone(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"] = "GET"  # in place: what stands around this one reads in it which route answered
        return await self.app(scope, receive, headers_alone)


def allowed(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The methods of all routes for a path, as the header `Allow` has them."""
    methods: set[str] = set()
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
