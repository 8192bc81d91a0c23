"""Procedures. Carried: performers' functions, focal devices."""

from fhir_case.case.clinical import Procedure
from fhir_case.lens import (
    Mapping,
    code,
    concept,
    each,
    filler,
    needed,
    note,
    of_patient,
    profile,
    reference,
    unknown,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import EVENT_STATUS, IPS

PROCEDURE = Mapping(
    Procedure, "Procedure",
    profile(IPS + "Procedure-uv-ips"),
    *RECORD,
    each(reference("based_on", "basedOn")),
    each(reference("part_of", "partOf")),
    code("status", "status", EVENT_STATUS),
    concept("status_reason", "statusReason"),
    concept("category", "category"),
    needed(concept("code", "code")),
    of_patient(),
    reference("encounter", "encounter"),
    when(
        "when", "performed[x]", "dateTime Period Age Range string",
        absent=filler({"_performedDateTime": unknown()}),
    ),
    each(reference("performers", "performer[].actor")),
    reference("recorder", "recorder"),
    reference("asserter", "asserter"),
    reference("location", "location"),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(concept("sites", "bodySite")),
    concept("outcome", "outcome"),
    each(reference("reports", "report")),
    each(concept("complications", "complication")),
    each(concept("follow_up", "followUp")),
    each(reference("used", "usedReference")),
    each(note("notes", "note")),
    kind="procedures", points={"": "performed"},
)  # fmt: skip

MAPPINGS = (PROCEDURE,)
