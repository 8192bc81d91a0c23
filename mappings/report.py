"""Diagnostic reports. Carried: media."""

from fhir_case.case.clinical import DiagnosticReport
from fhir_case.lens import (
    Mapping,
    code,
    codes,
    concept,
    each,
    needed,
    of_patient,
    part,
    profile,
    reference,
    text,
    when,
)
from fhir_case.mappings.parts import ATTACHMENT, RECORD
from fhir_case.mappings.tables import IPS, UNKNOWN_DATE

STATUS = codes(
    "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled",
    "entered-in-error", "unknown",
)  # fmt: skip
"""https://hl7.org/fhir/R4/valueset-diagnostic-report-status.html"""

REPORT = Mapping(
    DiagnosticReport, "DiagnosticReport",
    profile(IPS + "DiagnosticReport-uv-ips"),
    *RECORD,
    each(reference("based_on", "basedOn")),
    code("status", "status", STATUS),
    each(concept("categories", "category")),
    needed(concept("code", "code")),
    of_patient(),
    reference("encounter", "encounter"),
    when("when", "effective[x]", absent=UNKNOWN_DATE),
    text("issued", "issued"),
    each(reference("performers", "performer")),
    each(reference("interpreters", "resultsInterpreter")),
    each(reference("specimens", "specimen")),
    each(reference("results", "result")),
    each(reference("imaging", "imagingStudy")),
    text("conclusion", "conclusion"),
    each(concept("conclusions", "conclusionCode")),
    each(part("forms", "presentedForm", ATTACHMENT)),
    kind="reports", points={"": "effective"},
)  # fmt: skip

MAPPINGS = (REPORT,)
