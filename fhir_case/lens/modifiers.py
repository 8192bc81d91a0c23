"""The elements that can turn a resource into its opposite: `isModifier` in R4's definitions of the mapped types.

Of data types only those with a mapping of their own are here: `Quantity.comparator` is read by the kinds of value.

A mapping must know each that is present, or leave the resource alone (https://hl7.org/fhir/R4/conformance-rules.html#isModifier).
`tests/lens/test_modifiers.py` compares the table with the definitions.
"""

from __future__ import annotations

from fhir_case.definitions.r4 import r4
from fhir_case.json import Json

MODIFIERS: dict[str, frozenset[str]] = {
    "Address": frozenset({"use"}),
    "AllergyIntolerance": frozenset({"clinicalStatus", "verificationStatus"}),
    "CarePlan": frozenset({"intent", "status"}),
    "CarePlan.activity.detail": frozenset({"doNotPerform", "status"}),
    "CareTeam": frozenset({"status"}),
    "Composition": frozenset({"status"}),
    "Condition": frozenset({"clinicalStatus", "verificationStatus"}),
    "ContactPoint": frozenset({"use"}),
    "Device": frozenset({"status"}),
    "DeviceUseStatement": frozenset({"status"}),
    "DiagnosticReport": frozenset({"status"}),
    "DocumentReference": frozenset({"status"}),
    "Encounter": frozenset({"status"}),
    "FamilyMemberHistory": frozenset({"status"}),
    "Flag": frozenset({"status"}),
    "Goal": frozenset({"lifecycleStatus"}),
    "HumanName": frozenset({"use"}),
    "Identifier": frozenset({"use"}),
    "ImagingStudy": frozenset({"status"}),
    "Immunization": frozenset({"isSubpotent", "status"}),
    "Location": frozenset({"status"}),
    "Medication": frozenset({"status"}),
    "MedicationAdministration": frozenset({"status"}),
    "MedicationRequest": frozenset({"doNotPerform", "intent", "status"}),
    "MedicationStatement": frozenset({"status"}),
    "Observation": frozenset({"status"}),
    "Organization": frozenset({"active"}),
    "Patient": frozenset({"active", "deceasedBoolean", "deceasedDateTime", "link"}),
    "Procedure": frozenset({"status"}),
    "Specimen": frozenset({"status"}),
}


def modifiers_of(type: str) -> frozenset[str]:
    """The modifiers of a resource type as its definition has them. Raises `ValueError` for what is none of R4's."""
    definition = r4().type(type)
    if definition is None:
        raise ValueError(f"{type} is no resource of R4")
    elements = definition["snapshot"]["element"]
    steps = [one["path"].split(".") for one in elements if one.get("isModifier")]
    names = [path[1] for path in steps if len(path) == 2 and path[1] not in ("implicitRules", "modifierExtension")]
    return frozenset(names)


def has_unknown_modifier(resource: dict[str, Json], text: bytes) -> bool:
    """Whether a modifier extension, or implicit rules, stand anywhere in a resource (contained ones are their own).

    `text`: its canonical bytes, which tell most often that there is none.
    """
    return (b"modifierExtension" in text or b"implicitRules" in text) and _has(resource)


def _has(value: Json) -> bool:
    if isinstance(value, dict):
        if "modifierExtension" in value or "implicitRules" in value:
            return True
        return any(_has(v) for k, v in value.items() if k != "contained")
    return isinstance(value, list) and any(_has(one) for one in value)
