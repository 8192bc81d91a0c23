"""Imaging studies with their series. Carried: endpoints, performers of series, specimens.

A study that is known from a report only has no images: its status is `unknown`, it has no `urn:dicom:uid` that would
send an archive looking for it, and its series get synthetic UIDs (DICOM PS3.5 B.2).
"""

from fhir_case.case.clinical import Image, Imaging, Series
from fhir_case.lens import (
    CodeTable,
    Mapping,
    code,
    codes,
    coding,
    concept,
    each,
    integer,
    modality,
    needed,
    note,
    of_patient,
    part,
    profile,
    reference,
    side,
    text,
    uid,
    when,
)
from fhir_case.mappings.parts import RECORD
from fhir_case.mappings.tables import IPS, SIDE

STATUS = codes("registered", "available", "cancelled", "entered-in-error", "unknown")
"""https://hl7.org/fhir/R4/valueset-imagingstudy-status.html"""

LATERALITY = CodeTable({"left": "7771000", "right": "24028007", "both": "51440002"}, SIDE.system, SIDE.displays)

IMAGE = Mapping(
    Image, None,
    needed(text("uid", "uid")),
    coding("sop_class", "sopClass"),
    integer("number", "number"),
    text("title", "title"),
)  # fmt: skip

SERIES = Mapping(
    Series, None,
    needed(integer("number", "number")),
    uid("uid", "uid"),
    needed(modality("modality", "modality")),
    text("description", "description"),
    integer("instances", "numberOfInstances"),
    coding("site", "bodySite"),
    side("side", "laterality", LATERALITY),
    when("started", "started", "dateTime"),
    each(part("images", "instance", IMAGE)),
)  # fmt: skip

IMAGING = Mapping(
    Imaging, "ImagingStudy",
    profile(IPS + "ImagingStudy-uv-ips"),
    *RECORD,
    code("status", "status", STATUS),
    each(modality("modalities", "modality")),
    of_patient(),
    reference("encounter", "encounter"),
    when("when", "started", "dateTime"),
    reference("referrer", "referrer"),
    each(reference("interpreters", "interpreter")),
    integer("series_count", "numberOfSeries"),
    integer("instances", "numberOfInstances"),
    reference("procedure", "procedureReference"),
    each(concept("codes", "procedureCode")),
    reference("location", "location"),
    each(concept("reasons", "reasonCode")),
    each(note("notes", "note")),
    text("description", "description"),
    each(part("series", "series", SERIES)),
    kind="imaging", points={"": "started"},
)  # fmt: skip

MAPPINGS = (IMAGING,)
