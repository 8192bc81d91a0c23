"""The code systems that people name in a case: `snomed`, `loinc`, ... and the URIs that FHIR knows them by.

Besides the table there are two rules: `hl7:NAME` is http://terminology.hl7.org/CodeSystem/NAME, and `fhir:NAME` is
http://hl7.org/fhir/NAME. The URIs are those of https://hl7.org/fhir/R4/terminologies-systems.html and
https://terminology.hl7.org/identifiers.html.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

ALIASES: dict[str, str] = {
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "icd-10": "http://hl7.org/fhir/sid/icd-10",
    "icd-10-cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd-10-pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "icd-9-cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "icd-11": "http://id.who.int/icd/release/11/mms",
    "icd-o-3": "http://terminology.hl7.org/CodeSystem/icd-o-3",
    "icf": "http://hl7.org/fhir/sid/icf",
    "icpc-2": "http://hl7.org/fhir/sid/icpc-2",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "hpo": "http://human-phenotype-ontology.org",
    "mondo": "http://purl.obolibrary.org/obo/mondo.owl",
    "orpha": "http://www.orpha.net",
    "omim": "http://www.omim.org",
    "hgnc": "http://www.genenames.org",
    "hgvs": "http://varnomen.hgvs.org",
    "so": "http://www.sequenceontology.org",
    "geno": "http://purl.obolibrary.org/obo/geno.owl",
    "eco": "http://purl.obolibrary.org/obo/eco.owl",
    "uo": "http://purl.obolibrary.org/obo/uo.owl",
    "maxo": "http://purl.obolibrary.org/obo/maxo.owl",
    "uberon": "http://purl.obolibrary.org/obo/uberon.owl",
    "ncbitaxon": "http://purl.obolibrary.org/obo/ncbitaxon.owl",
    "clinvar": "http://www.ncbi.nlm.nih.gov/clinvar",
    "mesh": "https://www.nlm.nih.gov/mesh",
    "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "meddra": "https://www.meddra.org",
    "unii": "http://fdasis.nlm.nih.gov",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "mvx": "http://hl7.org/fhir/sid/mvx",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "ucum": "http://unitsofmeasure.org",
    "dicom": "http://dicom.nema.org/resources/ontology/DCM",
    "radlex": "http://www.radlex.org",
    "cdc-race": "urn:oid:2.16.840.1.113883.6.238",
    "nucc": "http://nucc.org/provider-taxonomy",
    "country": "urn:iso:std:iso:3166",
    "language": "urn:ietf:bcp:47",
}
"""The name we write, and the URI."""

_ALSO = {
    "snomed": "snomedct snomed-ct sct",
    "icd-10": "icd10",
    "icd-10-cm": "icd10cm icd10-cm",
    "icd-10-pcs": "icd10pcs icd10-pcs",
    "icd-9-cm": "icd9cm icd9-cm icd-9",
    "icd-11": "icd11",
    "icd-o-3": "icdo3 icd-o",
    "icpc-2": "icpc2",
    "hpo": "hp",
    "orpha": "orphanet ordo",
    "ncit": "nci",
    "dicom": "dcm",
}
_TITLES = {
    "snomed": "SNOMED CT", "rxnorm": "RxNorm", "orpha": "Orphanet", "clinvar": "ClinVar", "mesh": "MeSH",
    "ncit": "NCI Thesaurus", "meddra": "MedDRA", "radlex": "RadLex", "so": "Sequence Ontology",
    "cdc-race": "CDC Race and Ethnicity", "country": "ISO 3166", "language": "BCP 47",
}  # fmt: skip
_READ = {**ALIASES, **{word: ALIASES[name] for name, words in _ALSO.items() for word in words.split()}}
_WRITTEN = {uri: name for name, uri in ALIASES.items()}

_RULES = (("hl7:", "http://terminology.hl7.org/CodeSystem/"), ("fhir:", "http://hl7.org/fhir/"))
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def uri_of(alias: str) -> str | None:
    """The URI of the code system that a person names (`snomed`, `ICD-10`, `hl7:v3-ActCode`); None if it is unknown."""
    known = _READ.get(alias.casefold())
    if known:
        return known
    for prefix, base in _RULES:
        name = alias[len(prefix) :]
        if alias[: len(prefix)].casefold() == prefix and _NAME.fullmatch(name):
            return base + name
    return None


def alias_of(uri: str) -> str | None:
    """The name to write for a code system, so that `uri_of` gives the URI again; None if it has no name."""
    known = _WRITTEN.get(uri)
    if known:
        return known
    for prefix, base in _RULES:
        if uri.startswith(base) and _NAME.fullmatch(uri[len(base) :]):
            return prefix + uri[len(base) :]
    return None


def title_of(uri: str) -> str:
    """What people call a code system: `SNOMED CT`, `ICD-10`; its URI where it has no name here."""
    name = _WRITTEN.get(uri)
    return _TITLES.get(name, name.upper()) if name else uri


def nearest(alias: str) -> str | None:
    """The known name most like this one, or None."""
    close = get_close_matches(alias.casefold(), _READ, n=1, cutoff=0.6)
    return _WRITTEN[_READ[close[0]]] if close else None
