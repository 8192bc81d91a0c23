"""What a GA4GH phenopacket says of itself, where a case came from one (https://phenopacket-schema.readthedocs.io)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fhir_case.case.base import FHIR, Item, Part, Ref, Stated, Text


class Citation(Stated):
    """What a packet refers to: a publication, mostly."""

    id: Text | None = None
    """As a CURIE: `PMID:23086397`."""
    title: Text | None = None


class Terminology(Part):
    """A terminology whose codes are used, and its version."""

    system: Annotated[str, Field(pattern=r"^[^\s|]+$")]
    """Its short name (`hpo`), or its URI."""
    version: Text | None = None


class Phenopacket(Item):
    """The phenopacket that the case came from: what it says of itself, and what no field has a word for."""

    identifier: Text | None = None
    schema_version: Text | None = None
    created_by: Ref | None = None
    references: list[Citation] = Field(default_factory=list)
    terminologies: list[Terminology] = Field(default_factory=list)
    rest: FHIR | None = None
    """The order of its lists, and what is only carried, so that it can be given back as it was."""
