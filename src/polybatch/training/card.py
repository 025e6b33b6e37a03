"""The model card, README.md in a model's folder: what it was trained on and how, what it scores, what it is not."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from polybatch.correction.table import CORRECTIONS
from polybatch.sampling.strategies import STRATEGIES

CARD = "README.md"
WITHOUT_LANGUAGE = "lsar"
"""The correction that need not know the language of a text, and so any program loads."""
SHOWN_DIRECTIONS = 30


class Score(NamedTuple):
    """A macro mean with its 95 % interval, which is None where it cannot be told."""

    collection: str
    setting: str
    measure: str
    value: float
    interval: tuple[float, float] | None
    queries: int
    clusters: int


def model_card(record: Mapping[str, Any], scores: Sequence[Score] = ()) -> str:
    """The card of a model out of the record beside it, as Markdown with the head that the hub reads."""
    recipe = record["recipe"]
    name = f"{recipe['name']}, {record['strategy']}, seed {record['seed']}"
    languages = sorted({code for one in record["datasets"] for code in one["languages"]})
    parts = [
        "---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\nlanguage:",
        *(f"- {code}" for code in languages),
        "tags:\n- sentence-transformers\n- feature-extraction\n- polybatch\n---",
        f"\n# {name}\n\nA dense retriever, trained by polybatch. `{_loads(record)}` loads it; encode",
        "queries with `encode_query` and passages with `encode_document`, which put its prefixes before them.",
        *_strategy(record),
        *_data(record),
        *_results(scores),
        *_limits(record, languages),
    ]
    return "\n".join(parts) + "\n"


def score_model(folder: Path, measures: Sequence[str] = ("mAP",)) -> list[Score]:
    """Macro means out of the stored ranks of a judged model, with 95 % t intervals over whole clusters.

    Without an interval where a collection has a single cluster.
    """
    import numpy as np

    from polybatch.errors import ResultsError
    from polybatch.measures.measures import per_query
    from polybatch.results.store import MEAN, Store
    from polybatch.statistics.clusters import by_cluster
    from polybatch.statistics.crossed import crossed
    from polybatch.statistics.holm import LEVEL

    store = Store(folder)
    try:
        judged = {one.quantity: one for one in by_cluster(per_query(store.ranks, measures))}
    except ResultsError:
        judged = {}
    found = []
    for result in store.results:
        if result.query_language != MEAN or result.measure not in measures:
            continue
        interval, clusters = None, 0
        for quantity, one in judged.items():
            same = (quantity.collection, quantity.setting, quantity.measure)
            if same == (result.collection, result.setting, result.measure):
                (scores,) = one.systems.values()
                interval = crossed(scores.values, np.zeros_like(scores.values), paired=False).interval(LEVEL)
                clusters = one.clusters
        place = (result.collection, result.setting, result.measure)
        found.append(Score(*place, result.value, interval, result.queries, clusters))
    return found


def _loads(record: Mapping[str, Any]) -> str:
    """How sentence-transformers loads it: a correction by language is a module of polybatch."""
    by = record["strategy"].partition("+")[2]
    return f"SentenceTransformer(FOLDER{', trust_remote_code=True' if by and by != WITHOUT_LANGUAGE else ''})"


def _strategy(record: Mapping[str, Any]) -> list[str]:
    recipe, mix = record["recipe"], record["mix"]
    strategy, _, by = record["strategy"].partition("+")
    lines = ["\n## Training\n"]
    corrected = [f"- Corrected after it, without training: **{by}** ({CORRECTIONS[by]})"] if by else []
    if not mix:
        return [*lines, "None: this is the encoder before its first step, to compare with.", *corrected]
    about = STRATEGIES[strategy].about
    training, batches, alpha = recipe["training"], recipe["batches"], recipe["batches"]["alpha"]
    shares = ", ".join(f"{name} {count / mix['batches']:.0%}" for name, count in mix["kinds"].items())
    directions = sorted(mix["directions"].items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(f"{name} {count / mix['rows']:.1%}" for name, count in directions[:SHOWN_DIRECTIONS])
    more = f" and {len(directions) - SHOWN_DIRECTIONS} more" if len(directions) > SHOWN_DIRECTIONS else ""
    hardware = record.get("hardware", {})
    lines += [
        f"- Strategy: **{strategy}** ({about}); alpha {alpha}, composition {batches['composition']}",
        f"- {mix['batches']:,} batches of {training['batch_size']} rows; what they held: {shares}",
        f"- Directions, query language to passage language, by share of rows: {shown}{more}",
        f"- Loss: {recipe['loss']['name']}, temperature {recipe['loss']['temperature']}; AdamW,"
        f" learning rate {training['learning_rate']}, weight decay {training['weight_decay']}",
        f"- On: {hardware.get('device', '?')}, {hardware.get('precision', '?')},"
        f" {hardware.get('processes', 1)} process(es)",
    ]
    if selection := record.get("selection"):
        lines.append(f"- Chosen by {selection['by']}: the state after step {selection['step']}")
    return [*lines, *corrected]


def _data(record: Mapping[str, Any]) -> list[str]:
    lines = ["\n## Training data\n", "| dataset | licence | items | languages |", "|---|---|--:|---|"]
    for one in record["datasets"]:
        lines.append(f"| {one['name']} | {one['licence']} | {one['items']:,} | {', '.join(one['languages'])} |")
    return [
        *lines,
        "\nThe licences of the data, and of the encoder that training began from, hold for the weights too.",
    ]


def _results(scores: Sequence[Score]) -> list[str]:
    lines = ["\n## Results\n"]
    if not scores:
        return [*lines, "Not evaluated yet: `polybatch evaluate FOLDER --on COLLECTION --out OUT`."]
    lines += ["| collection | setting | measure | mean | 95 % interval | queries |", "|---|---|---|--:|---|--:|"]
    for one in scores:
        interval = f"{one.interval[0]:.3f} to {one.interval[1]:.3f}" if one.interval else "not known"
        place = f"{one.collection} | {one.setting} | {one.measure}"
        lines.append(f"| {place} | {one.value:.3f} | {interval} | {one.queries:,} |")
    return [*lines, "\nMacro means over directions; 95 % t intervals over whole articles, documents or questions."]


def _limits(record: Mapping[str, Any], languages: Sequence[str]) -> list[str]:
    lines = ["\n## Limits\n", f"- Trained on texts in {', '.join(languages)} alone; in others it was at best tested."]
    if record["seed"] is not None:
        lines.append("- One seed of a comparison: do not take its difference from another model for the strategies'.")
    for one in record.get("cut") or ():
        if one["cut"]:
            lines.append(f"- {one['cut']:,} of {one['texts']:,} texts of side `{one['side']}` were cut in training.")
    return [*lines, "- Not tested for bias other than of language, nor for harmful content."]
