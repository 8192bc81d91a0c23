"""Codes of phenopackets: which are read, and what they have no room for."""

from __future__ import annotations

from fhir_case.catalogue.code import Code

SCHEMA = "https://phenopacket-schema.readthedocs.io/en/latest/"

CODES = (
    Code(
        "phenopacket-unknown", "Not a phenopacket",
        "A phenopacket is a JSON object with a subject and what is known of it (phenotypicFeatures, diseases, …), and metaData.",
        fix="Check that it is the right file.",
        type="structure", link=SCHEMA + "phenopacket.html",
    ),
    Code(
        "phenopacket-version", "A phenopacket of another version",
        "Version 1 says other things in other places (negated, genes, variants, htsFiles): read as version 2, a "
        "feature that was absent would be taken for one that is there.",
        fix="Convert it to version 2 first, with phenopacket-tools: pxf convert.",
        type="not-supported", link=SCHEMA + "v2-changes.html",
    ),
    Code(
        "phenopacket-many", "A family or cohort of phenopackets",
        "A case is of one patient.",
        fix="Give each phenopacket in it alone.",
        type="not-supported", link=SCHEMA + "family.html",
    ),
    Code(
        "phenopacket-left-out", "A phenopacket has no room for it",
        "What a case says and the phenopacket schema has no field for is not in the packet: imaging, relatives, times "
        "relative to other items.",
        fix="Nothing, if the reader of the packet can do without it; a FHIR bundle has it all.",
        type="informational", link=SCHEMA + "schema.html",
    ),
    Code(
        "phenopacket-code", "No code that a phenopacket can hold",
        "An OntologyClass needs a CURIE (HP:0012736); what has only words, or a code of a system without a prefix, is "
        "written with its label alone.",
        fix="Add a code of an ontology: code: hpo HP:0012736 | Profound global developmental delay.",
        type="business-rule", link=SCHEMA + "ontologyclass.html",
    ),
)  # fmt: skip
