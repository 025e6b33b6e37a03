"""`polybatch words`: how well a model finds translations of words, beside pairs of words that are none."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.progress import make_progress


def words(
    model: Annotated[str, typer.Argument(help="A sentence-transformers folder or hub name.", show_default=False)],
    lexicon: Annotated[
        Path,
        typer.Argument(
            help="Tab-separated: two languages, such as en and sw, then a word and its translation per line.",
            show_default=False,
        ),
    ],
    batch_size: Annotated[int, typer.Option(help="Words encoded at once.", min=1)] = 64,
) -> None:
    """Evaluate word translation: look up every word of a lexicon among the words of its other language, both ways.

    Prints a table. accuracy is the share of words whose nearest neighbour is a translation; by chance is the share
    that guessing would reach. cosine is the mean over translations. It means something only if it is above the mean of
    random pairs, which are not translations; the table shows that mean and its deviation. Evaluate retrieval as well
    (`polybatch evaluate`).

    Example: polybatch words models/hybrid lexicon.en-sw.tsv
    """
    from polybatch.encoders.loading import load_encoder
    from polybatch.training.tuning.words import both_ways, read_lexicon, to_text

    pairs = read_lexicon(lexicon)
    typer.echo(to_text(both_ways(load_encoder(model, batch_size=batch_size), pairs, progress=make_progress())))
