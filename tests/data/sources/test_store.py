"""Claims about numbered texts that are kept on the disk."""

import tracemalloc
from pathlib import Path

from polybatch.data.sources.source import Reading
from polybatch.data.sources.store import NumberedTexts


def test_numbered_texts_are_looked_up_on_the_disk_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    numbers = [*range(0, 40_000, 2), *range(1, 40_000, 2)]
    path.write_text("".join(f"{number}\ttext {number} {'x' * 200}\n" for number in numbers) + "7\tagain\nbroken\n\n")
    reading = Reading()
    texts = NumberedTexts(path, reading, works="")
    tracemalloc.start()
    found = [texts[number] for number in (0, 1, 2, 39_999, 40_000, 1 << 25)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    texts.close()
    assert [text and text.split()[1] for text in found] == ["0", "1", "2", "39999", None, None]
    assert peak < 1 << 20, "ten megabytes of text are not in memory"
    assert reading.noted == {
        "a number met before: its first text is kept": [f"{path}:40001"],
        "a line that is no number, tab and text": [f"{path}:40002"],
    }
