"""Drugs: what is taken, prescribed and given, and what they are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from fhir_case.case.annotated import Before
from fhir_case.case.base import Part, Ref, Stated, Text
from fhir_case.case.coded import Concept
from fhir_case.case.measured import Quantity, Range, Ratio
from fhir_case.case.problems import Unreadable
from fhir_case.case.records import Notes, Record, Visited
from fhir_case.case.timing import Timing
from fhir_case.case.when import Point, When


def _amounts(value: Range) -> Range:
    """FHIR has room for the two amounts alone."""
    if value.text is not None or value.type is not None:
        raise Unreadable("expected a range of two amounts, found words or a type", "write it as 1 to 2 mg")
    return value


TRUTH = {"true": True, "yes": True, "false": False, "no": False}
"""Truth as case files write it."""


def _truth(raw: Any) -> Any:
    return TRUTH.get(raw, raw) if isinstance(raw, str) else raw


class Dosage(Stated):
    """How a drug is taken."""

    text: Text | None = None
    patient_text: Text | None = None
    """As it is told to the patient."""
    dose: Quantity | None = None
    dose_range: Annotated[Range, AfterValidator(_amounts)] | None = None
    timing: Timing | None = None
    route: Concept | None = None
    as_needed: Annotated[Concept | bool, Before(_truth)] | None = None
    """Whether it is taken only if needed, or for what."""
    site: Concept | None = None
    method: Concept | None = None
    instructions: list[Concept] = Field(default_factory=list)
    rate: Ratio | None = None
    most: Ratio | None = None
    """How much at most in which time."""
    sequence: int | None = None
    """Which of several comes when."""


Dosages = Annotated[list[Dosage], Before(lambda raw: [raw] if isinstance(raw, dict) else raw)]


class WithDrug(Part):
    """What is about a drug, which is told by its code or is one of the case's drugs."""

    code: Concept | None = None
    drug: Ref | None = None
    """One of the drugs of the case, instead of a code."""

    @model_validator(mode="after")
    def _some_drug(self) -> Self:
        if (self.code is None) == (self.drug is None):
            found = "neither" if self.code is None else "both"
            raise Unreadable(f"expected a code or one of the drugs, found {found}", "say which drug it is, in one way")
        return self


class OfDrug(WithDrug, Record):
    """A record about a drug."""


class Medication(OfDrug):
    """A drug that the patient takes, took, or did not take."""

    status: Literal[
        "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"
    ] = "unknown"
    status_reason: list[Concept] = Field(default_factory=list)
    """Why it was stopped, held or not taken."""
    category: Concept | None = None
    taken: When | None = None
    asserted: Point | None = None
    """When this was told."""
    informant: Ref | None = None
    """Who told this."""
    dosage: Dosages = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it is taken for."""
    indications: list[Concept] = Field(default_factory=list)
    """What it is taken for, as codes or words."""
    based_on: list[Ref] = Field(default_factory=list)
    part_of: list[Ref] = Field(default_factory=list)
    derived_from: list[Ref] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Dispense(Stated):
    """How much of a prescription is to be handed out."""

    quantity: Quantity | None = None
    repeats: Annotated[int, Field(ge=0)] | None = None
    valid: Visited | None = None
    supply: Quantity | None = None
    """How long one supply lasts."""
    performer: Ref | None = None


class Prescription(OfDrug):
    """An order for a drug; with `not_to_do`, an order not to give it."""

    status: Literal[
        "active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"
    ] = "unknown"
    intent: Literal[
        "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"
    ]
    """How firm it is: a proposal is no order."""
    not_to_do: bool | None = None
    """The drug must not be given."""
    status_reason: Concept | None = None
    categories: list[Concept] = Field(default_factory=list)
    priority: Literal["routine", "urgent", "asap", "stat"] | None = None
    reported: bool | None = None
    """It is known from somebody's report."""
    authored: Point | None = None
    requester: Ref | None = None
    recorder: Ref | None = None
    performer: Ref | None = None
    course: Concept | None = None
    """Continuous, acute, …"""
    dosage: Dosages = Field(default_factory=list)
    dispense: Dispense | None = None
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it is ordered for."""
    indications: list[Concept] = Field(default_factory=list)
    """What it is ordered for, as codes or words."""
    based_on: list[Ref] = Field(default_factory=list)
    replaces: Ref | None = None
    """The prescription that came before."""
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Given(Stated):
    """How a drug was given."""

    text: Text | None = None
    dose: Quantity | None = None
    route: Concept | None = None
    site: Concept | None = None
    method: Concept | None = None


class Administration(OfDrug):
    """A drug that was given to the patient, or was not."""

    status: Literal["in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"] = (
        "unknown"
    )
    status_reason: list[Concept] = Field(default_factory=list)
    """Why it was not given, or stopped."""
    category: Concept | None = None
    when: When | None = None
    dosage: Given | None = None
    performers: list[Ref] = Field(default_factory=list)
    request: Ref | None = None
    """The prescription."""
    devices: list[Ref] = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it was given for."""
    indications: list[Concept] = Field(default_factory=list)
    """What it was given for, as codes or words."""
    part_of: list[Ref] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Ingredient(WithDrug):
    """What a drug is made of."""

    active: bool | None = None
    strength: Ratio | None = None


class Batch(Stated):
    """Which batch of a drug it is."""

    lot: Text | None = None
    expires: Point | None = None


class Drug(Record):
    """A drug itself: what it is made of, its form and strength."""

    code: Concept | None = None
    status: Literal["active", "inactive", "entered-in-error"] | None = None
    form: Concept | None = None
    amount: Ratio | None = None
    ingredients: list[Ingredient] = Field(default_factory=list)
    manufacturer: Ref | None = None
    batch: Batch | None = None
