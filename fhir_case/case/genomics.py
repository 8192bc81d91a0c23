"""What a genetic test found, and what that means for the patient.

The words are those of the HL7 guide for genomics reporting (https://hl7.org/fhir/uv/genomics-reporting/STU3/).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fhir_case.case.base import Code, Item, Ref, Text
from fhir_case.case.clinical import Component, ObservationStatus
from fhir_case.case.coded import Concept
from fhir_case.case.records import Notes


class Variant(Item):
    """A change of the genome that was found in the patient."""

    status: ObservationStatus = "final"
    name: Text | None = None
    """What the source calls it: an id of its own."""
    label: Text | None = None
    """What it is, in words: `telomeric 11q deletion`."""
    gene: Concept | None = None
    coding: Code | None = None
    """The change of the transcript in HGVS: `NM_020822.3:c.2280C>G`."""
    genomic: Code | None = None
    """The change of the genome in HGVS: `NC_000009.12:g.135775346C>G`."""
    protein: Code | None = None
    """The change of the protein in HGVS: `NP_065873.2:p.(Ile760Met)`."""
    change: Concept | None = None
    """Its kind: `so SO:1000029 | chromosomal_deletion`."""
    zygosity: Concept | None = None
    """On how many of the alleles: `geno GENO:0000135 | heterozygous`."""
    assembly: Text | None = None
    """The reference genome that chromosome and position are of: `hg38`."""
    chromosome: Text | None = None
    position: Annotated[int, Field(ge=0)] | None = None
    """The first changed base, counted from 1."""
    ref: Text | None = None
    """The bases of the reference genome there."""
    alt: Text | None = None
    """The bases of the patient there."""
    molecule: Text | None = None
    """What was looked at: `genomic`, `transcript`, `protein`."""
    components: list[Component] = Field(default_factory=list)
    """What else the test says of it."""
    notes: Notes = Field(default_factory=list)


class Implication(Item):
    """What variants mean for a diagnosis; one that was `rejected` is not its cause."""

    status: ObservationStatus = "final"
    variants: list[Ref] = Field(default_factory=list)
    diagnosis: Concept | None = None
    role: Literal["rejected", "candidate", "contributory", "causative"] | None = None
    significance: Literal["benign", "likely-benign", "uncertain", "likely-pathogenic", "pathogenic"] | None = None
    """After the guidelines of ACMG and AMP (https://doi.org/10.1038/gim.2015.30)."""
    actionability: Literal["unknown", "not-actionable", "actionable"] | None = None
    """Whether a therapy is known that goes by it."""
    components: list[Component] = Field(default_factory=list)
    """What else the test says of it."""
    notes: Notes = Field(default_factory=list)
