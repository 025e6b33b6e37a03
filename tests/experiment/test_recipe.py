"""Claims about recipes: what is accepted, and that every fault is found at its line."""

from pathlib import Path

import pytest

from polybatch.data.sources.lines import LinesSource
from polybatch.errors import DataError, RecipeError
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.recipe import load_recipe
from polybatch.progress import Silent

GOOD = """\
name = "good"
languages = ["en", "sw"]
test = ["newswire"]

[[train]]
source = "newswire"

[[train]]
source = "lines"
name = "mine"
files = { en = ["mine.en"], sw = ["mine.sw"] }

[training]
steps = 10

[batches]
alpha = 0.25
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    path = write(folder, text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_a_recipe_is_read_with_its_defaults_and_its_text(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, GOOD))
    assert recipe.systems == ["bm25", "untuned", "en-en", "x-x-mono", "x-y", "hybrid"]
    assert recipe.batches.alpha == 0.25
    assert recipe.training.steps == 10
    assert isinstance(recipe.train[1], LinesSource)
    assert recipe.text == GOOD


def test_splits_of_one_set_may_be_selected_by_and_tested_on(tmp_path: Path) -> None:
    text = GOOD.replace('["newswire"]', '["ciral-test-a"]')
    recipe = load_recipe(write(tmp_path, text + '[selection]\ndevelopment = "ciral-dev"\n'))
    assert recipe.selection is not None
    assert recipe.selection.development == "ciral-dev"


def test_a_collection_may_have_languages_of_its_own(tmp_path: Path) -> None:
    text = GOOD.replace('["newswire"]', "['xquad-r', 'mlqa-r']\nlanguages_of = { mlqa-r = ['en', 'de'] }")
    wanted = load_recipe(write(tmp_path, text)).test_languages()
    assert wanted == {"languages": ["en", "sw"], "languages_of": {"mlqa-r": ["en", "de"]}}


@pytest.mark.parametrize("path", sorted(Path("recipes").glob("*.toml")), ids=lambda path: path.name)
def test_every_recipe_of_the_project_is_good(path: Path) -> None:
    assert load_recipe(path).name == path.stem


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("alpha = 0.25", "alpha = 1.25", "17: batches.alpha = 1.25; input should be less than or equal to 1"),
        ("alpha = 0.25", "alpha = -1", "17: batches.alpha = -1"),
        ("alpha = 0.25", 'alpha = "half"', '17: batches.alpha = "half"; known: adaptive'),
        (
            "alpha = 0.25",
            "alfa = 0.25",
            "17: batches.alfa: no such key; did you mean 'alpha'? known: alpha, composition",
        ),
        ("alpha = 0.25", "alpha = { schedule = 'linear', values = [1.0] }", "17: batches.alpha = "),
        ("alpha = 0.25", "alpha = { schedule = 'square', values = [1.0] }", '17: batches.alpha.schedule = "square"'),
        ("alpha = 0.25", "alpha = { values = [1.0, 2.0] }", "17: batches.alpha.schedule: missing"),
        ("alpha = 0.25", "alpha = { steps = 3 }", "17: batches.alpha.steps: no such key; known: schedule, values"),
        ("alpha = 0.25", "weights = { ensw = 2.0 }", "17: batches.weights.ensw"),
        ("alpha = 0.25", "weights = { en-sw = -2.0 }", "17: batches.weights.en-sw = -2.0; input should be greater"),
        ("alpha = 0.25", "negatives = -1", "17: batches.negatives = -1"),
        ("alpha = 0.25", "dataset_temperature = 0.0", "17: batches.dataset_temperature = 0.0; input should be greater"),
        (
            "alpha = 0.25",
            "dataset_temperature = inf",
            "17: batches.dataset_temperature = inf; input should be a finite",
        ),
        ("alpha = 0.25", "language_temperature = 'flat'", '17: batches.language_temperature = "flat"; known: uniform'),
        (
            "alpha = 0.25",
            'composition = "pairs"',
            "17: batches.composition = \"pairs\"; did you mean 'pair'? known: mixed, pair",
        ),
        ("steps = 10", "steps = 0", "14: training.steps = 0; input should be greater than or equal to 1"),
        ("[training]", "[trainer]", "13: trainer: no such key; did you mean 'train'? known: name, title, languages"),
        (
            'source = "lines"',
            'source = "line"',
            "8: train.2: no such source; did you mean 'lines'? known: newswire, documents, lines",
        ),
        ('name = "mine"', 'titel = "mine"', "8: train.2.name: missing"),
        ('name = "mine"', 'name = "newswire"', "10: name 'newswire' twice"),
        ('sw = ["mine.sw"]', "sw = []", "11: files: a language without a file"),
        ('sw = ["mine.sw"]', 'swa = ["mine.sw"]', "11: unknown language 'swa'; write 'sw'"),
        ('["en", "sw"]', '["en", "xx", "en"]', "2: languages: en twice; once each"),
        ('["en", "sw"]', '["en", "xx", "en"]', "2: unknown language 'xx'; known: codes such as en"),
        ('name = "good"', 'name = "../good"', '1: name = "../good"; string should match pattern'),
        (
            'name = "good"',
            'name = "good"\nsystems = ["hybird"]',
            "2: systems.1 = \"hybird\"; did you mean 'hybrid'? known: bm25, untuned",
        ),
        ('name = "good"', 'name = "good"\ntext = "x"', "2: text: no such key"),
        ("steps = 10", "steps = ", "14: not TOML"),
        ("[batches]", "[selection]\n[batches]", "16: selection: nothing to select by; [[validation]] tables"),
        (
            "[batches]",
            "[selection]\ndevelopment = 'newswire'\n[batches]",
            "17: development: newswire is a test collection, or has the texts of one (newswire); what a",
        ),
        (
            "[batches]",
            "[selection]\ndevelopment = 'newswire+paragraph'\n[batches]",
            "17: development: newswire+paragraph is a test collection, or has the texts of one (newswire)",
        ),
        (
            '["newswire"]',
            "['ntrex-news']\n[selection]\ndevelopment = 'ntrex-sentences'",
            "5: development: ntrex-sentences is a test collection, or has the texts of one (ntrex-news)",
        ),
        (
            '["newswire"]',
            "['ntrex-news']\n[selection]\n[[validation]]\nsource = 'ntrex'\nlanguages = ['en']",
            "6: validation: ntrex has the texts of ntrex-news, a test collection; what a model is chosen by cannot",
        ),
        (
            "[batches]",
            "[[validation]]\nsource = 'newswire'\n[selection]\ndevelopment = 'sib-200'\n[batches]",
            "19: selection: two things to select by",
        ),
        (
            '["newswire"]',
            "['xquad-r']\nlanguages_of = { mlqa-r = ['en'] }",
            "4: languages_of: mlqa-r is not tested on; known: xquad-r",
        ),
        (
            '["newswire"]',
            "['xquad-r']\nlanguages_of = { xquad-r = ['eng'] }",
            "4: unknown language 'eng'; write 'en'",
        ),
        (
            "[batches]",
            "[selection]\ndevelopment = 'sib-200'\nmeasure = 'rank_distance'\n[batches]",
            "18: selection.measure: rank_distance is no measure of which more is better",
        ),
        ("[batches]", "[[validation]]\nsource = 'newswire'\n[batches]", "16: validation: rows without a [selection]"),
        (
            "[training]",
            "[encoder]\nkind = 'statik'\n[training]",
            "13: encoder: no such kind of encoder; did you mean 'static'? known: static",
        ),
        (
            "[training]",
            "[encoder]\ndimensions = 3\n[training]",
            "14: encoder.dimensions: no such key; did you mean 'dimension'? known: kind",
        ),
        (
            "[training]",
            "[encoder]\nkind = 'transformer'\npooling = 'mena'\n[training]",
            "15: encoder.pooling = \"mena\"; did you mean 'mean'? known: mean, cls",
        ),
        ("steps = 10", "temperature = 0.05", "14: training.temperature: no such key; known: steps"),
        (
            "[batches]",
            "[loss]\nname = 'infonce'\n[batches]",
            "17: loss.name = \"infonce\"; did you mean 'info-nce'? known: info-nce",
        ),
        ("[batches]", "[tuning]\nmethod = 'lorra'\n[batches]", "17: tuning.method = \"lorra\"; did you mean 'lora'?"),
        (
            "[batches]",
            "[[claims]]\nnames = 3\n[batches]",
            "17: claims.1.names: no such key; did you mean 'name'? known: name, statement",
        ),
        (
            "[batches]",
            "[tuning]\nranks = 3\n[batches]",
            "17: tuning.ranks: no such key; did you mean 'rank'? known: method",
        ),
    ],
)
def test_a_fault_is_named_at_its_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert any(found.startswith(line) for found in faults(tmp_path, GOOD.replace(old, new))), faults(
        tmp_path, GOOD.replace(old, new)
    )


def test_defaults_of_training_are_those_of_the_kind_of_encoder(tmp_path: Path) -> None:
    static = load_recipe(write(tmp_path, GOOD)).training
    assert (static.learning_rate, static.token_dropout) == (0.02, 0.5)
    other = load_recipe(write(tmp_path, GOOD + '\n[encoder]\nkind = "pretrained"\nmodel = "LaBSE"\n')).training
    assert (other.learning_rate, other.token_dropout, other.steps) == (3e-5, 0.0, 10)


@pytest.mark.parametrize(
    ("encoder", "loss", "temperature"),
    [
        ("", "", 0.05),
        ('kind = "transformer"', "", 0.05),
        ('kind = "pretrained"\nmodel = "LaBSE"', "", 0.02),
        ('kind = "pretrained"\nmodel = "intfloat/multilingual-e5-base"', "", 0.01),
        ('kind = "pretrained"\nmodel = "intfloat/multilingual-e5-base"', 'name = "lakda"\nweight = 0.3', 0.01),
        ('kind = "pretrained"\nmodel = "LaBSE"', "temperature = 0.5", 0.5),
    ],
)
def test_a_temperature_that_is_left_out_is_that_of_the_encoders_family(
    tmp_path: Path, encoder: str, loss: str, temperature: float
) -> None:
    recipe = load_recipe(write(tmp_path, f"{GOOD}\n[encoder]\n{encoder}\n[loss]\n{loss}\n"))
    assert recipe.loss.temperature == temperature


def test_a_loss_without_a_temperature_gets_none(tmp_path: Path) -> None:
    tables = '[encoder]\nkind = "pretrained"\nmodel = "LaBSE"\n[loss]\nname = "equation-1"\n'
    assert load_recipe(write(tmp_path, f"{GOOD}\n{tables}")).loss.name == "equation-1"


def test_a_key_that_is_called_like_a_source_is_named_at_its_line(tmp_path: Path) -> None:
    text = GOOD.replace('name = "mine"', 'name = "mine"\ndocuments = "ids"')
    assert faults(tmp_path, text) == ['11: train.2.documents = "ids"; a list has brackets: ["ids"]']
    text = GOOD.replace('name = "mine"', 'name = "mine"\nlines = 3')
    assert [found.partition(";")[0] for found in faults(tmp_path, text)] == ["11: train.2.lines: no such key"]


def test_all_faults_come_in_one_list(tmp_path: Path) -> None:
    text = GOOD.replace("steps = 10", "steps = 0\nspeed = 1").replace("0.25", "7").replace("newswire", "newswires")
    assert [int(fault.split(":")[0]) for fault in faults(tmp_path, text)] == [5, 14, 15, 18]


def test_a_missing_recipe_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere.toml: no such file; recipes are .toml files"):
        load_recipe(tmp_path / "nowhere.toml")


PRETRAINED = GOOD.replace("[training]\n", '[encoder]\nkind = "pretrained"\nmodel = "MODEL"\n\n[training]\n')
UPPER = "[tuning]\ntrain_layers = 2\n\n[batches]"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, 'r.toml:17: train_layers: of an encoder of kind "static"'),
        (PRETRAINED.replace("steps = 10", "token_dropout = 0.1"), "r.toml:21: train_layers: with token_dropout"),
        (PRETRAINED.replace("steps = 10", "compile = true"), "r.toml:21: train_layers: not with training.compile"),
        (PRETRAINED.replace("[batches]", '[tuning]\nmethod = "lora"\n\n[batches]'), "train_layers: only with method"),
    ],
)
def test_layers_that_cannot_be_trained_alone_are_a_fault_at_their_line(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "r.toml"
    if "[tuning]" in text:
        text = text.replace("[tuning]", "[tuning]\ntrain_layers = 2")
    path.write_text(text if "[tuning]" in text else text.replace("[batches]", UPPER), encoding="utf-8")
    with pytest.raises(RecipeError, match=fault):
        load_recipe(path)


@pytest.mark.parametrize("broken", ["layers", "folder", "padding"])
def test_what_a_models_files_cannot_do_is_a_fault_before_any_work(tmp_path: Path, broken: str) -> None:
    model = tmp_path / "model"
    model.mkdir()
    if broken == "layers":
        (model / "config.json").write_text('{"model_type": "bert", "num_hidden_layers": 1}', encoding="utf-8")
    if broken == "padding":
        (model / "config.json").write_text('{"model_type": "bert", "num_hidden_layers": 4}', encoding="utf-8")
        (model / "tokenizer_config.json").write_text('{"bos_token": "<s>", "pad_token": null}', encoding="utf-8")
    path, out = tmp_path / "r.toml", tmp_path / "out"
    text = PRETRAINED.replace("MODEL", str(model)).replace("[batches]", UPPER)
    path.write_text(text, encoding="utf-8")
    fault = {
        "layers": "recipe good, line 21: train_layers: 2 of a model with 1 layers; 1 to 1",
        "padding": "recipe good, line 15: .*its tokenizer has no token to pad with; set pad_token",
        "folder": "recipe good, line 15: .*a folder that holds no model",
    }[broken]
    with pytest.raises(DataError, match=fault):
        load_inputs(load_recipe(path), data=tmp_path, folder=out, command="", progress=Silent())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("alpha = 0.25", 'alpha = "0.25"', '17: batches.alpha = "0.25"; a number has no quotes: 0.25'),
        ("steps = 10", 'steps = "10"', '14: training.steps = "10"; a number has no quotes: 10'),
        ('test = ["newswire"]', 'test = "newswire"', '3: test = "newswire"; a list has brackets: ["newswire"]'),
        ('test = ["newswire"]', 'test = ["newswire"]\nseeds = 3', "4: seeds = 3; a list has brackets: [3]"),
        ('["en", "sw"]', '["en", "swahilli"]', "2: unknown language 'swahilli'; did you mean 'sw' (Swahili)?"),
        ('["en", "sw"]', '["en", "Swahili"]', "2: unknown language 'Swahili'; write 'sw'"),
        ("[training]", "[trainig]", "13: trainig: no such key; did you mean 'training'?"),
        ('name = "good"', 'name = "good"\nfile = "x"', "2: file: no such key"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert any(fault.startswith(told) for fault in faults(tmp_path, GOOD.replace(old, new, 1))), faults(
        tmp_path, GOOD.replace(old, new, 1)
    )
