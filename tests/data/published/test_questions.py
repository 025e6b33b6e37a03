"""Claims about sets of questions that have no claims but these, on small files of their form that the tests write."""

from pathlib import Path
from typing import Any

from tests.data.collections.writing import write_rows
from tests.data.sources.forms import STORY, Form, squad, write_json, write_parquet, written

NO_ANSWER = {"id": "1", "title": "Z", "text": "nothing", "has_answer": False}
ANSWER = {"id": "2", "title": "X", "text": "in Y", "has_answer": True}
ENTITY_ROWS = [
    {"question": "Where was X born?", "answers": ["Y"], "ctxs": [NO_ANSWER, ANSWER]},
    {"question": "And Z?", "answers": ["Q"], "ctxs": []},
]


def _tevatron(query: str) -> dict[str, Any]:
    passages = [{"docid": f"{query}#{n}", "title": "T", "text": f"text {n} of {query}"} for n in range(3)]
    return {
        "query_id": query,
        "query": f"query {query}",
        "positive_passages": passages[:1],
        "negative_passages": passages[1:],
    }


def _mfaq(data: Path) -> None:
    pairs = [{"question": "Open?", "answer": "From nine."}, {"question": "Where?", "answer": ""}]
    write_rows(
        data / "mfaq/data/en/train.jsonl",
        {"id": 1, "domain": "a.org", "num_pairs": 2, "qa_pairs": pairs},
        {"domain": "b.org"},
    )


def _mlqa(data: Path) -> None:
    for code in ("en", "de"):
        write_json(data / f"mlqa/MLQA_V1/dev/dev-context-{code}-question-{code}.json", squad((code, {"1": f"{code}?"})))


def _mr_tydi(data: Path) -> None:
    write_rows(
        data / "mr-tydi/mrtydi-v1.1-swahili/train.jsonl.gz",
        _tevatron("1"),
        _tevatron("2"),
        {"query_id": "3", "query": "?"},
    )


FORMS = {
    "newsqa": Form(
        {},
        lambda data: write_parquet(
            data / "newsqa/data/train-00000-of-00001-ec54.parquet",
            [
                {"context": STORY, "question": "What was gone?", "answers": ["the bridge"], "key": "1"},
                {"context": STORY, "question": "Why?", "answers": ["war"], "key": "2"},
            ],
        ),
        items=1,
        left_out=1,
    ),
    "mr-tydi": Form({"languages": ["sw"], "negatives": 2}, _mr_tydi, items=2, left_out=1),
    "mfaq": Form({}, _mfaq, items=1, left_out=2),
    "tydiqa": Form(
        {"languages": ["sw", "en"]},
        lambda data: write_json(
            data / "tydiqa/tydiqa-goldp-v1.1-train.json",
            squad(("c", {"swahili-1-0": "Nini?", "thai-2-0": "?", "english-3-1": "?"})),
        ),
        items=2,
        left_out=1,
    ),
    "xquad": Form(
        {"languages": ["en", "el"]},
        lambda data: [
            write_json(data / f"xquad/xquad.{code}.json", squad((code, {"1": f"{code}?"}))) for code in ("en", "el")
        ],
        items=1,
    ),
    "mlqa": Form({"languages": ["en", "de"]}, _mlqa, items=1),
    "natural-questions": Form(
        {},
        lambda data: write_parquet(
            data / "natural-questions/pair/train-00000-of-00001.parquet",
            [{"query": "who", "answer": "T A man."}, {"query": None, "answer": "x"}],
        ),
        items=1,
        left_out=1,
    ),
    "entity-questions": Form(
        {"negatives": 1}, lambda data: write_json(data / "entity-questions/retrieved/P19.json", ENTITY_ROWS), 1, 1
    ),
    "wikiqa": Form(
        {"negatives": 1},
        lambda data: write_parquet(
            data / "wikiqa/data/train-00000-of-00001.parquet",
            [
                {"question_id": "Q1", "question": "how", "document_title": "D", "answer": f"s {n}", "label": n % 2}
                for n in range(3)
            ],
        ),
        items=1,
        left_out=2,
    ),
    "yahoo-answers": Form(
        {},
        lambda data: write_parquet(
            data / "yahoo-answers/title-answer-pair/train-00000-of-00002.parquet", [{"title": "why", "answer": "so"}]
        ),
        items=1,
    ),
    "duorc": Form(
        {"tokens": 6},
        lambda data: write_parquet(
            data / "duorc/SelfRC/train-00000-of-00001.parquet",
            [{"plot": STORY, "title": "T", "question": "Who was hurt?", "answers": ["nobody"], "no_answer": False}],
        ),
        items=1,
    ),
    "squadshifts": Form(
        {"domains": ["nyt"]}, lambda data: write_json(data / "squadshifts/nyt_v1.0.json", squad(("c", {"1": "q"}))), 1
    ),
}


def test_a_passage_of_a_long_text_is_the_one_with_the_answer(tmp_path: Path) -> None:
    (item,), _ = written(FORMS["duorc"], "duorc", tmp_path)
    assert item.passages == {"en": "Nobody was hurt."}
    (whole,), _ = written(FORMS["duorc"], "duorc", tmp_path, tokens=0)
    assert whole.passages == {"en": STORY}
    assert whole.group == item.group, "the whole text is the group, however it is cut"


def test_sentences_that_do_not_answer_are_hard_negatives(tmp_path: Path) -> None:
    (item,), reading = written(FORMS["wikiqa"], "wikiqa", tmp_path)
    assert (item.passages, item.negatives) == ({"en": "s 1"}, ({"en": "s 0"},))
    assert reading.left_out == {"marked as no answer": 2}
    (first, _), _ = written(FORMS["mr-tydi"], "mr-tydi", tmp_path)
    assert first.passages == {"sw": "T text 0 of 1"}
    assert first.negatives == ({"sw": "T text 1 of 1"}, {"sw": "T text 2 of 1"})
    (entity,), _ = written(FORMS["entity-questions"], "entity-questions", tmp_path)
    assert (entity.passages, entity.negatives) == ({"en": "X in Y"}, ({"en": "Z nothing"},))
