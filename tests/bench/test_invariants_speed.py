"""Invariants that stand on many elements, one at a time: `sh scripts/test tests/bench --benchmark-enable`."""

from typing import Any

import pytest

from fhir_case.fhirpath import Alone, compile  # noqa: A004

INVARIANTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "obs-6": ("Observation", "dataAbsentReason.empty() or value.empty()",
        {"resourceType": "Observation", "valueQuantity": {"value": 1}}),
    "per-1": ("Period", "start.hasValue().not() or end.hasValue().not() or (start <= end)",
        {"start": "2012-01-01", "end": "2013-01-01"}),
    "qty-3": ("Quantity", "code.empty() or system.exists()", {"value": 1, "code": "mg", "system": "x"}),
    "cpt-2": ("ContactPoint", "value.empty() or system.exists()", {"system": "phone", "value": "1"}),
    "tim-9": ("Timing.repeat", "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
        {"offset": 30, "when": ["AC"]}),
    "bdl-5": ("Bundle.entry", "resource.exists() or request.exists() or response.exists()",
        {"resource": {"resourceType": "Patient"}}),
    "con-5": ("Condition", "verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-"
        "status' and code='entered-in-error').empty() or clinicalStatus.empty()", {"resourceType": "Condition",
        "verificationStatus": {"coding": [{"system": "a", "code": "confirmed"}]}, "clinicalStatus": {"text": "x"}}),
}  # fmt: skip


@pytest.mark.parametrize("key", INVARIANTS)
@pytest.mark.parametrize("way", ["check", "general"])
def test_an_invariant_is_checked(benchmark: Any, key: str, way: str) -> None:
    of, expression, value = INVARIANTS[key]
    check = getattr(compile(expression, of), way)
    assert benchmark(check, value, Alone(value)) is True
