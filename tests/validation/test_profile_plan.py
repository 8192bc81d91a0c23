"""The plan of a profile, as people read it."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from fhir_case.definitions import r4
from fhir_case.issues import DefinitionError
from fhir_case.validation.plan import tree

SD = "http://hl7.org/fhir/StructureDefinition/"


def test_the_plan_of_the_blood_pressure_profile_can_be_read(snapshot: SnapshotAssertion) -> None:
    structure = r4().structure(SD + "bp")
    assert structure is not None
    assert "\n".join(tree(structure).lines()) == snapshot


def test_slices_stand_below_the_element_they_slice() -> None:
    structure = r4().structure(SD + "bp")
    assert structure is not None
    component = tree(structure).children["component"]
    assert list(component.slices) == ["SystolicBP", "DiastolicBP"]
    assert component.slices["SystolicBP"].children["code"].min == 1


def test_a_definition_without_a_snapshot_has_no_plan() -> None:
    with pytest.raises(DefinitionError, match="no snapshot"):
        tree({"resourceType": "StructureDefinition", "url": "http://example.org/x"})


def test_an_element_without_a_parent_is_refused() -> None:
    elements = [{"id": "Patient", "path": "Patient"}, {"id": "Patient.name.given", "path": "Patient.name.given"}]
    with pytest.raises(DefinitionError, match="no parent"):
        tree({"url": "http://example.org/x", "snapshot": {"element": elements}})
