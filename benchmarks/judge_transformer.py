"""End to end with a transformer on a CPU: the judge beside MTEB without a cache, on the pools of XQuAD-R.

    python benchmarks/judge_transformer.py DATA [--languages ar,de,el,en,es,hi]

The transformer has random weights and is small (1 layer of 64, 64 tokens): what is compared is how often texts are
encoded. Both judge the same model in all three settings with batches of 64. Prints a Markdown table: texts that passed
through the model, seconds, and how far the figures lie apart.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mteb_pools import pools_of, run, task_of
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from polybatch.data.collections.table import load_collection
from polybatch.encoders.loading import SentenceEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.judging.judge import judge_collection
from polybatch.measures.measures import measure
from polybatch.provenance import machine, versions
from polybatch.records import Collection

BATCH, WIDTH, TOKENS = 64, 64, 64


def transformer(collection: Collection, folder: Path) -> SentenceTransformer:
    import torch

    torch.manual_seed(0)
    texts = [query.text for found in collection.queries.values() for query in found]
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=train_tokenizer(texts, vocabulary=8000), unk_token="<unk>", pad_token="<unk>"
    )
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=4 * WIDTH,
    )
    BertModel(config).save_pretrained(folder)
    model = SentenceTransformer(modules=[Transformer(str(folder)), Pooling(WIDTH)], device="cpu")
    model.max_seq_length = TOKENS
    return model


def counted(model: SentenceTransformer, work: Callable[[], Any]) -> tuple[int, float, Any]:
    """Texts that passed through the model, seconds, and what the work gave."""
    texts = 0

    def count(module: Any, given: tuple[Any, ...]) -> None:
        nonlocal texts
        texts += len(given[0]["input_ids"])

    hook = model.register_forward_pre_hook(count)
    clock = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - clock
    hook.remove()
    return texts, seconds, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--languages", default="ar,de,el,en,es,hi")
    chosen = parser.parse_args()
    collection = load_collection("xquad-r", data=chosen.data, languages=chosen.languages.split(","))
    with tempfile.TemporaryDirectory() as folder:
        model = transformer(collection, Path(folder))
    encoder = SentenceEncoder(model, batch_size=BATCH)

    def ours() -> dict[tuple[str, ...], float]:
        rows = measure(judge_collection(encoder, collection, system="x").ranks, ["nDCG@10"])
        return {(row.setting, row.query_language, row.passage_language): row.value for row in rows}

    pools = pools_of(collection)
    task = task_of(collection, pools, lambda code, one: one.text)
    task.load_data()
    model.encode(["warm"])
    few, fast, values = counted(model, ours)
    many, slow, result = counted(model, lambda: run(model, task, BATCH))
    theirs = {row["hf_subset"]: row["ndcg_at_10"] for row in result.scores["test"]}
    apart = max(abs(theirs[pool.name] - values[pool.setting, pool.asked, pool.target or "all"]) for pool in pools)
    print(f"XQuAD-R, {chosen.languages}: {len(pools)} pools, 1 layer of {WIDTH}, batches of {BATCH}")
    print("| way | texts encoded | seconds |\n|---|--:|--:|")
    print(f"| polybatch | {few:,} | {fast:.1f} |")
    print(f"| MTEB without a cache | {many:,} | {slow:.1f} |")
    print(f"| MTEB over polybatch | {many / few:.1f} | {slow / fast:.1f} |")
    print(f"\nLargest difference of nDCG@10: {apart:.1e}. {machine()} {versions()}")


if __name__ == "__main__":
    main()
