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
    "eld-2": ("ElementDefinition", "min.empty() or max.empty() or (max = '*') or iif(max != '*', min <= max.toInteger())",
        {"min": 0, "max": "1"}),
    "eld-13": ("ElementDefinition", "type.select(code).isDistinct()", {"type": [{"code": "Quantity"}, {"code": "string"}]}),
    "eld-19": ("ElementDefinition", r"path.matches('[^\\s\\.,:]{1,64}(\\.[^\\s\\.,:]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*')",
        {"path": "Observation.component.value[x]"}),
    "eld-8": ("ElementDefinition", "pattern.empty() or (type.count() <= 1)", {"type": [{"code": "code"}], "min": 0}),
    "csd-1 (100 concepts)": ("CodeSystem", "concept.code.combine($this.descendants().concept.code).isDistinct()",
        {"resourceType": "CodeSystem", "concept": [{"code": str(n), "display": "x"} for n in range(100)]}),
    "sdf-9 (50 elements)": ("StructureDefinition",
        "(snapshot | differential).element.all(path.contains('.').not() implies sliceName.empty())",
        {"resourceType": "StructureDefinition", "snapshot": {"element": [{"path": "A.b", "min": 0}] * 50}}),
}  # fmt: skip


@pytest.mark.parametrize("key", INVARIANTS)
@pytest.mark.parametrize("way", ["check", "general"])
def test_an_invariant_is_checked(benchmark: Any, key: str, way: str) -> None:
    of, expression, value = INVARIANTS[key]
    check = getattr(compile(expression, of), way)
    assert benchmark(check, value, Alone(value)) is True
