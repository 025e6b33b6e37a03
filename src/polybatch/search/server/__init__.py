"""Search over HTTP: one application with an interface for programs and a page for people."""

from polybatch.search.server.limits import RATE
from polybatch.search.server.running import HOST, PORT, serve

__all__ = ["HOST", "PORT", "RATE", "serve"]
