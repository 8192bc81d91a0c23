"""The case itself as a document: its source, its composition, and who stands behind it; and other documents.

Composition and Provenance are written from the header of the case; whom it is about and the sections are added by
`fhir_case.bundle`.
"""

from fhir_case.case.care import Content, Document, DocumentContext
from fhir_case.case.people import Header, Source
from fhir_case.case.phenopacket import Phenopacket
from fhir_case.lens import (
    CodeTable,
    Mapping,
    attachment,
    cited,
    code,
    codes,
    coding,
    concept,
    each,
    filler,
    first,
    fixed,
    identified,
    json_attachment,
    needed,
    of_patient,
    part,
    period,
    profile,
    quotes,
    reference,
    text,
    unknown,
)
from fhir_case.mappings.parts import ATTACHMENT, IDENTIFIER, RECORD
from fhir_case.mappings.tables import IPS

NAMESPACE = "urn:fhir-case:namespace"
"""The system of the identifier that tells where the ids of the source's people and places hold."""

SOURCE = Mapping(
    Source, "DocumentReference",
    quotes(),
    fixed("status", "current"),
    identified("namespace", "masterIdentifier", NAMESPACE),
    text("citation", "description"),
    of_patient(),
    each(reference("authors", "author")),
    reference("custodian", "custodian"),
    attachment("text|title|language", "content"),
    kind="source",
)  # fmt: skip

CONTENT = Mapping(
    Content, None,
    needed(part("document", "attachment", ATTACHMENT)),
    coding("format", "format"),
)  # fmt: skip

ABOUT = Mapping(
    DocumentContext, None,
    each(reference("encounters", "encounter")),
    each(concept("events", "event")),
    period("when", "period"),
    concept("facility", "facilityType"),
    concept("practice", "practiceSetting"),
)  # fmt: skip

DOCUMENT = Mapping(
    Document, "DocumentReference",
    *RECORD,
    part("master", "masterIdentifier", IDENTIFIER),
    code("status", "status", codes("current", "superseded", "entered-in-error")),
    code("progress", "docStatus", codes("preliminary", "final", "amended", "entered-in-error")),
    concept("type", "type"),
    each(concept("categories", "category")),
    of_patient(),
    text("recorded", "date"),
    each(reference("authors", "author")),
    reference("authenticator", "authenticator"),
    reference("custodian", "custodian"),
    text("description", "description"),
    each(concept("security", "securityLabel")),
    needed(each(part("contents", "content", CONTENT))),
    part("context", "context", ABOUT),
    kind="documents",
)  # fmt: skip

SUMMARY = CodeTable({"summary": "60591-5"}, "http://loinc.org", {"60591-5": "Patient summary Document"})

COMPOSITION = Mapping(
    Header, "Composition",
    profile(IPS + "Composition-uv-ips"),
    text("language", "language"),
    fixed("status", "final"),
    fixed("type", SUMMARY.concept("summary")),
    text("recorded", "date", absent=filler({"_date": unknown()})),
    each(reference("authors", "author", absent=filler(unknown()))),
    text("title", "title"),
    reference("custodian", "custodian"),
    kind="header",
)  # fmt: skip

FORMAT = {"system": "https://github.com/phenopackets/phenopacket-schema", "code": "phenopacket"}

PHENOPACKET = Mapping(
    Phenopacket, "DocumentReference",
    quotes(),
    fixed("status", "current"),
    fixed("type", {"text": "GA4GH Phenopacket"}),
    identified("identifier", "masterIdentifier"),
    of_patient(),
    first(reference("created_by", "author")),
    json_attachment("schema_version|rest", "content", FORMAT),
    cited("references|terminologies", "context"),
    kind="phenopacket",
)  # fmt: skip
"""The phenopacket that a case was read from. Carried in its attachment: what no field has a word for."""

MAPPINGS = (SOURCE, PHENOPACKET, DOCUMENT)
