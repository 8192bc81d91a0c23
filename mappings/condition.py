"""Conditions: the diagnoses. Carried: body structures."""

from fhir_case.case.clinical import Diagnosis, Stage
from fhir_case.lens import (
    Mapping,
    asserted,
    category,
    code,
    concept,
    concepts,
    each,
    extension,
    needed,
    note,
    of_patient,
    part,
    profile,
    reference,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import IPS

CLINICAL = concepts(
    "http://terminology.hl7.org/CodeSystem/condition-clinical",
    active="Active", recurrence="Recurrence", relapse="Relapse", inactive="Inactive", remission="Remission",
    resolved="Resolved",
)  # fmt: skip

VERIFICATION = concepts(
    "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    unconfirmed="Unconfirmed", provisional="Provisional", differential="Differential", confirmed="Confirmed",
    refuted="Refuted", entered_in_error="Entered in Error",
)  # fmt: skip

CATEGORY = concepts(
    "http://terminology.hl7.org/CodeSystem/condition-category",
    problem_list_item="Problem List Item", encounter_diagnosis="Encounter Diagnosis",
)  # fmt: skip

_ONSET = "dateTime Age Period Range string"

STAGE = Mapping(
    Stage, None,
    concept("summary", "summary"),
    each(reference("assessments", "assessment")),
    concept("type", "type"),
)  # fmt: skip

DIAGNOSIS = Mapping(
    Diagnosis, "Condition",
    profile(IPS + "Condition-uv-ips"),
    *RECORD,
    each(reference("due_to", extension("condition-dueTo"))),
    asserted("diagnosed", extension("condition-assertedDate")),
    code("status", "clinicalStatus", CLINICAL),
    code("certainty", "verificationStatus", VERIFICATION),
    category("category", "category", CATEGORY),
    each(concept("categories", "category")),
    concept("severity", "severity"),
    needed(concept("code", "code")),
    each(concept("sites", "bodySite")),
    of_patient(),
    reference("encounter", "encounter"),
    when("onset", "onset[x]", _ONSET),
    when("resolved", "abatement[x]", _ONSET),
    when("recorded", "recordedDate", "dateTime"),
    reference("recorder", "recorder"),
    reference("asserter", "asserter"),
    each(part("stages", "stage", STAGE)),
    each(reference("evidence", "evidence[].detail[]")),
    each(concept("manifestations", "evidence[].code[]")),
    each(note("notes", "note")),
    kind="diagnoses",
    points={
        "": "onset", "resolved": "abatement",
        "diagnosed": "extension('http://hl7.org/fhir/StructureDefinition/condition-assertedDate').value",
    },
)  # fmt: skip

MAPPINGS = (DIAGNOSIS,)
