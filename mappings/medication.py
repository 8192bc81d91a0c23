"""Medication statements. Carried: medications that are resources of their own, information sources, dose ranges, rates."""

from fhir_case.case.clinical import Dosage, Medication
from fhir_case.lens import (
    Mapping,
    boolean,
    code,
    codes,
    concept,
    each,
    first,
    needed,
    note,
    of_patient,
    part,
    profile,
    quantity,
    quotes,
    reference,
    text,
    timing,
    when,
)
from fhir_case.mappings.tables import IPS, UNKNOWN_PERIOD

STATUS = codes("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken")
"""https://hl7.org/fhir/R4/valueset-medication-statement-status.html"""

DOSAGE = Mapping(
    Dosage, None,
    text("text", "text"),
    timing("timing", "timing"),
    boolean("as_needed", "asNeededBoolean"),
    concept("site", "site"),
    concept("route", "route"),
    first(quantity("dose", "doseAndRate[].doseQuantity")),
)  # fmt: skip

MEDICATION = Mapping(
    Medication, "MedicationStatement",
    profile(IPS + "MedicationStatement-uv-ips"),
    quotes(),
    code("status", "status", STATUS),
    each(concept("status_reason", "statusReason")),
    needed(concept("code", "medicationCodeableConcept")),
    of_patient(),
    reference("encounter", "context"),
    when("taken", "effective[x]", absent=UNKNOWN_PERIOD),
    when("asserted", "dateAsserted", "dateTime"),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(note("notes", "note")),
    each(part("dosage", "dosage", DOSAGE)),
    kind="medications", points={"": "effective.start"},
)  # fmt: skip

MAPPINGS = (MEDICATION,)
