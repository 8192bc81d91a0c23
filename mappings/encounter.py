"""Encounters: the points of the timeline at which the patient was seen. Carried: participants, locations, stays."""

from fhir_case.case.people import Event
from fhir_case.lens import (
    Mapping,
    code,
    codes,
    coding,
    concept,
    each,
    filler,
    of_patient,
    period,
    quotes,
    reference,
    unknown,
)

STATUS = codes(
    "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"
)
"""https://hl7.org/fhir/R4/valueset-encounter-status.html"""

EVENT = Mapping(
    Event, "Encounter",
    quotes(),
    code("status", "status", STATUS),
    coding("setting", "class", absent=filler({"class": unknown()})),
    each(concept("types", "type")),
    of_patient(),
    period("when", "period"),
    each(concept("reasons", "reasonCode")),
    reference("organization", "serviceProvider"),
    kind="timeline", points={"": "period.start"},
)  # fmt: skip

MAPPINGS = (EVENT,)
