"""Claims about the interface for programs: it answers as the searcher does, and refuses clearly what it cannot."""

import fcntl
import json
import logging
import re
import statistics
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from polybatch.search import searcher as searcher_module
from polybatch.search.engines import lance
from polybatch.search.records import SearchRequest
from polybatch.search.searcher import Searcher
from polybatch.search.server import limits
from polybatch.search.server.app import make_app
from tests.search.server.archive import ARABIC, HOSTILE, documents
from tests.search.server.conftest import HERE, TOKEN

FLOODS = "floods destroyed homes"


def test_an_answer_is_that_of_the_searcher(client: TestClient, searchers: Mapping[str, Searcher]) -> None:
    for index, searcher in searchers.items():
        for method in ("dense", "text", "hybrid"):
            answer = client.post("/search", json={"query": FLOODS, "index": index, "top": 20, "method": method}).json()
            hits = searcher.search(SearchRequest(FLOODS, top=20, method=method))
            assert answer["index"] == index
            assert [(hit["id"], hit["rank"], hit["language"]) for hit in answer["hits"]] == [
                (hit.id, hit.rank, hit.language) for hit in hits
            ]
            assert [hit["text"] for hit in answer["hits"]] == [hit.text for hit in hits]


def test_a_search_without_a_method_is_that_of_the_searcher_without_one(
    client: TestClient, searchers: Mapping[str, Searcher]
) -> None:
    answer = client.post("/search", json={"query": FLOODS, "index": "biased"}).json()
    assert [hit["id"] for hit in answer["hits"]] == [
        hit.id for hit in searchers["biased"].search(SearchRequest(FLOODS))
    ]


def test_many_single_documents_leave_few_files_and_search_as_quick_as_before(
    writer: TestClient, copied: Mapping[str, Searcher]
) -> None:
    def median() -> float:
        asked = {"query": FLOODS, "index": "hybrid"}
        return statistics.median(float(writer.post("/search", json=asked).json()["milliseconds"]) for _ in range(15))

    before = median()
    for number in range(300):
        one = {"id": f"single-{number}", "text": f"The story of single number {number} was told.", "language": "en"}
        assert writer.post("/documents", json={"documents": [one], "index": "hybrid"}).status_code == 200
    engine = copied["hybrid"].index.engine
    assert isinstance(engine, lance.Lance)
    assert engine.files <= lance.FILES + 1
    assert median() < 5 * before + 20
    assert engine.count_documents() == len(documents()) + 300
    assert engine.passages("single-150")[0].text == "The story of single number 150 was told."


def test_a_search_in_the_url_is_that_of_the_body(client: TestClient) -> None:
    asked: dict[str, Any] = {
        "query": FLOODS,
        "index": "hybrid",
        "languages": ["sw", "ne"],
        "sources": ["wire"],
        "since": "2024-01-02",
        "until": "2024-02-01",
        "top": 7,
        "balance": True,
        "method": "dense",
        "query_language": "en",
    }
    by_body, by_url = client.post("/search", json=asked).json(), client.get("/search", params=asked).json()
    assert by_body["hits"] == by_url["hits"]
    assert [hit["language"] for hit in by_body["hits"]].count("sw") in (3, 4)
    assert {hit["source"] for hit in by_body["hits"]} == {"wire"}
    assert all("2024-01-02" <= hit["date"] <= "2024-02-01" for hit in by_body["hits"])


def test_a_document_is_found_by_whatever_id_it_has(client: TestClient) -> None:
    for one in (HOSTILE, *ARABIC):
        answer = client.get("/documents", params={"id": one.id, "index": "hybrid"}).json()
        assert (answer["id"], answer["title"], answer["url"]) == (one.id, one.title, one.url)
        assert answer["text"] == one.text
    for id in ("no such", "../index.json", "../../../../etc/passwd", "%2e%2e/%00", "x' OR '1'='1", "\u202e", "a\0b"):
        assert client.get("/documents", params={"id": id}).status_code == 404


def test_languages_come_with_names_directions_and_counts(client: TestClient) -> None:
    indices = client.get("/languages").json()["indices"]
    assert [index["name"] for index in indices] == ["biased", "hybrid"]
    for index in indices:
        told = {one["code"]: one for one in index["languages"]}
        assert (told["ar"]["direction"], told["ne"]["direction"]) == ("rtl", "ltr")
        assert (told["sw"]["name"], told["sw"]["own_name"], told["sw"]["passages"]) == ("Swahili", "Kiswahili", 40)
        assert sum(one["passages"] for one in index["languages"]) == index["passages"]
        assert "/" not in index["model"]


ODD: dict[str, Any] = {
    "no query": {},
    "an empty query": {"query": ""},
    "blanks": {"query": " \t\u00a0"},
    "a NUL": {"query": "floods\0"},
    "null": {"query": None},
    "a number": {"query": 7},
    "a list": {"query": ["floods"]},
    "half of a surrogate pair": '{"query": "\\ud800 floods"}',
    "half of one as a name": '{"query": "floods", "\\udfff": 1}',
    "too long a query": {"query": "x" * (limits.QUERY + 1)},
    "too long a query in Devanagari": {"query": "बाढी " * limits.QUERY},
    "none wanted": {"query": "floods", "top": 0},
    "too many wanted": {"query": "floods", "top": limits.TOP + 1},
    "a huge number wanted": {"query": "floods", "top": 10**40},
    "half of one wanted": {"query": "floods", "top": 1.5},
    "an unknown field": {"query": "floods", "where": "1 = 1"},
    "an unknown method": {"query": "floods", "method": "exec"},
    "SQL as a language": {"query": "floods", "languages": ["en') OR 1=1 --"]},
    "a quote as a language": {"query": "floods", "languages": ["' or ''='"]},
    "no such language": {"query": "floods", "languages": ["xx"]},
    "a NUL as a source": {"query": "floods", "sources": ["wire\0"]},
    "too many sources": {"query": "floods", "sources": ["wire"] * (limits.NAMES + 1)},
    "a day that is none": {"query": "floods", "since": "2024-02-30"},
    "seconds as a day": {"query": "floods", "since": 0},
    "days the wrong way round": {"query": "floods", "since": "2024-03-01", "until": "2024-02-01"},
    "a list as the body": [],
    "text as the body": '"floods"',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_an_odd_request_is_refused_with_its_faults(client: TestClient, body: Any) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = client.post("/search", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    assert faults
    assert all(fault["where"] and fault["found"] for fault in faults)
    assert len(answer.content) < 2_000


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[" * 50_000, b'{"query": "\xed\xa0\x80"}', b'{"query": 1' + b"0" * 5000]
)
def test_a_body_that_cannot_be_read_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post("/search", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["faults"]


def test_a_filter_is_a_value_and_never_part_of_an_expression(client: TestClient) -> None:
    found = client.post("/search", json={"query": "hostile", "sources": [HOSTILE.source], "method": "text"}).json()
    assert [hit["document"] for hit in found["hits"]] == [HOSTILE.id]
    for source in ("wire' OR '1'='1", 'wire" OR 1=1 --', "wire'; DROP TABLE passages; --", "%", "*", "\\", "\u202e"):
        assert client.post("/search", json={"query": FLOODS, "sources": [source]}).json()["hits"] == []


@pytest.mark.parametrize(
    "query", ["\u202e\u200f\u2066", "\u200d", "🜏" * 300, "' OR 1=1 --", "a AND (b OR", "\\", '"', "x\r\n\t"]
)
def test_an_odd_query_that_is_text_is_answered(client: TestClient, query: str) -> None:
    for method in ("dense", "text", "hybrid"):
        assert client.post("/search", json={"query": query, "method": method}).status_code == 200


def test_a_body_over_the_limit_is_refused_however_it_comes(client: TestClient) -> None:
    large = json.dumps({"query": "x" * limits.BODY})
    assert client.post("/search", content=large).status_code == 413

    def in_pieces() -> Iterator[bytes]:
        for _ in range(limits.BODY // 65_536 + 1):
            yield b" " * 65_536

    assert client.post("/search", content=in_pieces()).status_code == 413
    assert client.post("/search", json={"query": FLOODS}).status_code == 200


def test_without_a_token_set_nobody_writes(client: TestClient) -> None:
    for sent in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer None"}):
        added = client.post("/documents", headers=sent, json={"documents": [{"id": "x", "text": "new"}]})
        assert added.status_code == 403
        assert client.delete("/documents", headers=sent, params={"id": "ar-1"}).status_code == 403


def test_a_wrong_token_writes_nothing(writer: TestClient, copied: Mapping[str, Searcher]) -> None:
    wrong = ["Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer é"]
    for sent in wrong:
        headers = {b"authorization": sent.encode()}
        assert writer.delete("/documents", headers=headers, params={"id": "ar-1"}).status_code == 401
    assert all(searcher.document("ar-1") for searcher in copied.values())


def test_documents_are_added_changed_and_deleted_in_every_index(writer: TestClient) -> None:
    new = {"id": "new/1", "text": "The glassblowers opened a museum of glass.", "language": "en", "date": "2024-08-01"}
    added = writer.post("/documents", json={"documents": [new]})
    assert {name: done["new"] for name, done in added.json().items()} == {"biased": 1, "hybrid": 1}
    for index in ("biased", "hybrid"):
        found = writer.post("/search", json={"query": "glassblowers museum", "index": index, "method": "text"}).json()
        assert [hit["document"] for hit in found["hits"]][:1] == ["new/1"]
    changed = {**new, "text": "The glassblowers closed it."}
    again = writer.post("/documents", json={"documents": [changed], "index": "hybrid"}).json()
    assert {name: done["changed"] for name, done in again.items()} == {"hybrid": 1}
    assert writer.get("/documents", params={"id": "new/1", "index": "hybrid"}).json() == {
        "title": "",
        "source": "",
        "url": "",
        **changed,
    }
    assert writer.delete("/documents", params={"id": ["new/1", "none"]}).json() == {"biased": 1, "hybrid": 1}
    assert writer.get("/documents", params={"id": "new/1"}).status_code == 404


def test_faulty_documents_are_refused_and_none_of_them_added(writer: TestClient) -> None:
    good, bad = {"id": "good", "text": "Good."}, {"id": "bad", "text": "NUL \0", "language": "xx"}
    for sent in ([good, bad], [good, good], [], [good, {"id": ""}], [good, {"id": "z", "text": "z", "more": 1}]):
        answer = writer.post("/documents", json={"documents": sent})
        assert answer.status_code == 422
        assert answer.json()["faults"]
    assert writer.get("/documents", params={"id": "good"}).status_code == 404


def test_while_another_process_writes_a_writer_is_told_to_wait(
    writer: TestClient, copied: Mapping[str, Searcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searcher_module, "PATIENCE", 0.1)
    with (copied["biased"].index.folder / "write.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = writer.post("/documents", json={"documents": [{"id": "x", "text": "late"}]})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert writer.post("/search", json={"query": FLOODS}).status_code == 200
    assert writer.post("/documents", json={"documents": [{"id": "x", "text": "late"}]}).status_code == 200


def test_an_index_that_is_not_served_is_named_with_those_that_are(client: TestClient) -> None:
    for answer in (
        client.post("/search", json={"query": FLOODS, "index": "../hybrid"}),
        client.get("/documents", params={"id": "ar-1", "index": "/etc"}),
    ):
        assert answer.status_code == 404
        assert answer.json()["faults"][0]["works"] == "known: biased, hybrid"


def test_what_fails_inside_is_logged_by_its_id_and_told_nobody(
    searchers: Mapping[str, Searcher], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Searcher, requests: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(Searcher, "search_many", fail)
    with TestClient(make_app(dict(searchers)), base_url=HERE) as client:
        answer = client.post("/search", json={"query": FLOODS}, headers={"x-request-id": "mine-1"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "mine-1" in answer.json()["faults"][0]["works"]
    assert "secret of the inside" in caplog.text
    assert "mine-1" in caplog.text


def test_every_answer_has_an_id_and_the_log_has_it_but_not_the_query(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "polybatch.serve")
    kept = client.get("/search", params={"query": "unmistakable"}, headers={"x-request-id": "Mine_1.2-3"})
    assert kept.headers["x-request-id"] == "Mine_1.2-3"
    for bad in ("two words", "x" * 65, "a\\nb", ""):
        made = client.get("/no/such%0A/path", headers={"x-request-id": bad}).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", made)
        assert made in caplog.text
    assert "Mine_1.2-3 GET /search status=200" in caplog.text
    assert "unmistakable" not in caplog.text
    assert "no/such" not in caplog.text


def test_a_browser_is_told_to_load_nothing_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/page.js", "/languages", "/nowhere"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_page_is_sent_again_only_where_it_changed(client: TestClient) -> None:
    first = client.get("/")
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    again = client.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/page/../app.py").status_code == 404
    assert client.get("/../app.py").status_code == 404


def test_the_documentation_is_the_description_alone(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/search", "/documents", "/languages", "/health", "/metrics"}
    query = described["components"]["schemas"]["Search"]["properties"]["query"]
    assert query["maxLength"] == limits.QUERY


def test_metrics_tell_requests_batches_and_the_languages_that_were_shown(searchers: Mapping[str, Searcher]) -> None:
    with TestClient(make_app(dict(searchers)), base_url=HERE) as client:
        client.post("/search", json={"query": FLOODS, "index": "biased", "method": "dense"})
        client.get("/nowhere")
        told = client.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    lines = told.text.splitlines()
    assert 'polybatch_requests_total{method="POST",path="/search",status="200"} 1.0' in lines
    assert 'polybatch_requests_total{method="GET",path="other",status="404"} 1.0' in lines
    assert 'polybatch_hits_total{index="biased",language="en"} 10.0' in lines
    assert 'polybatch_passages{index="hybrid",language="sw"} 40.0' in lines
    assert 'polybatch_batch_queries_count{index="biased"} 1.0' in lines


def test_health_tells_what_is_served(client: TestClient) -> None:
    told = client.get("/health").json()
    assert (told["status"], told["indices"], told["writing"]) == ("ok", ["biased", "hybrid"], False)


def test_nothing_was_lost_by_all_this(client: TestClient) -> None:
    held = documents()
    for one in held[::10]:
        assert client.get("/documents", params={"id": one.id}).status_code == 200
    assert len({one.id for one in held}) == len(held)
