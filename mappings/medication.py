"""Drugs: statements, orders, administrations, and the drugs themselves.

Carried: when a dose was told, rates that are no ratios, substitutions, what an event history says.
"""

from fhir_case.case.medication import (
    Administration,
    Batch,
    Dispense,
    Dosage,
    Drug,
    Given,
    Ingredient,
    Medication,
    Prescription,
)
from fhir_case.lens import (
    Mapping,
    boolean,
    code,
    codes,
    concept,
    each,
    first,
    integer,
    measured_range,
    needed,
    needed_for,
    note,
    of_drug,
    of_patient,
    part,
    period,
    profile,
    quantity,
    ratio,
    reference,
    text,
    timing,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import IPS, UNKNOWN_PERIOD

STATUS = codes("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken")
"""https://hl7.org/fhir/R4/valueset-medication-statement-status.html"""

ORDER_STATUS = codes("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown")
"""https://hl7.org/fhir/R4/valueset-medicationrequest-status.html"""

INTENT = codes(
    "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"
)
"""https://hl7.org/fhir/R4/valueset-medicationrequest-intent.html"""

GIVEN_STATUS = codes("in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown")
"""https://hl7.org/fhir/R4/valueset-medication-admin-status.html"""

DOSAGE = Mapping(
    Dosage, None,
    integer("sequence", "sequence"),
    text("text", "text"),
    each(concept("instructions", "additionalInstruction")),
    text("patient_text", "patientInstruction"),
    timing("timing", "timing"),
    needed_for("as_needed", "asNeeded[x]"),
    concept("site", "site"),
    concept("route", "route"),
    concept("method", "method"),
    first(quantity("dose", "doseAndRate[].doseQuantity")),
    first(measured_range("dose_range", "doseAndRate[].doseRange")),
    first(ratio("rate", "doseAndRate[].rateRatio")),
    ratio("most", "maxDosePerPeriod"),
)  # fmt: skip

MEDICATION = Mapping(
    Medication, "MedicationStatement",
    profile(IPS + "MedicationStatement-uv-ips"),
    *RECORD,
    each(reference("based_on", "basedOn")),
    each(reference("part_of", "partOf")),
    code("status", "status", STATUS),
    each(concept("status_reason", "statusReason")),
    concept("category", "category"),
    needed(of_drug("code|drug", "medication[x]")),
    of_patient(),
    reference("encounter", "context"),
    when("taken", "effective[x]", absent=UNKNOWN_PERIOD),
    when("asserted", "dateAsserted", "dateTime"),
    reference("informant", "informationSource"),
    each(reference("derived_from", "derivedFrom")),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(note("notes", "note")),
    each(part("dosage", "dosage", DOSAGE)),
    kind="medications", points={"": "effective.start"},
)  # fmt: skip

DISPENSE = Mapping(
    Dispense, None,
    period("valid", "validityPeriod"),
    integer("repeats", "numberOfRepeatsAllowed"),
    quantity("quantity", "quantity"),
    quantity("supply", "expectedSupplyDuration"),
    reference("performer", "performer"),
)  # fmt: skip

PRESCRIPTION = Mapping(
    Prescription, "MedicationRequest",
    *RECORD,
    code("status", "status", ORDER_STATUS),
    concept("status_reason", "statusReason"),
    needed(code("intent", "intent", INTENT)),
    each(concept("categories", "category")),
    code("priority", "priority", codes("routine", "urgent", "asap", "stat")),
    boolean("not_to_do", "doNotPerform"),
    boolean("reported", "reportedBoolean"),
    needed(of_drug("code|drug", "medication[x]")),
    of_patient(),
    reference("encounter", "encounter"),
    when("authored", "authoredOn", "dateTime"),
    reference("requester", "requester"),
    reference("performer", "performer"),
    reference("recorder", "recorder"),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(reference("based_on", "basedOn")),
    concept("course", "courseOfTherapyType"),
    each(note("notes", "note")),
    each(part("dosage", "dosageInstruction", DOSAGE)),
    part("dispense", "dispenseRequest", DISPENSE),
    reference("replaces", "priorPrescription"),
    kind="prescriptions", points={"": "authoredOn"},
)  # fmt: skip

GIVEN = Mapping(
    Given, None,
    text("text", "text"),
    concept("site", "site"),
    concept("route", "route"),
    concept("method", "method"),
    quantity("dose", "dose"),
)  # fmt: skip

ADMINISTRATION = Mapping(
    Administration, "MedicationAdministration",
    *RECORD,
    each(reference("part_of", "partOf")),
    code("status", "status", GIVEN_STATUS),
    each(concept("status_reason", "statusReason")),
    concept("category", "category"),
    needed(of_drug("code|drug", "medication[x]")),
    of_patient(),
    reference("encounter", "context"),
    when("when", "effective[x]", absent=UNKNOWN_PERIOD),
    each(reference("performers", "performer[].actor")),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    reference("request", "request"),
    each(reference("devices", "device")),
    each(note("notes", "note")),
    part("dosage", "dosage", GIVEN),
    kind="administrations", points={"": "effective"},
)  # fmt: skip

INGREDIENT = Mapping(
    Ingredient, None,
    needed(of_drug("code|drug", "item[x]")),
    boolean("active", "isActive"),
    ratio("strength", "strength"),
)  # fmt: skip

BATCH = Mapping(
    Batch, None,
    text("lot", "lotNumber"),
    when("expires", "expirationDate", "dateTime"),
)  # fmt: skip

DRUG = Mapping(
    Drug, "Medication",
    *RECORD,
    concept("code", "code"),
    code("status", "status", codes("active", "inactive", "entered-in-error")),
    reference("manufacturer", "manufacturer"),
    concept("form", "form"),
    ratio("amount", "amount"),
    each(part("ingredients", "ingredient", INGREDIENT)),
    part("batch", "batch", BATCH),
    kind="drugs",
)  # fmt: skip

MAPPINGS = (MEDICATION, PRESCRIPTION, ADMINISTRATION, DRUG)
