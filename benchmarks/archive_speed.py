"""How fast archives are read and indexed as newsrooms export them: JSONL, CSV with HTML, WordPress' export.

    python benchmarks/archive_speed.py [ARTICLES] [FOLDER]

One set of made articles of some 300 words, written three times: plain texts in JSONL, markup in CSV and in WXR. Reading
is one look at the archive; indexing is `build_index` with a static encoder of random vectors, which is the least that a
model can take, so that reading weighs most. The formats take turns, three rounds of reading and one of indexing in a
process each; rates are the best of the rounds, memory is the most that a process held.
"""

import csv
import json
import os
import random
import shutil
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from xml.sax.saxutils import escape

WORDS = [
    "the",
    "people",
    "of",
    "city",
    "said",
    "on",
    "monday",
    "that",
    "rain",
    "had",
    "come",
    "late",
    "and",
    "harvest",
    "was",
    "good",
    "this",
    "year",
    "while",
    "boats",
    "wait",
]
ROUNDS = 3
FORMATS = ("articles.jsonl", "articles.csv", "articles.xml")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Made</title><language>en</language>\n'
)


def write(folder: Path, articles: int) -> None:
    """The same articles in each format."""
    draw = random.Random(1)
    sentences = [" ".join(draw.choices(WORDS, k=15)).capitalize() + "." for _ in range(5_000)]
    with (
        (folder / FORMATS[0]).open("w") as lines,
        (folder / FORMATS[1]).open("w", newline="") as table,
        (folder / FORMATS[2]).open("w") as export,
    ):
        rows = csv.writer(table)
        rows.writerow(["id", "title", "body", "language", "published"])
        export.write(HEAD)
        for number in range(articles):
            title, day = f"{draw.choice(sentences)[:40]} {number}", f"2024-05-{number % 28 + 1:02}"
            paragraphs = [" ".join(draw.choices(sentences, k=5)) for _ in range(4)]
            markup = "".join(f'<p class="text">{one} <a href="/a">More &amp; more</a></p>\n' for one in paragraphs)
            plain = "\n".join(f"{one} More & more" for one in paragraphs)
            lines.write(json.dumps({"id": number, "title": title, "text": plain, "language": "en", "date": day}) + "\n")
            rows.writerow([number, title, markup, "en", f"{number % 28 + 1:02}/05/2024"])
            export.write(
                f"<item><title>{escape(title)}</title><link>http://n/{number}</link><guid>http://n/?p={number}</guid>"
                f"<content:encoded><![CDATA[{markup}]]></content:encoded><wp:post_date>{day} 06:00:00</wp:post_date>"
                f"<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n"
            )
        export.write("</channel></rss>\n")


def read(path: Path) -> None:
    from polybatch.data.archives.archive import Archive
    from polybatch.data.archives.left_out import LeftOut

    Archive([path]).look(LeftOut())


def index(path: Path, model: Path, out: Path) -> None:
    from polybatch.progress import Silent
    from polybatch.search.building import Changes, build_index

    build_index(str(model), Changes([path]), out, progress=Silent())


def save_model(folder: Path) -> None:
    from polybatch.encoders.static import static_encoder, train_tokenizer

    tokenizer = train_tokenizer([" ".join(WORDS)], vocabulary=100)
    static_encoder(tokenizer, dimension=128, deviation=0.1, seed=1).save(str(folder))


def measured(*words: str) -> tuple[float, float]:
    """Seconds, without imports, and the most memory in MB of a process that does it."""
    reader, writer = os.pipe()
    if (process := os.fork()) == 0:
        what, *paths = words
        if what == "index":
            import_module("lancedb")
        import_module("polybatch.search.building")
        start = time.perf_counter()
        if what == "read":
            read(Path(paths[0]))
        else:
            index(*map(Path, paths))
        os.write(writer, f"{time.perf_counter() - start}".encode())
        os._exit(0)
    os.close(writer)
    _, status, used = os.wait4(process, 0)
    seconds = os.read(reader, 64).decode()
    os.close(reader)
    if status or not seconds:
        raise SystemExit(f"{' '.join(words)}: status {status}")
    return float(seconds), used.ru_maxrss / 1024


def main(articles: int, folder: Path) -> None:
    write(folder, articles)
    save_model(folder / "model")
    reading = {name: [measured("read", str(folder / name)) for _ in range(ROUNDS)] for name in FORMATS}
    first = 0.0
    for name in FORMATS:
        seconds = min(one for one, _ in reading[name])
        took, memory = measured("index", str(folder / name), str(folder / "model"), str(folder / f"{name}.index"))
        first = first or took
        size = (folder / name).stat().st_size / 1e6
        print(
            f"{name:15} {size:6.0f} MB  read {articles / seconds:8,.0f} articles/s  indexed {articles / took:7,.0f}"
            f" articles/s, {first / took:.2f} of JSONL's  {memory:5,.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    where = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    where.mkdir(parents=True, exist_ok=True)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, where)
    shutil.rmtree(where)
