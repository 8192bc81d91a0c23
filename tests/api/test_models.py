"""Resources as models of `fhir.resources`."""

from __future__ import annotations

import pytest

from fhir_case import CaseError, as_model

RELATIVE = {"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]}


def test_an_extension_whose_value_has_only_extensions_is_parsed() -> None:
    """Valid FHIR (https://hl7.org/fhir/R4/json.html#primitive) that the model of Extension has no field for."""
    model = as_model(
        {
            "resourceType": "Basic", "code": {"text": "x"},
            "extension": [{"url": "http://example.org/when", "_valueDateTime": RELATIVE}],
        }
    )  # fmt: skip
    assert model.extension[0].url == "http://example.org/when"


def test_the_twins_of_other_elements_stay() -> None:
    model = as_model(
        {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "_effectiveDateTime": RELATIVE}
    )
    assert model.effectiveDateTime__ext.extension[0].valueCode == "unknown"


def test_what_does_not_fit_is_named_without_the_value() -> None:
    with pytest.raises(CaseError) as caught:
        as_model({"resourceType": "Patient", "birthDate": "a secret", "colour": "red"})
    assert {issue.path for issue in caught.value.issues} == {"Patient.birthDate", "Patient.colour"}
    assert "secret" not in str(caught.value)
