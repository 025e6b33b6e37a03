"""Claims about the door: nobody gets in faster than the rate, nor by a name that is not the server's."""

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch.search.searcher import Searcher
from polybatch.search.server import limits
from polybatch.search.server.app import make_app
from polybatch.search.server.door import RateLimit, is_loopback
from tests.search.server.conftest import HERE
from tests.search.server.listening import listening


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(0.5, 50), st.lists(st.floats(0, 0.5), min_size=1, max_size=200))
def test_no_client_asks_faster_than_the_rate_and_twice_as_much_at_once(rate: float, pauses: list[float]) -> None:
    now, let_in = 0.0, 0
    limit = RateLimit(rate, clock=lambda: now)
    for pause in pauses:
        now += pause
        let_in += limit.wait("one") == 0
    assert 1 <= let_in <= max(1, 2 * rate) + rate * now + 1e-6


@given(st.floats(0.5, 50), st.integers(1, 300))
def test_who_waits_as_long_as_told_is_let_in(rate: float, count: int) -> None:
    now = 0.0
    limit = RateLimit(rate, clock=lambda: now)
    waits = [limit.wait("one") for _ in range(count)]
    now += waits[-1] + 1e-9
    assert limit.wait("one") == 0 or not waits[-1]


def test_clients_have_a_bucket_each_and_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLIENTS", 3)
    limit = RateLimit(1, clock=lambda: 0.0)
    for client in ("a", "b", "c"):
        assert [limit.wait(client) == 0 for _ in range(3)] == [True, True, False]
    limit.wait("d")
    assert limit.wait("c") > 0
    assert limit.wait("a") == 0  # asked longest ago, and forgotten


def test_haste_is_refused_for_a_time_and_the_page_is_not(searchers: Mapping[str, Searcher]) -> None:
    with TestClient(make_app(dict(searchers), rate=1), base_url=HERE) as client:
        answers = [client.get("/documents", params={"id": "none"}) for _ in range(4)]
        assert [one.status_code for one in answers][:3] == [404, 404, 429]
        assert int(answers[2].headers["retry-after"]) >= 1
        assert client.post("/search/", json={"query": "x"}).status_code in (404, 429)
        assert [client.get(path).status_code for path in ("/", "/health", "/metrics")] == [200, 200, 200]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost.evil:80", "10.0.0.1"]
)
def test_a_loopback_server_has_loopback_names_alone(searchers: Mapping[str, Searcher], host: str) -> None:
    with TestClient(make_app(dict(searchers)), base_url=HERE) as client:
        assert client.get("/health", headers={"host": host}).status_code == 400
        for own in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
            assert client.get("/health", headers={"host": own}).status_code == 200
    with TestClient(make_app(dict(searchers), loopback=False), base_url=HERE) as client:
        assert client.get("/health", headers={"host": host}).status_code == 200


def test_a_client_that_never_sends_its_body_is_not_waited_for(
    searchers: Mapping[str, Searcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SENDING", 0.2)
    with (
        listening(make_app(dict(searchers))) as address,
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=10) as client,
    ):
        client.sendall(b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert client.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_loopback_is_told_from_other_addresses() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.org", "")))


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_answered_while_it_is_still_sent(
    searchers: Mapping[str, Searcher], monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    monkeypatch.setattr(limits, "BODY", 10_000)
    size = 8 << 20  # more than all buffers on the way hold
    with (
        listening(make_app(dict(searchers))) as address,
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=20) as client,
    ):
        head = f"Content-Length: {size}" if declared else "Transfer-Encoding: chunked"
        client.sendall(f"POST /documents HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
        part = b"x" * 65_536 if declared else b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        for _ in range(size // 65_536):  # a client that reads nothing before it has sent all
            client.sendall(part)
        if not declared:
            client.sendall(b"0\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"at most 10000 bytes" in answer


def test_a_body_without_end_has_an_answer_and_an_end(
    searchers: Mapping[str, Searcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SENDING", 0.3)
    monkeypatch.setattr(limits, "LINGER", 0.3)
    with (
        listening(make_app(dict(searchers))) as address,
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=10) as client,
    ):
        client.sendall(b"POST /search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.settimeout(0.05)
        answer = b""
        for _ in range(100):
            client.sendall(b"1\r\nx\r\n")
            try:
                answer += client.recv(4096)
                break
            except TimeoutError:
                continue
        client.settimeout(10)
        answer += client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_head_is_answered_wherever_get_is(searchers: Mapping[str, Searcher]) -> None:
    with TestClient(make_app(dict(searchers)), base_url=HERE) as client:
        for path in ("/", "/page.js", "/health", "/languages", "/metrics", "/openapi.json", "/search?query=river"):
            got, head = client.get(path), client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            assert head.headers["content-type"] == got.headers["content-type"]
        assert client.head("/documents").status_code == client.get("/documents").status_code == 422


def test_what_a_path_does_not_take_is_refused_with_all_that_it_takes(searchers: Mapping[str, Searcher]) -> None:
    with TestClient(make_app(dict(searchers)), base_url=HERE) as client:
        allow = {path: client.put(path).headers["allow"] for path in ("/search", "/documents", "/health", "/")}
    assert allow == {
        "/search": "GET, HEAD, POST",
        "/documents": "DELETE, GET, HEAD, POST",
        "/health": "GET, HEAD",
        "/": "GET, HEAD",
    }


def test_under_a_sub_path_a_proxy_may_take_the_path_off_or_not(searchers: Mapping[str, Searcher]) -> None:
    with TestClient(make_app(dict(searchers), root="/news", rate=1), base_url=HERE) as client:
        for path in ("/health", "/news/health", "/news/", "/", "/news/page.js"):
            assert client.get(path).status_code == 200, path
        assert client.get("/news/openapi.json").json()["servers"] == [{"url": "/news"}]
        statuses = [client.get("/news/documents", params={"id": "none"}).status_code for _ in range(4)]
        assert statuses[:3] == [404, 404, 429], "the rate counts as without a sub-path"
