"""Variants and what they mean, as in the guide for genomics reporting. Carried: methods, specimens, devices.

https://hl7.org/fhir/uv/genomics-reporting/STU3/StructureDefinition-variant.html
https://hl7.org/fhir/uv/genomics-reporting/STU3/StructureDefinition-diagnostic-implication.html
"""

from typing import Any

from fhir_case.case.clinical import Component
from fhir_case.case.genomics import Implication, Variant
from fhir_case.lens import (
    CHROMOSOME,
    CONCEPT,
    TEXT,
    WORDS,
    CodeTable,
    Mapping,
    alone,
    always,
    code,
    components,
    concept,
    concepts,
    each,
    fixed,
    needed,
    note,
    of_patient,
    position,
    quotes,
    ranges,
    reference,
    result,
    said,
    words,
)
from fhir_case.mappings.tables import ABSENT_REASON, OBSERVATION_CATEGORY, OBSERVATION_STATUS

LOINC = "http://loinc.org"
HGVS = "http://varnomen.hgvs.org"
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"

GENETICS = concepts("http://terminology.hl7.org/CodeSystem/v2-0074", GE="Genetics")
PRESENT = {"coding": [{"system": LOINC, "code": "LA9633-4", "display": "Present"}]}

SIGNIFICANCE = CodeTable(
    {"pathogenic": "LA6668-3", "likely-pathogenic": "LA26332-9", "uncertain": "LA26333-7",
     "likely-benign": "LA26334-5", "benign": "LA6675-8"},
    LOINC,
    {"LA6668-3": "Pathogenic", "LA26332-9": "Likely pathogenic", "LA26333-7": "Uncertain significance",
     "LA26334-5": "Likely benign", "LA6675-8": "Benign"},
)  # fmt: skip
"""https://loinc.org/LL4034-6"""

ROLES = ("rejected", "candidate", "contributory", "causative")
ACTIONABILITY = ("unknown", "not-actionable", "actionable")
"""Neither has a code in LOINC or in the guide; the words are those of phenopackets."""


def loinc(code: str, display: str) -> dict[str, Any]:
    """A LOINC code for a component."""
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


COMPONENT = Mapping(
    Component, None,
    needed(concept("code", "code")),
    result("value", "value[x]"),
    code("missing", "dataAbsentReason", ABSENT_REASON),
    each(concept("interpretation", "interpretation")),
    ranges("reference", "referenceRange"),
)  # fmt: skip

_GENETIC = (
    quotes(),
    code("status", "status", OBSERVATION_STATUS),
    always("category", OBSERVATION_CATEGORY, "laboratory"),
    always("category", GENETICS, "GE"),
    of_patient(),
    each(note("notes", "note")),
)

VARIANT = Mapping(
    Variant, "Observation",
    *_GENETIC,
    fixed("code", loinc("69548-6", "Genetic variant assessment")),
    fixed("valueCodeableConcept", PRESENT),
    components(
        "component", COMPONENT,
        said("gene", loinc("48018-6", "Gene studied [ID]"), "CodeableConcept", CONCEPT),
        said("coding", loinc("48004-6", "DNA change (c.HGVS)"), "CodeableConcept", alone(HGVS)),
        said("genomic", loinc("81290-9", "Genomic DNA change (gHGVS)"), "CodeableConcept", alone(HGVS)),
        said("protein", loinc("48005-3", "Amino acid change (pHGVS)"), "CodeableConcept", alone(HGVS)),
        said("change", loinc("48019-4", "DNA change type"), "CodeableConcept", CONCEPT),
        said("zygosity", loinc("53034-5", "Allelic state"), "CodeableConcept", CONCEPT),
        said("assembly", loinc("62374-4", "Human reference sequence assembly version"), "CodeableConcept", WORDS),
        said("chromosome", loinc("48000-4", "Chromosome"), "CodeableConcept", CHROMOSOME),
        position("position"),
        said("ref", loinc("69547-8", "Genomic ref allele [ID]"), "String", TEXT),
        said("alt", loinc("69551-0", "Genomic alt allele [ID]"), "String", TEXT),
        said("name", loinc("81252-9", "Discrete genetic variant"), "CodeableConcept", WORDS),
        said("label", {"text": "Label"}, "String", TEXT),
        said("molecule", {"text": "Molecule context"}, "String", TEXT),
    ),
    kind="variants",
)  # fmt: skip

IMPLICATION = Mapping(
    Implication, "Observation",
    *_GENETIC,
    fixed("code", {"coding": [{"system": TBD, "code": "diagnostic-implication", "display": "Diagnostic Implication"}]}),
    each(reference("variants", "derivedFrom")),
    components(
        "component", COMPONENT,
        said("significance", loinc("53037-8", "Genetic variation clinical significance [Imp]"), "CodeableConcept",
             SIGNIFICANCE.codec()),
        said("diagnosis", loinc("81259-4", "Associated phenotype"), "CodeableConcept", CONCEPT),
        said("role", {"text": "Interpretation status"}, "CodeableConcept", words(*ROLES)),
        said("actionability", {"text": "Therapeutic actionability"}, "CodeableConcept", words(*ACTIONABILITY)),
    ),
    kind="implications",
)  # fmt: skip

MAPPINGS = (VARIANT, IMPLICATION)
