"""Allergies, immunizations, the family's illnesses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fhir_case.case.base import Part, Ref, Stated, Text
from fhir_case.case.coded import Concept
from fhir_case.case.measured import Quantity
from fhir_case.case.records import Notes, Numeral, Positive, Record
from fhir_case.case.when import LIVED, Date, Period, Point, Span, When, Words, told_as


class Reaction(Part):
    """What an allergy did."""

    manifestations: list[Concept] = Field(min_length=1)
    substance: Concept | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    onset: Point | None = None
    route: Concept | None = None
    """How the patient was exposed."""
    description: Text | None = None
    notes: Notes = Field(default_factory=list)


class Allergy(Record):
    """An allergy or intolerance; `code` can also say that none is known."""

    code: Concept
    status: Literal["active", "inactive", "resolved"] | None = None
    certainty: Literal["unconfirmed", "confirmed", "refuted", "entered-in-error"] | None = None
    type: Literal["allergy", "intolerance"] | None = None
    categories: list[Literal["food", "medication", "environment", "biologic"]] = Field(default_factory=list)
    criticality: Literal["low", "high", "unable-to-assess"] | None = None
    onset: When | None = None
    last: Point | None = None
    """When it last showed."""
    recorded: Point | None = None
    recorder: Ref | None = None
    asserter: Ref | None = None
    """Who said so."""
    encounter: Ref | None = None
    reactions: list[Reaction] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)


class Protocol(Stated):
    """Which dose of which series it is."""

    series: Text | None = None
    dose: Annotated[Positive | Text, Numeral] | None = None
    """The number of the dose."""
    doses: Annotated[Positive | Text, Numeral] | None = None
    """How many there should be."""
    targets: list[Concept] = Field(default_factory=list)
    """The diseases it protects from."""
    authority: Ref | None = None


class Immunization(Record):
    """A vaccine that was given, or not."""

    vaccine: Concept
    status: Literal["completed", "entered-in-error", "not-done"] = "completed"
    status_reason: Concept | None = None
    when: Point | None = None
    dose: Quantity | None = None
    site: Concept | None = None
    route: Concept | None = None
    lot: Text | None = None
    primary_source: bool | None = None
    subpotent: bool | None = None
    """The dose was too weak to count."""
    manufacturer: Ref | None = None
    expires: Point | None = None
    """When the lot expires."""
    performers: list[Ref] = Field(default_factory=list)
    location: Ref | None = None
    recorded: Point | None = None
    reported_by: Concept | None = None
    """Where it is known from, if not from who gave it."""
    indications: list[Concept] = Field(default_factory=list)
    """Why it was given, as codes or words."""
    reasons: list[Ref] = Field(default_factory=list)
    protocol: list[Protocol] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Illness(Part):
    """A condition of a relative."""

    code: Concept
    onset: Annotated[When, told_as(Span, Period, Words), LIVED] | None = None
    outcome: Concept | None = None
    contributed_to_death: bool | None = None
    notes: Notes = Field(default_factory=list)


class FamilyMember(Record):
    """A relative and his or her conditions."""

    relationship: Concept
    status: Literal["partial", "completed", "entered-in-error", "health-unknown"] = "partial"
    name: Text | None = None
    sex: Concept | None = None
    age: Annotated[When, told_as(Span, Words), LIVED] | None = None
    deceased: Annotated[When, told_as(Date, Span, Words), LIVED] | bool | None = None
    recorded: Point | None = None
    conditions: list[Illness] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)
