"""What is known of a run whose data are not all here: what upstream says of each set, steps, cost. Reads no data."""

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Source
from polybatch.encoders.settings import PretrainedEncoder, TransformerEncoder
from polybatch.experiment.estimate import cost, estimate, trainings
from polybatch.experiment.recipe import Recipe


def plan_without_data(recipe: Recipe) -> str:
    """As Markdown. Sizes are in upstream's words; texts are taken to be as long as the encoder reads them."""
    lines = [
        f"# Plan of {recipe.name}, without its data\n",
        "| dataset | licence | languages | size, as upstream states it |",
        "|---|---|---|---|",
        *map(_row, recipe.train),
        "",
        trainings(recipe),
        *(f"Validation: {one.name}, {one.about.size or 'size not known'}." for one in recipe.validation),
        *(_test(recipe, name) for name in recipe.test),
    ]
    limits = _limits(recipe)
    if limits:
        count = len(recipe.trained) * len(recipe.seeds)
        lines += [f"{one} Texts are shorter, and so is the time." for one in cost(estimate(recipe, *limits), count)]
    return "\n".join(lines)


def _row(source: Source) -> str:
    languages = getattr(source, "languages", None) or source.about.languages
    return f"| {source.name} | {source.licence} | {' '.join(languages)} | {source.about.size or 'not known'} |"


def _test(recipe: Recipe, name: str) -> str:
    languages = recipe.languages_of.get(name, recipe.languages)
    about = COLLECTIONS[name].about if name in COLLECTIONS else "a folder"
    return f"Test: {name} ({about}), in {' '.join(languages)}."


def _limits(recipe: Recipe) -> tuple[float, float] | None:
    """The tokens that are read of a query and of a passage; None for a static encoder, which reads all."""
    encoder = recipe.encoder
    if isinstance(encoder, PretrainedEncoder):
        return encoder.query_tokens, encoder.passage_tokens
    return (encoder.max_tokens, encoder.max_tokens) if isinstance(encoder, TransformerEncoder) else None
