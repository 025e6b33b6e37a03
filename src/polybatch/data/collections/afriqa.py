"""AfriQA: questions in African languages, passages of English and French Wikipedia that answer them."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.upstreams import AFRIQA
from polybatch.data.draft import Draft, joined
from polybatch.data.formats.jsonl import json_rows
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection


def load_afriqa(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "afriqa", split: str = "test"
) -> Collection:
    """AfriQA's gold passages (arXiv 2305.06897) from a folder in the upstream layout.

    Read: `data/gold_passages/swa/gold_span_passages.afriqa.swa.en.<split>.json`, a row a question: id, question_lang,
    question_translated, title, context. Queries are the questions of `split`, in the African language and, as a second
    version, in the passages' language as people translated them. The pool of English (French) is every gold passage of
    every language and split that is there, title and text, equal ones once: so a pool does not depend on the languages
    asked for. Questions without a gold passage or a translation are counted in the notes. The article of the gold
    passage (its title) is the cluster, the passage where it has no title.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=AFRIQA.licence, languages=languages)
    draft.notes |= {"query": "question, and its translation", "candidate": "title and gold passage", "split": split}
    draft.notes |= {"cluster": "article"}
    found = _files(folder)
    if not found:
        raise DataError(
            [Fault(str(folder), "no AfriQA here", f"data/gold_passages/swa/ and so on, from {AFRIQA.place}")]
        )
    passages: dict[tuple[str, str], str] = {}
    for path in found:
        asked, answering, part = path.name.split(".")[-4:-1]
        african, pivot = language_code(asked), language_code(answering)
        if african is None or pivot is None:
            draft.faults.append(Fault(str(path), "unknown languages in its name", "gold_span_passages.afriqa.swa.en."))
            continue
        for where, row in json_rows(path, draft.faults, fields=("id", "question_lang")):
            text = joined(row.get("title"), row.get("context"))
            if not joined(row.get("context")):
                draft.count("questions without a gold passage, left out")
                continue
            if (passage := passages.get((pivot, text))) is None:
                passage = passages[pivot, text] = f"{pivot}:{len(passages)}"
                draft.add_passage(pivot, passage, text, where)
            if part == split and draft.wants(african):
                question = f"{african}:{row['id']}"
                article = f"{pivot}:{joined(row.get('title')) or passage}"
                draft.add_query(african, question, row["question_lang"], where, cluster=article)
                if translated := joined(row.get("question_translated")):
                    draft.add_query(pivot, question, translated, where, cluster=article)
                else:
                    draft.count("questions without a translation")
                draft.judge(question, passage, 1, where)
    return draft.finish()


def holds_afriqa(folder: Path) -> bool:
    """Whether a folder looks like AfriQA's upstream layout."""
    return bool(_files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("data/gold_passages/*/gold_span_passages.afriqa.*.*.*.json"))
