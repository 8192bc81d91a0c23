"""Law 6: on a server with nothing else about the patient, what was pushed comes home equal; law 5: once is enough."""

from __future__ import annotations

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from servers import ROOT

from fhir_case import Case, FHIRClient
from fhir_case.json import number
from tests.generated import cases
from tests.same import assert_same

CASES = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))


def _there_and_back(base: str, case: Case) -> Case:
    with FHIRClient(base) as server:
        first = server.push(case)
        again = server.push(case)
        assert not again.created
        assert not again.updated
        assert {one.reference for one in again.entries} == {one.reference for one in first.entries}
        home = server.pull(first.patient)
    assert home.origin is not None
    return home


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_case_comes_home_from_hapi(hapi: str, path: Path) -> None:
    case = Case.load(path)
    assert_same(_there_and_back(hapi, case).dumps(), case.dumps())


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(cases())
def test_generated_cases_come_home_from_hapi(hapi: str, case: Case) -> None:
    namespace = {"source": case.source.model_copy(update={"namespace": None})} if case.source else {}
    case = case.model_copy(update={"id": f"case-{uuid.uuid4()}", **namespace})
    assert_same(_there_and_back(hapi, case).dumps(), case.dumps())


def test_the_first_case_comes_home_from_medplum(medplum: str) -> None:
    """It has no number with digits that Medplum's server would drop."""
    case = Case.load(ROOT / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml")
    assert_same(_there_and_back(medplum, case).dumps(), case.dumps())


def test_from_medplum_other_cases_come_home_but_for_the_zeros_that_it_drops(medplum: str) -> None:
    """It keeps numbers as JavaScript does: `7.20` is `7.2` there, which is another precision (scripts/medplum)."""
    for path in CASES:
        case = Case.load(path)
        with FHIRClient(medplum) as server:
            home = server.pull(server.push(case).patient)
        for kind in ("diagnoses", "findings", "labs", "medications", "outcomes", "procedures", "allergies", "family"):
            ours, theirs = (one.model_copy(update={"bundle": None}).plain().get(kind, {}) for one in (case, home))
            assert_same(_as_javascript(theirs), _as_javascript(ours))


def _as_javascript(value: Any) -> Any:
    """Every number in a text as JavaScript would write it."""
    if isinstance(value, dict):
        return {key: _as_javascript(held) for key, held in value.items() if key != "quotes"}
    if isinstance(value, list):
        return [_as_javascript(one) for one in value]
    return " ".join(_shortest(word) for word in value.split(" ")) if isinstance(value, str) else value


def _shortest(word: str) -> str:
    try:
        return format(number(word).normalize(), "f") if isinstance(number(word), Decimal) else word
    except ValueError:
        return word
