"""Which field of a case is which field of a phenopacket: one list per message, read both ways.

The messages are those of https://phenopacket-schema.readthedocs.io/en/latest/schema.html, laid flat by `shape`. What no
line says is carried (`reading`): evidence, laterality, stages, adverse events, sequences, and whole biosamples and files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fhir_case.case.clinical import Diagnosis, DiagnosticReport, Finding, Lab, Procedure
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.genomics import Implication, Variant
from fhir_case.case.medication import Medication
from fhir_case.case.people import Event, Patient
from fhir_case.case.phenopacket import Phenopacket
from fhir_case.case.when import Date, Period, Span
from fhir_case.formats.phenopacket.kinds import (
    birth_date,
    citation,
    display,
    doses,
    expression,
    first_of,
    flag,
    gene,
    identifiers,
    implied,
    measured,
    ontology,
    terminology,
    vital_status,
)
from fhir_case.formats.phenopacket.times import single, time
from fhir_case.formats.phenopacket.values import CLASS, put_class, take_class
from fhir_case.json import Json
from fhir_case.lens import TEXT, UNREAD, CodeTable, Context, Line, Mapping, code, each, integer, needed, text
from fhir_case.lens.line import Codec, whole


@dataclass(slots=True)
class PacketContext(Context):
    """One run over one packet."""

    subject: str | None = None
    """The id of its subject."""


def context(subject: str | None = None) -> PacketContext:
    """The context of a packet: no item of it has an address."""
    return PacketContext(
        address=lambda item: item, item=lambda held: None, anchor=lambda item, point: None, anchored=lambda anchor: None,
        uid=lambda item, number: "", outward=lambda value: value, inward=lambda value: value, subject=subject,
    )  # fmt: skip


SEX = CodeTable({"male": "MALE", "female": "FEMALE", "other": "OTHER_SEX", "unknown": "UNKNOWN_SEX"})

SUBJECT = Mapping(
    Patient, None,
    identifiers("identifiers", "ids"),
    birth_date("birth", "dateOfBirth"),
    single(time("age", "timeAtLastEncounter", Span)),
    vital_status("deceased", "vitalStatus"),
    code("sex", "sex", SEX),
    kind="subject",
)  # fmt: skip

LAST_ENCOUNTER = Mapping(
    Event, None,
    time("when", "timeAtLastEncounter", Date, Period, Span),
    kind="timeAtLastEncounter",
)  # fmt: skip

FEATURE = Mapping(
    Finding, None,
    first_of("notes", "description", TEXT),
    needed(ontology("code", "type")),
    flag("absent", "excluded"),
    ontology("severity", "severity"),
    each(ontology("modifiers", "modifiers")),
    time("onset", "onset"),
    time("resolved", "resolution"),
    kind="phenotypicFeatures",
)  # fmt: skip

DISEASE = Mapping(
    Diagnosis, None,
    needed(ontology("code", "term")),
    flag("certainty", "excluded", "refuted"),
    time("onset", "onset"),
    time("resolved", "resolution"),
    first_of("sites", "primarySite", CLASS),
    kind="diseases",
)  # fmt: skip

MEASUREMENT = Mapping(
    Lab, None,
    first_of("notes", "description", TEXT),
    needed(ontology("code", "assay")),
    measured("value|reference", "value"),
    time("when", "timeObserved"),
    ontology("method", "procedure/code"),
    kind="measurements",
)  # fmt: skip

PROCEDURE = Mapping(
    Procedure, None,
    needed(ontology("code", "procedure/code")),
    first_of("sites", "procedure/bodySite", CLASS),
    time("when", "procedure/performed"),
    first_of("indications", "treatmentTarget", CLASS),
    ontology("outcome", "responseToTreatment"),
    kind="procedures",
)  # fmt: skip

TREATMENT = Mapping(
    Medication, None,
    needed(ontology("code", "treatment/agent")),
    doses("dosage", "treatment/doses"),
    first_of("indications", "treatmentTarget", CLASS),
    first_of("status_reason", "treatmentTerminationReason", CLASS),
    kind="medications",
)  # fmt: skip

REPORT = Concept("Genetic analysis report", (Coding("http://loinc.org", "51969-4", "Genetic analysis report"),))
GENETICS = Concept("Genetics", (Coding("http://terminology.hl7.org/CodeSystem/v2-0074", "GE", "Genetics"),))
"""What the guide for genomics reporting calls a report
(https://hl7.org/fhir/uv/genomics-reporting/STU3/StructureDefinition-genomic-report.html)."""


def solved(field: str, element: str) -> Line:
    """How far an interpretation is, and the diagnosis if it was found; `field` is `"status|conclusions|code|categories"`.

    Only where it is SOLVED is the disease a conclusion. Elsewhere it is what was looked for, and is carried.
    """

    def put(value: tuple[str, list[Concept], Concept, list[Concept]], context: Context) -> Json:
        status, conclusions, *_ = value
        if conclusions:
            return {"progressStatus": "SOLVED", "diagnosis/disease": put_class(conclusions[0], context)}
        return {"progressStatus": "COMPLETED" if status == "final" else "IN_PROGRESS"}

    def take(held: Json, context: Context) -> Any:
        progress = held.get("progressStatus")
        if progress != "SOLVED":
            return ("final" if progress in ("COMPLETED", "UNSOLVED") else "preliminary", [], REPORT, [GENETICS])
        disease = take_class(held["diagnosis/disease"], context)
        return UNREAD if disease is UNREAD else ("final", [disease], REPORT, [GENETICS])

    return whole(field, element, Codec("ProgressStatus", put, take))


INTERPRETATION = Mapping(
    DiagnosticReport, None,
    implied("id", lambda context: context.where),
    solved("status|conclusions|code|categories", "progress"),
    text("conclusion", "summary"),
    kind="interpretations",
)  # fmt: skip

ROLE = CodeTable({
    "rejected": "REJECTED", "candidate": "CANDIDATE", "contributory": "CONTRIBUTORY", "causative": "CAUSATIVE",
})  # fmt: skip
SIGNIFICANCE = CodeTable({
    "benign": "BENIGN", "likely-benign": "LIKELY_BENIGN", "uncertain": "UNCERTAIN_SIGNIFICANCE",
    "likely-pathogenic": "LIKELY_PATHOGENIC", "pathogenic": "PATHOGENIC",
})  # fmt: skip
ACTIONABILITY = CodeTable({
    "unknown": "UNKNOWN_ACTIONABILITY", "not-actionable": "NOT_ACTIONABLE", "actionable": "ACTIONABLE",
})  # fmt: skip

IMPLICATION = Mapping(
    Implication, None,
    implied("subjectOrBiosampleId", lambda context: context.subject),
    code("role", "interpretationStatus", ROLE),
    code("significance", "variantInterpretation/acmgPathogenicityClassification", SIGNIFICANCE),
    code("actionability", "variantInterpretation/therapeuticActionability", ACTIONABILITY),
    kind="genomicInterpretations",
)  # fmt: skip

VARIANT = Mapping(
    Variant, None,
    text("name", "id"),
    text("label", "label"),
    gene("gene", "geneContext"),
    expression("coding", "expressions", "hgvs.c"),
    expression("genomic", "expressions", "hgvs.g"),
    expression("protein", "expressions", "hgvs.p"),
    text("assembly", "vcfRecord/genomeAssembly"),
    text("chromosome", "vcfRecord/chrom"),
    integer("position", "vcfRecord/pos"),
    text("ref", "vcfRecord/ref"),
    text("alt", "vcfRecord/alt"),
    text("molecule", "moleculeContext"),
    ontology("change", "structuralType"),
    ontology("zygosity", "allelicState"),
    kind="variationDescriptor",
)  # fmt: skip

META_DATA = Mapping(
    Phenopacket, None,
    text("identifier", "id"),
    display("created_by", "createdBy"),
    text("schema_version", "phenopacketSchemaVersion"),
    terminology("terminologies", "resources"),
    citation("references", "externalReferences"),
    kind="metaData",
)  # fmt: skip
