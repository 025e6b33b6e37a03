"""Claims about the description: whatever is made up after it, or against it, is answered as it says, never by 5xx."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from polybatch.search.server.app import make_app
from polybatch.search.server.running import open_indices
from tests.search.server.conftest import TOKEN
from tests.search.server.listening import listening

OPERATIONS = 8
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def address(archive: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over copies, with a token: what is made up is written too."""
    folder = tmp_path_factory.mktemp("written")
    copies = open_indices([Path(copytree(path, folder / name)) for name, path in archive.items()])
    with listening(make_app(copies, token=TOKEN, rate=0)) as address:
        yield address


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_described(address: str, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_url(f"{address}openapi.json")
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == OPERATIONS
    before = httpx.get(f"{address}languages").json()
    strategies = [operation.as_strategy(generation_mode=mode) for operation in operations if _has(operation, mode)]
    statuses = set()

    @settings(max_examples=80, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(strategies))
    def answers(case: schemathesis.Case[Any]) -> None:
        excluded: list[Any] = [positive_data_acceptance]  # that a language must be known is no part of a schema
        if case.method in ("POST", "DELETE") and case.path == "/documents":
            excluded.append(negative_data_rejection)  # the missing token may be all that was wrong, and we add it
        response = case.call_and_validate(headers=HEADERS, excluded_checks=excluded)
        statuses.add(response.status_code)

    answers()
    assert 200 in statuses or mode is GenerationMode.NEGATIVE
    assert statuses & {400, 404, 405, 422}
    assert not {status for status in statuses if status >= 500}
    after = httpx.get(f"{address}languages").json()
    for index, then in zip(after["indices"], before["indices"], strict=True):
        assert index["passages"] >= then["passages"]  # nothing lost


def _has(operation: schemathesis.APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> bool:
    """Whether an operation can be asked wrongly: not where it takes nothing."""
    return mode is GenerationMode.POSITIVE or operation.path in ("/search", "/documents")
