"""The page and its parts as they lie in `page/`, read once. What the page does is in its script."""

from hashlib import blake2b
from importlib.resources import files

from fastapi import FastAPI, Request, Response

PARTS = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/marking.js": ("marking.js", "text/javascript; charset=utf-8"),
    "/comparing.js": ("comparing.js", "text/javascript; charset=utf-8"),
}
"""Files of the page by their path."""


def add_page(app: FastAPI) -> None:
    """Have an application serve the page, each part again only where it changed."""
    for path, (name, kind) in PARTS.items():
        _serve(app, path, (files(__package__) / "page" / name).read_bytes(), kind)


def _serve(app: FastAPI, path: str, content: bytes, kind: str) -> None:
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    @app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)
    async def part(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)
