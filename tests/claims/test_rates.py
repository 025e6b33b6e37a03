"""Verdicts are right at the promised rate where the truth is planted: few on nothing, nearly all on large effects."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "verdict_rate.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The benchmark, which plants the truth; here with fewer simulations of fewer documents."""
    spec = importlib.util.spec_from_file_location("verdict_rate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verdict_rate"] = module  # where its frozen records look their annotations up
    spec.loader.exec_module(module)
    return module


def shares(
    script: ModuleType, about: str, simulations: int, *, documents: int = 30
) -> tuple[dict[str, dict[str, float]], float]:
    truth = next(one for one in script.TRUTHS if one.about.startswith(about))
    size = {"simulations": simulations, "documents": documents, "seeds": 5, "permutations": 499}
    found, wrong = script.rates(truth, **size)
    return {name: {word: words[word] / simulations for word in script.WORDS} for name, words in found.items()}, wrong


def test_on_nothing_claims_are_decided_no_oftener_than_promised(script: ModuleType) -> None:
    found, wrong = shares(script, "no system is better", 20)
    assert wrong <= 3  # 95 % of draws at a true rate of .05 have no more
    assert found["8-best-multilingual"]["undecided"] >= 0.85
    assert found["10-less-bias"]["supported"] == 0
    assert found["10-less-bias"]["contradicted"] >= 0.75  # surely not by a tenth


def test_luck_of_seeds_as_large_as_that_of_documents_decides_nothing(script: ModuleType) -> None:
    for about in ("no system is better, and seeds differ as much", "no system is better, and seeds differ much"):
        found, wrong = shares(script, about, 20)
        assert wrong <= 3
        assert found["question-en-sw"]["undecided"] >= 0.85


def test_planted_effects_are_found_and_none_is_contradicted(script: ModuleType) -> None:
    found, wrong = shares(script, "hybrid is better by .06", 8, documents=60)
    assert wrong == 0
    assert all(words["supported"] >= 0.75 for words in found.values()), found


def test_a_system_that_is_as_good_keeps_best_from_being_supported(script: ModuleType) -> None:
    found, wrong = shares(script, "X-Y is as good", 10)
    assert wrong <= 2
    assert found["8-best-multilingual"]["supported"] <= 0.1
    assert found["10-less-bias"]["supported"] <= 0.1


def test_planted_losses_contradict(script: ModuleType) -> None:
    found, wrong = shares(script, "hybrid is worse", 6)
    assert wrong == 0
    assert found["8-best-multilingual"]["contradicted"] >= 0.75
