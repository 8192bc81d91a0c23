"""Encounters: the points of the timeline at which the patient was seen. Carried: histories of status and class, accounts."""

from fhir_case.case.people import EncounterDiagnosis, Event, Hospitalization, Participant, Stay
from fhir_case.lens import (
    Mapping,
    code,
    codes,
    coding,
    concept,
    each,
    filler,
    integer,
    needed,
    of_patient,
    part,
    period,
    quantity,
    reference,
    unknown,
)
from fhir_case.mappings.parts import RECORD

STATUS = codes(
    "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"
)
"""https://hl7.org/fhir/R4/valueset-encounter-status.html"""

PARTICIPANT = Mapping(
    Participant, None,
    each(concept("roles", "type")),
    period("when", "period"),
    reference("who", "individual"),
)  # fmt: skip

STAY = Mapping(
    Stay, None,
    needed(reference("location", "location")),
    code("status", "status", codes("planned", "active", "reserved", "completed")),
    concept("form", "physicalType"),
    period("when", "period"),
)  # fmt: skip

HOSPITALIZATION = Mapping(
    Hospitalization, None,
    reference("origin", "origin"),
    concept("admitted_from", "admitSource"),
    concept("readmission", "reAdmission"),
    each(concept("diets", "dietPreference")),
    reference("destination", "destination"),
    concept("discharged_to", "dischargeDisposition"),
)  # fmt: skip

DIAGNOSIS = Mapping(
    EncounterDiagnosis, None,
    needed(reference("diagnosis", "condition")),
    concept("use", "use"),
    integer("rank", "rank"),
)  # fmt: skip

EVENT = Mapping(
    Event, "Encounter",
    *RECORD,
    code("status", "status", STATUS),
    coding("setting", "class", absent=filler({"class": unknown()})),
    each(concept("types", "type")),
    concept("service", "serviceType"),
    concept("priority", "priority"),
    of_patient(),
    each(part("participants", "participant", PARTICIPANT)),
    period("when", "period"),
    quantity("duration", "length"),
    each(concept("reasons", "reasonCode")),
    each(reference("because_of", "reasonReference")),
    each(part("diagnoses", "diagnosis", DIAGNOSIS)),
    part("hospitalization", "hospitalization", HOSPITALIZATION),
    each(part("locations", "location", STAY)),
    reference("organization", "serviceProvider"),
    reference("part_of", "partOf"),
    kind="timeline", points={"": "period.start"},
)  # fmt: skip

MAPPINGS = (EVENT,)
