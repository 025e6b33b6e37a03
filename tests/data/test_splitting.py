"""Claims about splitting one's own articles into an experiment."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polybatch.data import splitting
from polybatch.data.collections.table import load_collection
from polybatch.data.newswire import newswire_corpus
from polybatch.data.own_recipes import Rows, best_choices, recipe_name
from polybatch.data.splitting import BEST, RECIPE, Split, script_of, split_articles
from polybatch.errors import DataError
from polybatch.experiment.recipe import load_recipe

Archive = Callable[..., dict[str, Path]]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    def write(count: int = 40, *, without: tuple[str, ...] = ()) -> dict[str, Path]:
        for number, item in enumerate(newswire_corpus(stories=count).items):
            for code in ("en", "sw"):
                path = tmp_path / "articles" / code / f"{number:03}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                if f"{code}/{path.name}" not in without:
                    path.write_text(f"{item.queries[code]}\n\n{item.passages[code]}\n", encoding="utf-8")
        return {code: tmp_path / "articles" / code for code in ("en", "sw")}

    return write


def split(folders: dict[str, Path], out: Path, share: float = 0.25) -> Split:
    return split_articles(folders, out, name=out.name, share=share, licence="private")


def test_every_article_is_on_one_side_in_all_its_languages(archive: Archive, tmp_path: Path) -> None:
    found = split(archive(), tmp_path / "mine")
    trained = {code: {path.stem for path in (tmp_path / "mine/train" / code).iterdir()} for code in ("en", "sw")}
    test = load_collection(str(tmp_path / "mine/test"), data=None)
    tested = {query.id for query in test.queries["en"]}
    assert trained["en"] == trained["sw"]
    assert len(tested) == found.rows.tested >= 5
    assert trained["en"] | tested == {f"{number:03}" for number in range(40)}
    assert not trained["en"] & tested
    assert {query.cluster for query in test.queries["sw"]} == tested
    assert all(len({passage[:2] for passage in found}) == 2 for found in test.judgements.values())


def test_what_is_held_out_stays_so_when_articles_are_added(archive: Archive, tmp_path: Path) -> None:
    split(archive(40), tmp_path / "a")
    split(archive(80), tmp_path / "b")
    before, after = (
        {query.id for query in load_collection(str(tmp_path / one / "test"), data=None).queries["en"]} for one in "ab"
    )
    assert before == {article for article in after if int(article) < 40}
    assert len(after) > len(before)


def test_an_article_in_one_language_alone_is_trained_on(archive: Archive, tmp_path: Path) -> None:
    split(archive(40, without=("sw/007.txt",)), tmp_path / "mine")
    assert (tmp_path / "mine/train/en/007.txt").is_file()
    assert not (tmp_path / "mine/train/sw/007.txt").exists()


def test_the_recipe_is_one_that_can_be_run(archive: Archive, tmp_path: Path) -> None:
    found = split(archive(), tmp_path / "mine")
    recipe = load_recipe(tmp_path / "mine" / RECIPE)
    assert recipe.languages == ["en", "sw"]
    assert recipe.training.batch_size <= found.rows.groups
    assert recipe.test == [str(tmp_path / "mine/test")]


def test_every_fault_is_named_and_nothing_is_left(archive: Archive, tmp_path: Path) -> None:
    folders = archive(40)
    with pytest.raises(DataError, match=r"no such file or folder"):
        split({**folders, "ne": tmp_path / "nowhere"}, tmp_path / "mine")
    with pytest.raises(DataError, match="write 'sw'"):
        split({"en": folders["en"], "swa": folders["sw"]}, tmp_path / "mine")
    with pytest.raises(DataError, match="two or more"):
        split({"en": folders["en"]}, tmp_path / "mine")
    for path in list(folders["sw"].iterdir())[9:]:
        path.unlink()
    with pytest.raises(DataError, match="9 articles are there in en, sw"):
        split(folders, tmp_path / "mine")
    for path in folders["sw"].iterdir():
        path.write_bytes(b"\xff\xfe")
    assert not (tmp_path / "mine").exists()


def test_articles_of_a_headline_alone_are_none(archive: Archive, tmp_path: Path) -> None:
    folders = archive(40)
    for path in folders["sw"].iterdir():
        path.write_text("a headline alone\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"0 articles are there in en, sw; 10 or more"):
        split(folders, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_names_and_terms_of_any_letters_make_recipes_that_can_be_read(archive: Archive, tmp_path: Path) -> None:
    out, licence = tmp_path / 'my "own"\\n', 'CC BY "4.0"\tor so'
    split_articles(archive(), out, name=recipe_name(out.name), share=0.25, licence=licence)
    for file in (RECIPE, BEST):
        recipe = load_recipe(out / file)
        assert recipe.name in ("my-own-n", "my-own-n-best")
        assert recipe.train[0].licence == licence
        assert recipe.test == [str(out / "test")]


@pytest.mark.parametrize(
    ("folder", "name"), [("my news", "my-news"), ("समाचार", "articles"), ("..v2_", "v2"), ("a.b-c_d", "a.b-c_d")]
)
def test_a_folder_of_any_name_gives_a_recipe_a_name(folder: str, name: str) -> None:
    assert recipe_name(folder) == name


def test_few_articles_leave_most_of_the_share_however_their_hashes_fall(archive: Archive, tmp_path: Path) -> None:
    folders = archive(62)
    kept = sorted((path.stem for path in folders["sw"].iterdir()), key=splitting._draw)[12:]  # the lowest are gone
    for path in folders["sw"].iterdir():
        if path.stem not in kept:
            path.unlink()
    assert split(folders, tmp_path / "mine", share=0.2).rows.tested == 8, "three quarters of a fifth of 50"


def test_an_article_to_train_on_that_cannot_be_read_is_left_out_by_its_own_name(
    archive: Archive, tmp_path: Path
) -> None:
    folders = archive()
    trained = max(folders["sw"].iterdir(), key=lambda path: splitting._draw(path.stem))
    trained.write_bytes(b"Mafuriko\n\xe9\n")
    found = split(folders, tmp_path / "mine")
    assert f"sw: left out: {trained}:2: byte 0xe9 is not UTF-8; save it as UTF-8" in found.told


def test_a_web_page_is_not_judged_by(archive: Archive, tmp_path: Path) -> None:
    folders = archive()
    held_out = min(folders["sw"].iterdir(), key=lambda path: splitting._draw(path.stem))
    held_out.write_bytes(b"<!DOCTYPE html>\n<p>404\n")
    assert any(f"{held_out.name}: HTML instead of data" in line for line in split(folders, tmp_path / "mine").told)
    assert held_out.stem not in load_collection(str(tmp_path / "mine/test"), data=None).judgements


def rows(**changes: Any) -> Rows:
    there: dict[str, Any] = {"rows": 20_000, "groups": 2000, "trained": 2000, "tested": 500, "parallel": 20_000}
    there |= {"words": 90_000, "length": 60.0, "scripts": {"en": "Latin", "sw": "Latin"}}
    return Rows(**there | changes)


def chosen(**changes: Any) -> dict[str, tuple[str, str]]:
    return {f"{one.table}.{one.key}": (one.value, one.why) for one in best_choices(rows(**changes))}


def test_the_best_recipe_is_sized_by_what_there_is_and_says_why() -> None:
    assert chosen()["training.batch_size"][0] == "1000"
    assert chosen()["training.steps"] == ("1200", "each row some 60 times, 2,000 steps at most")
    assert chosen(rows=40_000)["training.steps"][0] == "2000"
    few = chosen(rows=40, groups=16)
    assert few["training.batch_size"][0] == "12"
    assert few["training.steps"][0] == "200"
    long = chosen(length=200.0)
    assert long["training.steps"][0] == "1000"
    assert "ten minutes on two cores: a row has 200 words" in long["training.steps"][1]
    assert chosen(rows=10, groups=10, parallel=10)["training.steps"] == ("100", "100 at least")
    assert "the Latin script" in chosen()["encoder.ngrams"][1]
    across = chosen(scripts={"en": "Latin", "th": "Thai"})["encoder.ngrams"][1]
    assert "Latin and Thai scripts: they match names across scripts" in across


def test_a_script_is_that_of_most_letters() -> None:
    texts = {"Latin": "Rais wa Kenya 2026", "Devanagari": "नेपालका राष्ट्रपति ABC", "Thai": "ประเทศไทย", "CJK": "中国"}
    assert {name: script_of(Counter(text)) for name, text in texts.items()} == {name: name for name in texts}
    assert script_of(Counter("12 34!")) == "unknown"
