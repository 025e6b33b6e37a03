"""A claim about starting: with a static encoder, indexing, search and the server import no torch."""

import json
import subprocess
import sys
from pathlib import Path

from polybatch.encoders.static import static_encoder, train_tokenizer

PROGRAM = """
import sys
from pathlib import Path
from polybatch.progress import Silent
from polybatch.search.building import Changes, build_index
from polybatch.search.records import SearchRequest
from polybatch.search.server.app import make_app
from polybatch.search.server.running import open_indices
model, articles, out = sys.argv[1:]
build_index(model, Changes([Path(articles)]), Path(out), progress=Silent())
opened = open_indices([out])
make_app(opened)
hits = [hit for one in opened.values() for hit in one.search(SearchRequest("river", method="hybrid"))]
print(len(hits), [one for one in ("torch", "sentence_transformers", "transformers") if one in sys.modules])
"""


def test_a_static_encoder_indexes_searches_and_serves_without_torch(tmp_path: Path) -> None:
    texts = ["The river rose.", "Mto ulipanda sana."]
    model = static_encoder(train_tokenizer(texts * 20, vocabulary=60), dimension=8, deviation=0.1, seed=1)
    model.save(str(tmp_path / "model"), create_model_card=False)
    rows = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts)]
    (tmp_path / "articles.jsonl").write_text("\n".join(rows), encoding="utf-8")
    where = [str(tmp_path / name) for name in ("model", "articles.jsonl", "out")]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *where], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 []"
