"""Claims about archives of a language each: any format, and which articles are translations of each other."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from polybatch.data.own_articles import read_stories, without_language
from polybatch.data.splitting import split_articles
from polybatch.errors import DataError

Rows = list[dict[str, str]]


def rows(code: str, name: Callable[[int], dict[str, str]]) -> Rows:
    return [{"title": f"{code} {n}", "text": f"The lake of {code} fell by {n} metres."} | name(n) for n in range(12)]


def write_csv(path: Path, table: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def write_jsonl(path: Path, table: Rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in table))
    return path


JOINS: dict[str, Callable[[str, int], dict[str, str]]] = {
    "id": lambda code, n: {"id": str(n)},
    "folder of the address": lambda code, n: {"url": f"https://n.org/{code}/2024/lake-{n}"},
    "host of the address": lambda code, n: {"url": f"https://{code}.n.org/?p={n}&lang={code}"},
    "address named": lambda code, n: {"url": f"https://n.org/{code}-{n}", "hreflang": f"https://n.org/en-{n}"},
    "group of translations": lambda code, n: {"id": f"{code}{n}", "translation_group": f"g{n}"},
}


@pytest.mark.parametrize("join", JOINS)
def test_translations_are_joined_by(join: str, tmp_path: Path) -> None:
    english = write_csv(tmp_path / "en.csv", rows("en", lambda n: JOINS[join]("en", n)))
    swahili = write_jsonl(tmp_path / "sw.jsonl", rows("sw", lambda n: JOINS[join]("sw", n))[3:])
    stories = read_stories({"en": english, "sw": swahili})
    assert sorted(map(len, stories.languages.values())) == [1] * 3 + [2] * 9
    for story, code, _, (headline, text) in stories.articles():
        assert (headline[:2], code in text, story in stories.languages) == (code, True, True)


def test_an_order_file_alone_joins_where_it_is_given(tmp_path: Path) -> None:
    english = write_csv(tmp_path / "en.csv", rows("en", lambda n: {"id": str(n)}))
    swahili = write_jsonl(tmp_path / "sw.jsonl", rows("sw", lambda n: {"id": str(n + 1)}))
    order = tmp_path / "order.tsv"
    order.write_text("\ufeffen\tsw\n" + "".join(f"{n}\t{n + 1}\n" for n in range(12)))
    stories = read_stories({"en": english, "sw": swahili}, order)
    assert all(codes == ["en", "sw"] for codes in stories.languages.values())
    headlines = {story: [] for story in stories.languages}  # type: dict[str, list[str]]
    for story, _, _, lines in stories.articles():
        headlines[story].append(lines[0][3:])
    assert all(one == other for one, other in headlines.values())
    order.write_text("en\tne\n1\t2\n")
    with pytest.raises(DataError, match="no column sw; there are en, ne"):
        read_stories({"en": english, "sw": swahili}, order)


def test_archives_of_any_format_become_an_experiment_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    table = rows("en", lambda n: {"id": str(n)})
    english = write_csv(tmp_path / "en.csv", [*table, {"title": "", "text": "No headline.", "id": "x"}])
    folder = tmp_path / "sw"
    folder.mkdir()
    for row in rows("sw", lambda n: {"id": str(n)}):
        (folder / f"{row['id']}.TXT").write_text(f"{row['title']}\n\n{row['text']}\n")
    split = split_articles({"en": english, "sw": folder}, tmp_path / "mine", name="mine", share=0.3, licence="mine")
    assert split.rows.trained + split.rows.tested == 12
    assert split.told == ["en: left out: 1: no headline"]
    assert len(list((tmp_path / "mine/train/sw").iterdir())) == split.rows.trained


def test_an_address_is_known_without_its_language_alone() -> None:
    assert without_language("https://n.org/en/a?lang=en-US", "en") == without_language(
        "https://n.org/sw/a?lang=sw", "sw"
    )
    assert without_language("https://n.org/en/a", "sw") != without_language("https://n.org/sw/a", "sw")
    assert without_language("https://n.org/entry", "en") == "n.org/entry?"
