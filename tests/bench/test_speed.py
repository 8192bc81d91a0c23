"""The same work as `scripts/bench.py`, for comparing runs: `sh scripts/test tests/bench --benchmark-enable`.

Not measured unless asked for; each then runs once, as a test that it runs at all.
"""

from pathlib import Path
from typing import Any

import pytest

from fhir_case import Case

SEED = Path(__file__).parents[2] / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml"


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.load(SEED)


def test_the_seed_case_is_loaded(benchmark: Any) -> None:
    assert benchmark(Case.load, SEED).id


def test_the_seed_case_becomes_a_transaction(benchmark: Any, case: Case) -> None:
    assert benchmark(case.to_bundle, "transaction")["type"] == "transaction"


def test_the_seed_case_becomes_a_document(benchmark: Any, case: Case) -> None:
    assert benchmark(case.to_bundle, "document")["type"] == "document"


def test_the_transaction_becomes_the_seed_case(benchmark: Any, case: Case) -> None:
    assert benchmark(Case.from_bundle, case.to_bundle("transaction")) == case
