"""Observations: laboratory results, findings, what imaging shows, outcomes.

Lossy: nothing. Carried: `derivedFrom` other than the imaging study in what imaging shows, reference ranges for some
patients only, sampled data.
"""

from typing import Any

from fhir_case.case.clinical import Component, Finding, ImagingFinding, Lab, Outcome
from fhir_case.lens import (
    CONCEPT,
    TIME,
    Context,
    Mapping,
    always,
    category,
    code,
    components,
    concept,
    each,
    filler,
    first,
    inside,
    needed,
    note,
    of_patient,
    part,
    presence,
    profile,
    ranges,
    reference,
    result,
    said,
    said_as,
    sampled,
    several,
    size,
    text,
    unknown,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import (
    ABSENT_REASON,
    IPS,
    OBSERVATION_CATEGORY,
    OBSERVATION_STATUS,
    UNKNOWN_DATE,
    UNKNOWN_PERIOD,
)


def hpo(code: str, display: str) -> dict[str, Any]:
    """A term of the Human Phenotype Ontology as the code of a component."""
    return {"coding": [{"system": "http://human-phenotype-ontology.org", "code": code, "display": display}]}


COMPONENT = Mapping(
    Component, None,
    needed(concept("code", "code")),
    result("value", "value[x]"),
    code("missing", "dataAbsentReason", ABSENT_REASON),
    each(concept("interpretation", "interpretation")),
    ranges("reference", "referenceRange"),
)  # fmt: skip

_OF = (
    *RECORD,
    each(reference("based_on", "basedOn")),
    each(reference("part_of", "partOf")),
    code("status", "status", OBSERVATION_STATUS),
    needed(concept("code", "code")),
    of_patient(),
    reference("encounter", "encounter"),
    text("issued", "issued"),
    each(concept("interpretation", "interpretation")),
    each(note("notes", "note")),
    concept("site", "bodySite"),
    concept("method", "method"),
    reference("device", "device"),
)
"""What every observation has."""

_POINTS = {"": "effective"}


def _no_value(item: Any, context: Context) -> dict[str, Any] | None:
    """IPS (ips-2) wants a value, parts, or the reason why there is none."""
    if item.value is not None or item.parts or item.components:
        return None
    return {"dataAbsentReason": ABSENT_REASON.concept("unknown")}


LAB = Mapping(
    Lab, "Observation",
    profile(IPS + "Observation-results-laboratory-pathology-uv-ips"),
    *_OF,
    always("category", OBSERVATION_CATEGORY, "laboratory"),
    each(concept("categories", "category")),
    when("when", "effective[x]", absent=UNKNOWN_DATE),
    each(reference("performers", "performer", absent=filler(unknown()))),
    result("value", "value[x]"),
    ranges("reference", "referenceRange"),
    sampled("specimen|sample", "specimen"),
    each(reference("parts", "hasMember")),
    each(reference("derived_from", "derivedFrom")),
    each(part("components", "component", COMPONENT)),
    code("missing", "dataAbsentReason", ABSENT_REASON, absent=_no_value),
    kind="labs", points=_POINTS,
)  # fmt: skip

IMAGING_FINDING = Mapping(
    ImagingFinding, "Observation",
    profile(IPS + "Observation-results-radiology-uv-ips"),
    *_OF,
    always("category", OBSERVATION_CATEGORY, "imaging"),
    each(concept("categories", "category")),
    needed(first(inside("study", "derivedFrom"))),
    when("when", "effective[x]", "dateTime Period whole", absent=UNKNOWN_PERIOD),
    each(reference("performers", "performer", absent=filler(unknown()))),
    presence("value|absent", "value[x]"),
    each(part("components", "component", COMPONENT)),
    code("missing", "dataAbsentReason", ABSENT_REASON),
    kind="imaging.findings", points=_POINTS,
)  # fmt: skip

OUTCOME = Mapping(
    Outcome, "Observation",
    *_OF,
    needed(each(reference("about", "focus"))),
    category("category", "category", OBSERVATION_CATEGORY),
    each(concept("categories", "category")),
    when("when", "effective[x]"),
    each(reference("performers", "performer")),
    presence("value|absent", "value[x]"),
    ranges("reference", "referenceRange"),
    each(part("components", "component", COMPONENT)),
    code("missing", "dataAbsentReason", ABSENT_REASON),
    kind="outcomes", points=_POINTS,
)  # fmt: skip

SEVERITY = hpo("HP:0012824", "Severity")
MODIFIER = hpo("HP:0012823", "Clinical modifier")
ONSET = hpo("HP:0003674", "Onset")
RESOLUTION = {"text": "Resolution"}
"""What R4 has no element for in Observation. HPO has no term for the end of a feature (https://hpo.jax.org)."""

FINDING = Mapping(
    Finding, "Observation",
    *_OF,
    category("category", "category", OBSERVATION_CATEGORY),
    each(concept("categories", "category")),
    when("when", "effective[x]"),
    each(reference("performers", "performer")),
    presence("value|absent", "value[x]"),
    ranges("reference", "referenceRange"),
    components(
        "component", COMPONENT, size("size"), said("severity", SEVERITY, "CodeableConcept", CONCEPT),
        several(said("modifiers", MODIFIER, "CodeableConcept", CONCEPT)), said_as("onset", ONSET, TIME),
        said_as("resolved", RESOLUTION, TIME),
    ),
    each(reference("parts", "hasMember")),
    each(reference("derived_from", "derivedFrom")),
    code("missing", "dataAbsentReason", ABSENT_REASON),
    kind="findings", points=_POINTS,
)  # fmt: skip

MAPPINGS = (OUTCOME, LAB, IMAGING_FINDING, FINDING)
"""In the order in which they are tried: the one that asks for most comes first."""
