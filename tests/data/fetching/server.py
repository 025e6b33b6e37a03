"""A small HTTP server on this machine, with ranges and tags, and with whatever can go wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    """Files by path, what was asked for, and the faults that are played: each is used up by one request."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    break_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    tag: str | None = '"one"'
    ranges: bool = True
    shift: int = 0
    address: str = ""

    def url(self, path: str) -> str:
        return f"{self.address}/{path}"


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            server.asked.append((path, self.headers["Range"]))
            if path in server.redirects:
                self.send_response(302)
                self.send_header("Location", server.redirects[path])
                self.end_headers()
                return
            status = server.statuses.pop(0) if server.statuses else 200
            if status != 200 or path not in server.files:
                self.send_error(status if status != 200 else 404)
                return
            data, start = server.files[path], 0
            same = self.headers["If-Range"] in (None, server.tag)
            if server.ranges and same and (asked := self.headers["Range"]):
                start = int(asked.removeprefix("bytes=").removesuffix("-")) + server.shift
                if start >= len(data):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            if server.tag:
                self.send_header("ETag", server.tag)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            stop = server.break_after.pop(0) if server.break_after else len(data)
            self.wfile.write(data[start : max(start, stop)])

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{running.server_address[1]}"
    try:
        yield server
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
