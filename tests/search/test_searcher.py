"""Claims about search: dense, lexical, fused, filtered, balanced; and what is refused."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError, ModelError
from polybatch.progress import Silent
from polybatch.search.engines import lance
from polybatch.search.records import METHODS, Document, Hit, Method, SearchRequest
from polybatch.search.searcher import Searcher
from tests.models import make_transformer
from tests.search.news import articles, make_index


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("indexes") / "news"
    make_index(folder, model)
    opened = Searcher.open(folder)
    yield opened
    opened.close()


def documents(hits: list[Hit]) -> list[str]:
    return [hit.document for hit in hits]


def test_dense_search_gives_the_cosines_of_the_model(searcher: Searcher, model: str) -> None:
    encoder = load_encoder(model)
    texts = {one.id: f"{one.title} {one.text}" for one in articles()}
    query = "people fled the river"
    scores = encoder.encode_passages(list(texts.values()), Silent())
    scores /= np.linalg.norm(scores, axis=1, keepdims=True)
    (asked,) = encoder.encode_queries([query], Silent())
    cosines = dict(zip(texts, scores @ (asked / np.linalg.norm(asked)), strict=True))
    hits = searcher.search(SearchRequest(query, method="dense", top=21))
    assert [hit.rank for hit in hits] == list(range(1, 22))
    for hit in hits:
        assert hit.score == pytest.approx(cosines[hit.document], abs=1e-5)
        assert hit.found_by == ("dense",)
    assert all(one.score >= other.score for one, other in pairwise(hits))


def test_a_hit_says_what_the_archive_says(searcher: Searcher) -> None:
    (hit,) = searcher.search(SearchRequest("11 metres", method="text", top=1))
    article = next(one for one in articles() if one.id == "en-11")
    assert (hit.id, hit.document, hit.language) == ("en-11#0", "en-11", "en")
    told = (article.title, article.text, article.date, article.source, article.url)
    assert (hit.title, hit.text, hit.date, hit.source, hit.url) == told


def test_fusion_finds_what_either_finds_and_says_by_which(searcher: Searcher) -> None:
    hits = searcher.search(SearchRequest("बढ्यो metres", top=21, method="hybrid"))
    assert len(hits) == 21
    by = {hit.document: hit.found_by for hit in hits}
    assert by["ne-0"] == by["en-0"] == ("dense", "text")
    assert by["sw-0"] == ("dense",)
    assert all(hit.score <= 2 / 61 for hit in hits)


def long_documents() -> list[Document]:
    """Documents of many passages that speak of one thing, and short ones of the same."""
    text = "\n".join(f"The river rose by {number} metres and people fled the town again." * 3 for number in range(12))
    return [
        Document("long-a", text, title="Long A", language="en"),
        Document("long-b", text.replace("river", "lake"), title="Long B", language="en"),
        *(Document(f"short-{number}", f"A river rose near town {number}.", language="en") for number in range(4)),
    ]


@pytest.mark.parametrize("balance", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_by_document_each_document_is_one_hit_with_its_other_passages_under_it(
    tmp_path: Path, model: str, method: Method, balance: bool
) -> None:
    make_index(tmp_path / "news", model, long_documents())
    searcher = Searcher.open(tmp_path / "news")
    request = SearchRequest("people fled as the river rose", method=method, balance=balance, top=5)
    hits = searcher.search(replace(request, by_document=True))
    everything = searcher.search(replace(request, top=1000))
    searcher.close()
    assert len(hits) == 5
    assert len(set(documents(hits))) == 5
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert documents(hits) == list(dict.fromkeys(documents(everything)))[:5]
    for hit in hits:
        passages = [passage.id for passage in everything if passage.document == hit.document]
        assert [hit.id, *(passage.id for passage in hit.further)] == passages[: 1 + len(hit.further)]
    assert any(hit.further for hit in hits)


def test_by_document_there_are_as_many_hits_as_documents_where_fewer_are_held(tmp_path: Path, model: str) -> None:
    make_index(tmp_path / "news", model, long_documents())
    searcher = Searcher.open(tmp_path / "news")
    hits = searcher.search(SearchRequest("river", top=50, by_document=True))
    held = sum(searcher.languages().values())
    searcher.close()
    assert sorted(documents(hits)) == sorted(document.id for document in long_documents())
    assert sum(1 + len(hit.further) for hit in hits) == held


def test_filters_let_in_only_what_they_say(searcher: Searcher) -> None:
    for method in METHODS:
        request = SearchRequest(
            "river mto नदी",
            languages=("sw", "ne"),
            since=date(2024, 1, 2),
            until=date(2024, 1, 4),
            sources=("wire",),
            method=method,
            top=50,
        )
        assert sorted(documents(searcher.search(request))) == ["ne-1", "sw-1", "sw-3"]


def test_what_is_asked_without_a_method_is_found_by_the_model_alone(searcher: Searcher) -> None:
    asked = SearchRequest("people fled the river")
    assert searcher.search(asked) == searcher.search(replace(asked, method="dense"))


def test_what_has_no_date_is_left_out_where_a_day_is_asked_for(folder: Path, model: str) -> None:
    undated = Document("undated", "The river rose.", language="en")
    make_index(folder, model, [undated, *articles()])
    searcher = Searcher.open(folder)
    for method in METHODS:
        found = searcher.search(SearchRequest("river", since=date(1800, 1, 1), top=50, method=method))
        assert "undated" not in documents(found)
        assert "undated" in documents(searcher.search(SearchRequest("river", top=50, method=method)))


def test_balance_gives_every_language_its_turn(searcher: Searcher) -> None:
    hits = searcher.search(SearchRequest("people fled the river", balance=True, top=9))
    turns = [{hit.language for hit in hits[start : start + 3]} for start in (0, 3, 6)]
    assert turns == [{"en", "sw", "ne"}] * 3
    for code in ("en", "sw", "ne"):
        alone = searcher.search(SearchRequest("people fled the river", languages=(code,), top=3))
        assert [hit.id for hit in hits if hit.language == code] == [hit.id for hit in alone]
    only = searcher.search(SearchRequest("people fled", balance=True, languages=("ne", "fr"), top=9))
    assert {hit.language for hit in only} == {"ne"}
    assert len(only) == 3


def test_requests_together_give_what_each_gives_alone(searcher: Searcher) -> None:
    requests = [
        SearchRequest("people fled", method="dense"),
        SearchRequest("mto", method="text", top=3),
        SearchRequest("नदी", balance=True),
    ]
    assert searcher.search_many(requests) == [searcher.search(one) for one in requests]
    assert searcher.search_many([]) == []


def test_a_query_that_has_no_word_or_a_zero_vector_finds_nothing(searcher: Searcher) -> None:
    class Zero:
        def encode_queries(self, texts, progress):  # type: ignore[no-untyped-def]
            return np.zeros((len(texts), 16), dtype=np.float32)

    blind = Searcher(searcher.index, Zero())  # type: ignore[arg-type]
    assert blind.search(SearchRequest("river", method="dense")) == []
    assert {hit.found_by for hit in blind.search(SearchRequest("metres", top=30, method="hybrid"))} == {("text",)}
    assert searcher.search(SearchRequest("?!", method="text")) == []


def test_odd_queries_are_refused_or_harmless(searcher: Searcher) -> None:
    for query in ("", "  ", "a\0b", "\ud800", "x" * 10_001):
        with pytest.raises(DataError, match=r"^query: "):
            searcher.search(SearchRequest(query))
    for query in ('") OR true', "\u202e\u200f mto", "a:b AND (c OR", "*?~^", "नदी\u200d", "x " * 5_000):
        for method in METHODS:
            searcher.search(SearchRequest(query, method=method))


def test_everything_wrong_with_requests_is_said_at_once(searcher: Searcher) -> None:
    wrong = SearchRequest(
        " ",
        languages=("english",),
        query_language="xx",
        top=0,
        since=date(2024, 2, 1),
        until=date(2024, 1, 1),
        sources=("\0",),
        method="sparse",  # type: ignore[arg-type]
    )
    with pytest.raises(DataError) as caught:
        searcher.search_many([SearchRequest("fine"), wrong])
    assert {fault.where for fault in caught.value.faults} == {
        f"request 2: {field}" for field in ("query", "languages", "query_language", "top", "since", "sources", "method")
    }


def test_documents_are_added_changed_and_deleted_while_it_is_open(folder: Path, model: str) -> None:
    make_index(folder, model, articles()[:2])
    searcher = Searcher.open(folder)
    searcher.add([Document("new", "Mto uliongezeka sana usiku.", "Habari", "sw")])
    assert documents(searcher.search(SearchRequest("uliongezeka", method="text"))) == ["new"]
    assert searcher.languages() == {"en": 2, "sw": 1}
    searcher.add([Document("new", "Mto ulipungua sana usiku.", "Habari", "sw")])
    assert searcher.search(SearchRequest("uliongezeka", method="text")) == []
    found = searcher.document("new")
    assert found == Document("new", "Mto ulipungua sana usiku.", "Habari", "sw")
    assert searcher.delete(["new", "nothing"]) == 1
    assert searcher.document("new") is None
    assert searcher.describe()["languages"] == {"en": 2}


def test_a_second_process_sees_what_the_first_wrote(folder: Path, model: str) -> None:
    make_index(folder, model, articles()[:2])
    reader, writer = Searcher.open(folder), Searcher.open(folder)
    reader.search(SearchRequest("river"))
    writer.add([Document("late", "A late flood of the river.", language="en")])
    assert lance.SEEN_AFTER.total_seconds() <= 1
    time.sleep(lance.SEEN_AFTER.total_seconds())
    assert reader.document("late") is not None


def test_another_model_is_refused_and_the_same_under_another_name_is_not(
    folder: Path, model: str, other_model: str, tmp_path: Path
) -> None:
    make_index(folder, model)
    with pytest.raises(ModelError, match="not the model that encoded the passages"):
        Searcher.open(folder, model=other_model)
    copied = shutil.copytree(model, tmp_path / "copy")
    assert Searcher.open(folder, model=str(copied)).search(SearchRequest("river"))


def test_the_models_own_prompts_are_applied(folder: Path, tmp_path: Path) -> None:
    texts = [one.text for one in articles()]
    prompts = {"query": "mto ", "document": "नदी "}
    model = str(make_transformer(tmp_path, texts, prompts=prompts))
    index = make_index(folder, model, articles()[:3])
    plain = load_encoder(model).model
    vector = plain.encode("नदी " + index.engine.passages("en-0")[0].encoded)
    asked = plain.encode("mto river")
    searcher = Searcher(index, load_encoder(model))
    hit = next(one for one in searcher.search(SearchRequest("river", method="dense")) if one.document == "en-0")
    cosine = vector @ asked / np.linalg.norm(vector) / np.linalg.norm(asked)
    assert hit.score == pytest.approx(float(cosine), abs=1e-4)
