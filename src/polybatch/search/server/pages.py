"""The page and its parts as they lie in `page/`, read once. What the page does is in its script."""

from hashlib import blake2b
from importlib.resources import files
from pathlib import PurePath

from fastapi import FastAPI, Request, Response

KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
"""What a part is, by the end of its name."""

FIRST = "index.html"


def add_page(app: FastAPI) -> None:
    """Have an application serve the page, each part again only where it changed."""
    for part in (files(__package__) / "page").iterdir():
        if kind := KINDS.get(PurePath(part.name).suffix):
            path = "/" if part.name == FIRST else f"/{part.name}"
            _serve(app, path, part.read_bytes(), f"{kind}; charset=utf-8")


def _serve(app: FastAPI, path: str, content: bytes, kind: str) -> None:
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    @app.get(path, include_in_schema=False)
    async def part(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)
