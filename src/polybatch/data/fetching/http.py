"""Download a file over https: beside its place first, on from where it broke off, checked against its hash."""

import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, IncompleteRead
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from polybatch.data.formats.lines import what_else
from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable
from polybatch.progress import Progress
from polybatch.version import __version__

CHUNK = 1 << 18
ATTEMPTS = 3
WAIT = 1.0  # seconds before another attempt, times its number
TIMEOUT = 60.0
AGAIN = frozenset({408, 429, 500, 502, 503, 504})  # what a server says when a later request may be served


class Got(NamedTuple):
    """What came: the hash of the file, and its length in bytes."""

    sha256: str
    size: int


class _BrokenOffError(Exception):
    """The transfer broke off; another attempt goes on from there."""


def download(url: str, target: Path, *, progress: Progress, sha256: str = "", wait: float = WAIT) -> Got:
    """Download a file to `target`, replacing what is there, and give its hash.

    What has come lies in `.<name>.part` until it is whole. A later call asks for the rest (Range), if the server has
    given the file a tag and says that it is the same, or if `sha256` will tell. Raises DataError, with what to do: the
    server out of reach or refusing, the file broken off, a web page instead of the file, another hash. Only https, but
    on this machine; where HF_HUB_OFFLINE is set nothing is asked for.
    """
    _check_address(url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError([Fault(str(target.parent), why_unreadable(error), "a folder to write to")]) from None
    part, tag = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.tag")
    by_hand = f"a network; or have {url} from elsewhere, as {target}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _attempt(url, part, tag, known=bool(sha256), name=target.name, progress=progress)
            break
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:  # what has come is as long as the file, or longer: it is another one
                part.unlink(missing_ok=True)
            elif error.code not in AGAIN:
                raise DataError([Fault(url, f"the server answers {error.code} {error.reason}", by_hand)]) from None
            found = f"the server answers {error.code} {error.reason}"
        except (_BrokenOffError, OSError, HTTPException) as error:
            found = " ".join(str(error).split()) or type(error).__name__
        if attempt == ATTEMPTS:
            works = "give the same command again to continue" if part.is_file() and part.stat().st_size else by_hand
            raise DataError([Fault(url, found, works)])
        time.sleep(wait * attempt)
    tag.unlink(missing_ok=True)
    got = _checked(url, part, target, sha256)
    part.replace(target)
    return got


def hash_file(path: Path) -> Got:
    """The hash and the length of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Got(digest.hexdigest(), path.stat().st_size)


def _attempt(url: str, part: Path, tag: Path, *, known: bool, name: str, progress: Progress) -> None:
    validator = tag.read_text(encoding="ascii") if tag.is_file() else ""
    have = part.stat().st_size if part.is_file() and (validator or known) else 0
    headers = {"User-Agent": f"polybatch/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if validator:
            headers["If-Range"] = validator
    with _open(urllib.request.Request(url, headers=headers)) as response:
        if response.status == 206 and not (response.headers["Content-Range"] or "").startswith(f"bytes {have}-"):
            part.unlink()
            raise _BrokenOffError("the server sent another part of the file than was asked for")
        if response.status != 206:
            have = 0
        _keep_tag(tag, response.headers["ETag"])
        length = response.headers["Content-Length"]
        total = have + int(length) if length and length.isdecimal() else 0
        with part.open("ab" if have else "wb") as file, progress.task(name, max(total, have)) as advance:
            advance(have)
            came = have + _copy(response, file.write, advance)
    if came < total:
        raise _BrokenOffError(f"broke off at {came:,} of {total:,} bytes")


def _copy(response: HTTPResponse, write: Callable[[bytes], Any], advance: Callable[[int], None]) -> int:
    came = 0
    try:
        while chunk := response.read(CHUNK):
            write(chunk)
            came += len(chunk)
            advance(len(chunk))
    except IncompleteRead as error:
        write(error.partial)
        came += len(error.partial)
    return came


def _keep_tag(tag: Path, found: str | None) -> None:
    """A weak tag says only that files mean the same, not that their bytes are."""
    if found and found.isascii() and not found.startswith("W/"):
        tag.write_text(found, encoding="ascii")
    else:
        tag.unlink(missing_ok=True)


def _checked(url: str, part: Path, target: Path, sha256: str) -> Got:
    with part.open("rb") as file:
        wrong = what_else(file.read(512))
    got = hash_file(part)
    if sha256 and got.sha256 != sha256 and not wrong:
        wrong = f"sha256 {got.sha256}, but {sha256} is known for it"
    if wrong:
        part.unlink()
        raise DataError([Fault(url, wrong, f"look at the address; {target.name} was not kept")])
    return got


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirection away from https."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(request: urllib.request.Request) -> HTTPResponse:
    response: HTTPResponse = urllib.request.build_opener(_Redirects).open(request, timeout=TIMEOUT)
    return response


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if _is_here(parts.hostname or "") and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise DataError([Fault(url, f"an address of {parts.scheme or 'no scheme'}", "https")])
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        raise DataError([Fault(url, "HF_HUB_OFFLINE is set", "unset it where there is a network")])


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
