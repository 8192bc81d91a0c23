"""Allergies, immunizations, the family's illnesses."""

from fhir_case.case.prevention import Allergy, FamilyMember, Illness, Immunization, Protocol, Reaction
from fhir_case.lens import (
    Mapping,
    boolean,
    code,
    codes,
    concept,
    concepts,
    deceased,
    each,
    filler,
    needed,
    note,
    numbered,
    of_patient,
    part,
    profile,
    quantity,
    reference,
    text,
    unknown,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import IPS

ALLERGY_CLINICAL = concepts(
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    active="Active", inactive="Inactive", resolved="Resolved",
)  # fmt: skip

ALLERGY_VERIFICATION = concepts(
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
    unconfirmed="Unconfirmed", confirmed="Confirmed", refuted="Refuted", entered_in_error="Entered in Error",
)  # fmt: skip

REACTION = Mapping(
    Reaction, None,
    concept("substance", "substance"),
    needed(each(concept("manifestations", "manifestation"))),
    text("description", "description"),
    when("onset", "onset", "dateTime"),
    code("severity", "severity", codes("mild", "moderate", "severe")),
    concept("route", "exposureRoute"),
    each(note("notes", "note")),
)  # fmt: skip

ALLERGY = Mapping(
    Allergy, "AllergyIntolerance",
    profile(IPS + "AllergyIntolerance-uv-ips"),
    *RECORD,
    code("status", "clinicalStatus", ALLERGY_CLINICAL),
    code("certainty", "verificationStatus", ALLERGY_VERIFICATION),
    code("type", "type", codes("allergy", "intolerance")),
    each(code("categories", "category", codes("food", "medication", "environment", "biologic"))),
    code("criticality", "criticality", codes("low", "high", "unable-to-assess")),
    needed(concept("code", "code")),
    of_patient("patient"),
    reference("encounter", "encounter"),
    when("onset", "onset[x]", "dateTime Age Period Range string"),
    when("recorded", "recordedDate", "dateTime"),
    reference("recorder", "recorder"),
    reference("asserter", "asserter"),
    when("last", "lastOccurrence", "dateTime"),
    each(note("notes", "note")),
    each(part("reactions", "reaction", REACTION)),
    kind="allergies", points={"": "onset"},
)  # fmt: skip

PROTOCOL = Mapping(
    Protocol, None,
    text("series", "series"),
    reference("authority", "authority"),
    each(concept("targets", "targetDisease")),
    numbered("dose", "doseNumber[x]", "PositiveInt"),
    numbered("doses", "seriesDoses[x]", "PositiveInt"),
)  # fmt: skip

IMMUNIZATION = Mapping(
    Immunization, "Immunization",
    profile(IPS + "Immunization-uv-ips"),
    *RECORD,
    code("status", "status", codes("completed", "entered-in-error", "not-done")),
    concept("status_reason", "statusReason"),
    needed(concept("vaccine", "vaccineCode")),
    of_patient("patient"),
    reference("encounter", "encounter"),
    when(
        "when", "occurrence[x]", "dateTime string", absent=filler({"_occurrenceDateTime": unknown()})
    ),
    when("recorded", "recorded", "dateTime"),
    boolean("primary_source", "primarySource"),
    boolean("subpotent", "isSubpotent"),
    concept("reported_by", "reportOrigin"),
    reference("location", "location"),
    reference("manufacturer", "manufacturer"),
    text("lot", "lotNumber"),
    when("expires", "expirationDate", "dateTime"),
    concept("site", "site"),
    concept("route", "route"),
    quantity("dose", "doseQuantity"),
    each(reference("performers", "performer[].actor")),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(part("protocol", "protocolApplied", PROTOCOL)),
    each(note("notes", "note")),
    kind="immunizations", points={"": "occurrence"},
)  # fmt: skip

ILLNESS = Mapping(
    Illness, None,
    needed(concept("code", "code")),
    concept("outcome", "outcome"),
    boolean("contributed_to_death", "contributedToDeath"),
    when("onset", "onset[x]", "dateTime Age Range Period string"),
    each(note("notes", "note")),
)  # fmt: skip

FAMILY = Mapping(
    FamilyMember, "FamilyMemberHistory",
    *RECORD,
    code("status", "status", codes("partial", "completed", "entered-in-error", "health-unknown")),
    of_patient("patient"),
    when("recorded", "date", "dateTime"),
    text("name", "name"),
    needed(concept("relationship", "relationship")),
    concept("sex", "sex"),
    when("age", "age[x]", "Age Range string"),
    deceased("deceased", "deceased[x]", "Age Range date string"),
    each(note("notes", "note")),
    each(part("conditions", "condition", ILLNESS)),
    kind="family",
)  # fmt: skip

MAPPINGS = (ALLERGY, IMMUNIZATION, FAMILY)
