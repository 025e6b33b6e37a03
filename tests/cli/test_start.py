"""Claims about starting: help is there at once, because nothing heavy is imported before it is used."""

import subprocess
import sys

import pytest

import polybatch.sampling

HEAVY = (
    *("babel.numbers", "bm25s", "datasets", "huggingface_hub", "jinja2", "lancedb", "matplotlib", "mteb", "numpy"),
    *("pandas", "pyarrow", "pydantic", "scipy", "sentence_transformers", "sentencepiece", "sklearn", "tokenizers"),
    *("torch", "transformers"),
)


@pytest.mark.parametrize(
    "module",
    ["polybatch.cli", "polybatch.data.collections.table", "polybatch.measures.families", "polybatch.sampling"],
)
def test_nothing_heavy_is_imported_with_it(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert found == []


@pytest.mark.parametrize("name", polybatch.sampling.__all__)
def test_every_public_name_of_the_sampler_is_there_when_asked_for(name: str) -> None:
    assert getattr(polybatch.sampling, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'no_such'"):
        polybatch.sampling.no_such  # noqa: B018
