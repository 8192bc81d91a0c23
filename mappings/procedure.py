"""Procedures. Carried: performers' functions, devices, complications, follow-ups."""

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
    quotes,
    reference,
    unknown,
    when,
)
from fhir_case.mappings.tables import EVENT_STATUS, IPS

PROCEDURE = Mapping(
    Procedure, "Procedure",
    profile(IPS + "Procedure-uv-ips"),
    quotes(),
    code("status", "status", EVENT_STATUS),
    concept("category", "category"),
    needed(concept("code", "code")),
    of_patient(),
    reference("encounter", "encounter"),
    when(
        "when", "performed[x]", "dateTime Period Age Range string",
        absent=filler({"_performedDateTime": unknown()}),
    ),
    each(reference("performers", "performer[].actor")),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(concept("sites", "bodySite")),
    concept("outcome", "outcome"),
    each(reference("reports", "report")),
    each(note("notes", "note")),
    kind="procedures", points={"": "performed"},
)  # fmt: skip

MAPPINGS = (PROCEDURE,)
