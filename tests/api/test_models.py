"""Resources as models of `fhir.resources`."""

from __future__ import annotations

import pytest

from fhir_case import CaseError, as_model
from fhir_case.api.models import LeftOut

RELATIVE = {"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]}


def test_an_extension_whose_value_has_only_extensions_is_parsed() -> None:
    """Valid FHIR (https://hl7.org/fhir/R4/json.html#primitive) that the model of Extension has no field for."""
    basic = {
        "resourceType": "Basic", "code": {"text": "x"},
        "extension": [{"url": "http://example.org/when", "_valueDateTime": RELATIVE}],
    }  # fmt: skip
    with pytest.warns(LeftOut) as warned:
        model = as_model(basic)
    assert model.extension[0].url == "http://example.org/when"
    assert [warning.message.paths for warning in warned] == [("Basic.extension[0]._valueDateTime",)]  # type: ignore[union-attr]
    assert str(warned[0].message) == (
        "the models of fhir.resources have no place for Basic.extension[0]._valueDateTime: left out of the model"
    )
    assert warned[0].filename == __file__


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
