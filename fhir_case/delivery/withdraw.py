"""What is ours on the server and no longer in the case: how it is found, and how it is taken back.

Only what carries our mark of this case is ever touched, and never what others share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fhir_case.bundle.identity import ITEM, SHARED, TAGGED, marked
from fhir_case.client.answers import outcome_text
from fhir_case.client.messages import Step
from fhir_case.client.search import COUNT, rest_of
from fhir_case.client.writing import batch
from fhir_case.delivery.abilities import Abilities
from fhir_case.delivery.compartment import PATIENT
from fhir_case.delivery.entries import Entry
from fhir_case.delivery.home import WITHDRAWN
from fhir_case.delivery.places import place
from fhir_case.issues import Issue
from fhir_case.json import Json

AT_ONCE = 8
"""Searches in one batch. HAPI does those of a batch side by side, each with two connections to its database of which it
has 20 or so; with 65 in a batch it was seen to wait for itself, for ever."""

_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"

ERROR_STATUS: dict[str, str] = {
    type_: element
    for element, types in {
        "status": """
            Account Appointment CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication
            CommunicationRequest Composition Consent Contract Coverage CoverageEligibilityRequest
            CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUseStatement DiagnosticReport
            DocumentManifest DocumentReference Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare
            ExplanationOfBenefit FamilyMemberHistory Flag GuidanceResponse ImagingStudy Immunization
            ImmunizationEvaluation Invoice List Media Medication MedicationAdministration MedicationDispense
            MedicationKnowledge MedicationRequest MedicationStatement NutritionOrder Observation PaymentNotice
            PaymentReconciliation Procedure QuestionnaireResponse RequestGroup RiskAssessment ServiceRequest Slot
            Specimen Substance SupplyDelivery SupplyRequest Task TestReport VisionPrescription
        """,
        "lifecycleStatus": "Goal",
    }.items()
    for type_ in types.split()
}  # fmt: skip
"""The element of each type that can say `entered-in-error`: bound, required, to a value set that has it."""


def in_error(resource: dict[str, Json]) -> dict[str, Json] | None:
    """The resource said to be entered in error, with the rules that go with that; None where its type has no words for it.

    con-5 and ait-2: what is entered in error has no clinicalStatus.
    https://hl7.org/fhir/R4/condition.html#invs, https://hl7.org/fhir/R4/allergyintolerance.html#invs
    """
    type_ = resource["resourceType"]
    stated = resource.get("extension")
    extensions = [*(stated if isinstance(stated, list) else ()), {"url": WITHDRAWN, "valueBoolean": True}]
    system = {"Condition": _VERIFICATION, "AllergyIntolerance": _ALLERGY}.get(type_)
    if system:
        kept = {name: value for name, value in resource.items() if name.lstrip("_") != "clinicalStatus"}
        coding = {"system": system, "code": "entered-in-error"}
        return {**kept, "extension": extensions, "verificationStatus": {"coding": [coding]}}
    element = ERROR_STATUS.get(type_)
    if element is None:
        return None
    kept = {name: value for name, value in resource.items() if name != f"_{element}"}
    return {**kept, "extension": extensions, element: "entered-in-error"}


def case_of(entries: Iterable[Entry]) -> str:
    """The case whose items these are, by the marks of what it owns; "" where there is none, or more than one."""
    names = {
        mark.value.rpartition("/")[0]
        for entry in entries
        if entry.resource is not None and entry.type not in SHARED and (mark := marked(entry.resource)) is not None
    }
    return names.pop() if len(names) == 1 else ""


def ours(
    base: str, patient: str, entries: Sequence[Entry], can: Abilities
) -> Step[tuple[list[dict[str, Json]], list[Issue]]]:
    """All of the patient's that has our mark of this case, but for what others share.

    Batches of searches for any mark of ours.
    """
    case = case_of(entries)
    if not case:
        return [], []
    types = [
        (type_, params[0])
        for type_, params in (*PATIENT, ("Provenance", ("patient",)))
        if type_ not in SHARED and type_ != "AuditEvent" and (not can.types or type_ in can.types)
    ]
    # Any identifier of ours; for tags HAPI wants a value too, so all of these few types are looked through.
    queries = [
        f"{type_}?{param}={patient}&_count={COUNT}" + ("" if type_ in TAGGED else f"&identifier={ITEM}|")
        for type_, param in dict(types).items()
    ]
    made: dict[str, dict[str, Json]] = {}
    issues: list[Issue] = []
    answers: list[dict[str, Json] | None] = []
    for start in range(0, len(queries), AT_ONCE):
        answers += yield from batch(base, queries[start : start + AT_ONCE])
    for query, answer in zip(queries, answers, strict=True):
        if answer is None or answer.get("resourceType") != "Bundle":
            text = outcome_text(answer) if answer is not None else "no answer"
            message = f"the server did not search for {query.partition('?')[0]}; none of these was looked for: {text}"
            issues.append(Issue("plan-not-searched", message, "information"))
            continue
        for resource in (yield from rest_of(base, answer, "searching what is ours")).resources:
            where, mark = place(resource), marked(resource)
            if where and mark and mark.value.rpartition("/")[0] == case:
                made[where] = resource
    return list(made.values()), issues
