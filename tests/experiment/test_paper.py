"""Claims about the paper's recipes: they can be planned with their data, and tell what is known without."""

from pathlib import Path

import pytest

from polybatch.errors import DataError
from polybatch.experiment.estimate import dry_run_text
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.experiment.unread import plan_without_data
from polybatch.progress import Silent
from tests.data.collections.writing import write_lines
from tests.data.published import test_judged, test_lareqa
from tests.data.published.forms import FORMS
from tests.data.sources.forms import squad, write_json

RECIPES = [Path("recipes/paper-xlmr.toml"), Path("recipes/paper-labse.toml")]
MMARCO = ("arabic", "german", "english", "spanish", "hindi", "russian", "chinese")
TRIPLES = 120  # more than a batch


def write_all(data: Path, recipe: Recipe) -> None:
    """Every set that the recipe names, in upstream's form and in little."""
    for source in recipe.train:
        if source.source not in ("mmarco", "mr-tydi"):
            FORMS[source.source].write(data)
    FORMS["mr-tydi"].write(data)
    (data / "mr-tydi/mrtydi-v1.1-swahili").rename(data / "mr-tydi/mrtydi-v1.1-english")
    folder = data / "mmarco/data"
    for name in MMARCO:
        lines = [f"{number}\t{name} text number {number}" for number in range(TRIPLES)]
        write_lines(folder / f"google/collections/{name}_collection.tsv", *lines)
        write_lines(folder / f"google/queries/train/{name}_queries.train.tsv", *lines)
    triples = (f"{number}\t{number}\t{(number + 1) % TRIPLES}" for number in range(TRIPLES))
    write_lines(folder / "triples.train.ids.small.tsv", *triples)
    for number, domain in enumerate(("new_wiki", "nyt", "reddit", "amazon_reviews")):
        write_json(
            data / f"squadshifts/{domain}_v1.0.json",
            squad((f"about {domain}", {str(number): f"{domain}?"}), title=domain),
        )
    for name in ("xquad-r", "mlqa-r"):
        (data / "lareqa" / name).mkdir(parents=True)
        for code in recipe.languages_of.get(name, recipe.languages):
            paragraph = test_lareqa.paragraph("One. Two.", [[0, 4], [5, 9]], ("q1", 3), ("q2", 5))
            test_lareqa.write(data / "lareqa" / name, code, paragraph)
    for code in recipe.languages_of["miracl"]:
        test_judged.write_miracl(data, code, files=2)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_papers_recipe_can_be_planned_with_all_of_its_data(path: Path, tmp_path: Path) -> None:
    recipe = load_recipe(path)
    write_all(tmp_path / "data", recipe)
    shorter = recipe.training.model_copy(update={"steps": 50})  # every batch is planned and counted
    recipe = recipe.model_copy(update={"training": shorter})
    told = dry_run_text(recipe, data=tmp_path / "data", folder=tmp_path / "out", table=None, progress=Silent())
    assert "| mmarco | Apache-2.0; MS MARCO is for research that is not commercial | 120 | 120 | 120 | 120 |" in told
    assert all(f"| {source.name} | {source.licence} |" in told for source in recipe.train)
    assert "5 systems x 3 seeds; each 50 steps of 100 rows = 5,000 rows" in told
    assert "Test: xquad-r, 22 queries, 22 passages in 11 languages." in told
    assert "Test: mlqa-r, 14 queries, 14 passages in 7 languages." in told
    assert "Test: miracl, 16 queries, 32 passages in 16 languages." in told
    assert "Validation: 4 rows of squadshifts" in told
    assert "| ru-zh |" in told
    assert "x 10^15 operations" in told


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_papers_recipe_holds_what_the_paper_states(path: Path) -> None:
    recipe = load_recipe(path)
    training, encoder = recipe.training, recipe.encoder
    assert training.steps * training.batch_size == 5_000_000
    assert (training.learning_rate, training.weight_decay, training.batch_size) == (3e-5, 0.01, 100)
    assert (encoder.query_prefix, encoder.passage_prefix) == ("Query: ", "Passage: ")  # type: ignore[union-attr]
    assert recipe.batches.alpha == 0.5
    assert recipe.selection is not None
    assert recipe.selection.languages == ["en"]
    assert [source.source for source in recipe.validation] == ["squadshifts"]
    assert recipe.test == ["xquad-r", "mlqa-r", "miracl"]
    assert {"en-en", "x-x", "x-x-mono", "x-y", "hybrid"} < set(recipe.systems)


def test_without_the_data_it_is_told_what_upstream_says_of_it(tmp_path: Path) -> None:
    recipe = load_recipe(RECIPES[0])
    told = plan_without_data(recipe)
    assert "| ar de en es hi ru zh | 39,780,811 triples, 8.8 million passages |" in told
    assert "Test: mlqa-r (MLQA-R: question to sentence, 7 languages), in ar de en es hi vi zh." in told
    assert "276,936,192 weights" in told
    assert "at some 320 tokens a row" in told
    with pytest.raises(DataError, match="mmarco"):
        dry_run_text(recipe, data=None, folder=tmp_path, table=None, progress=Silent())
