"""Claims about sources that are streamed from the hub: the same items as from a copy."""

from pathlib import Path

import pytest

from polybatch.data.sources import hub
from tests.data.published.forms import FORMS
from tests.data.sources.forms import make, read, written


@pytest.mark.parametrize("name", ["newsqa", "mfaq", "mr-tydi", "wikiqa"])
def test_a_set_of_the_hub_streams_to_the_same_items(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied, reading = written(FORMS[name], name, tmp_path)
    # the folder of the copy stands for the repository: it is laid out as that is
    source = make(name, **FORMS[name].keys, stream=True)
    monkeypatch.setattr(hub, "HUB", str(tmp_path / (source.about.folder or "")))
    streamed, found = read(source, tmp_path / "no data folder")
    assert streamed == copied
    assert (found.read, found.left_out.total(), found.faults) == (reading.read, reading.left_out.total(), [])
    assert source.folders() == {}, "no data folder is asked for"


def test_a_stream_without_a_network_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    items, reading = read(make("newsqa", stream=True), tmp_path)
    assert items == []
    assert "hf://datasets/lucadiliello/newsqa@main/data/train-*.parquet: cannot be streamed after row 0" in str(
        reading.faults[0]
    )
    assert "polybatch data fetch" in reading.faults[0].works
