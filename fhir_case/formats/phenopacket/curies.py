"""CURIEs: the prefixes of a phenopacket's codes, the code systems that FHIR knows, and how a packet describes each.

A packet's code is `HP:0012736`, FHIR's a system and a code; whether FHIR's code has the prefix too is each system's own
matter. Where HL7 names a system, it is that one (https://terminology.hl7.org/identifiers.html: HPO, HGNC, MONDO, NCIt,
Sequence Ontology; https://hl7.org/fhir/R4/terminologies-systems.html: SNOMED CT, LOINC, UCUM, ICD, RxNorm); for the other
OBO ontologies it is the ontology's own address (https://obofoundry.org/id-policy).
"""

from __future__ import annotations

from typing import NamedTuple

from fhir_case.case.coded import Coding
from fhir_case.terminology import systems

OBO = "http://purl.obolibrary.org/obo/"


class Prefix(NamedTuple):
    """A prefix of CURIEs, and its code system."""

    name: str
    """As packets write it: `HP`."""
    alias: str
    """The code system, by its short name here."""
    whole: bool = False
    """FHIR's code has the prefix: `HP:0012736`, not `0012736`."""
    resource: tuple[str, str, str, str] | None = None
    """How `metaData.resources` describes it: id, name, url, iriPrefix."""


def _obo(prefix: str, alias: str, name: str) -> Prefix:
    return Prefix(prefix, alias, True, (alias, name, f"{OBO}{alias}.owl", f"{OBO}{prefix}_"))


PREFIXES = (
    Prefix("HP", "hpo", True, ("hp", "human phenotype ontology", OBO + "hp.owl", OBO + "HP_")),
    _obo("GENO", "geno", "Genotype Ontology"),
    _obo("SO", "so", "Sequence types and features ontology"),
    Prefix("OMIM", "omim", False, (
        "omim", "An Online Catalog of Human Genes and Genetic Disorders", "https://www.omim.org",
        "https://www.omim.org/entry/")),
    Prefix("HGNC", "hgnc", True, (
        "hgnc", "HUGO Gene Nomenclature Committee", "https://www.genenames.org",
        "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/")),
    _obo("MONDO", "mondo", "Mondo Disease Ontology"),
    _obo("ECO", "eco", "Evidence and Conclusion Ontology"),
    _obo("UO", "uo", "Units of measurement ontology"),
    _obo("MAXO", "maxo", "Medical Action Ontology"),
    _obo("UBERON", "uberon", "Uber-anatomy ontology"),
    _obo("NCBITaxon", "ncbitaxon", "NCBI organismal classification"),
    Prefix("NCIT", "ncit", False, ("ncit", "NCI Thesaurus", OBO + "ncit.owl", OBO + "NCIT_")),
    Prefix("ORPHA", "orpha", False, (
        "ordo", "Orphanet Rare Disease Ontology", "http://www.orpha.net", "http://www.orpha.net/ORDO/Orphanet_")),
    Prefix("LOINC", "loinc", False, (
        "loinc", "Logical Observation Identifiers Names and Codes", "https://loinc.org", "https://loinc.org/")),
    Prefix("SNOMEDCT", "snomed", False, ("snomedct", "SNOMED CT", "http://snomed.info/sct", "http://snomed.info/id/")),
    Prefix("UCUM", "ucum", False, (
        "ucum", "Unified Code for Units of Measure", "https://ucum.org", "http://unitsofmeasure.org/")),
    Prefix("ICD10", "icd-10"), Prefix("ICD10CM", "icd-10-cm"), Prefix("ICD11", "icd-11"), Prefix("ICDO", "icd-o-3"),
    Prefix("RxNorm", "rxnorm"), Prefix("ATC", "atc"), Prefix("CLINVAR", "clinvar"), Prefix("MESH", "mesh"),
)  # fmt: skip
"""The descriptions are those of the published store (https://github.com/monarch-initiative/phenopacket-store) where it
has them, else those of the ontologies themselves."""

_ALSO = {
    "HPO": "HP", "SCTID": "SNOMEDCT", "SNOMED": "SNOMEDCT", "SCT": "SNOMEDCT", "LNC": "LOINC", "ORPHANET": "ORPHA",
    "NCBITAXON": "NCBITaxon", "RXNORM": "RxNorm",
}  # fmt: skip
"""Other names for a prefix, in capitals. What is so written is read, and kept as it was written."""

_BY_NAME = {one.name: one for one in PREFIXES}
_BY_SYSTEM = {systems.uri_of(one.alias): one for one in PREFIXES}


def prefix_named(name: str) -> Prefix | None:
    """The prefix of this name, or of another name for it."""
    return _BY_NAME.get(name) or _BY_NAME.get(_ALSO.get(name.upper(), name.upper()))


def prefix_of(system: str) -> Prefix | None:
    """The prefix for a code system, by its URI or its short name."""
    return _BY_SYSTEM.get(systems.uri_of(system) or system)


def coding_of(curie: str, display: str | None) -> Coding:
    """The code that a CURIE names; one with a prefix not known here is a code of no known system, whole."""
    name, colon, local = curie.partition(":")
    prefix = prefix_named(name) if colon and local else None
    if prefix is None:
        return Coding(None, curie, display)
    return Coding(systems.uri_of(prefix.alias), f"{prefix.name}:{local}" if prefix.whole else local, display)


def curie_of(coding: Coding) -> str | None:
    """The CURIE of a code; None where its system has no prefix here."""
    if coding.code is None:
        return None
    if coding.system is None:
        return coding.code
    prefix = _BY_SYSTEM.get(coding.system)
    if prefix is None:
        return None
    head = f"{prefix.name}:"
    return coding.code if prefix.whole and coding.code.startswith(head) else head + coding.code
