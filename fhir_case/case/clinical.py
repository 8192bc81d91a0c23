"""What was found and what was done: diagnoses, findings, laboratory, imaging, procedures, medications, outcomes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from fhir_case.case.base import Code, Instant, Item, ItemId, Part, Ref, Stated, Text
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.measured import Quantity, Range, Result, Size
from fhir_case.case.problems import Unreadable
from fhir_case.case.timing import Timing
from fhir_case.case.when import LIVED, Date, Period, Point, Span, When, Words, told_as

Notes = Annotated[list[Text], BeforeValidator(lambda raw: [raw] if isinstance(raw, str) else raw)]
"""Remarks, in words."""

ObservationStatus = Literal[
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
]
EventStatus = Literal[
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"
]
ReportStatus = Literal[
    "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled",
    "entered-in-error", "unknown",
]  # fmt: skip
Category = Literal["social-history", "vital-signs", "imaging", "procedure", "survey", "exam", "therapy", "activity"]
Missing = Literal[
    "unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable", "unsupported",
    "as-text", "error", "not-a-number", "negative-infinity", "positive-infinity", "not-performed", "not-permitted",
]  # fmt: skip


class Diagnosis(Item):
    """A condition of the patient; `diagnosed` (when it was recognised) and `onset` (when it began) are two things."""

    code: Concept
    status: Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved"] | None = None
    certainty: Literal[
        "unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"
    ] | None = None  # fmt: skip
    category: Literal["problem-list-item", "encounter-diagnosis"] | None = "problem-list-item"
    severity: Concept | None = None
    sites: list[Concept] = Field(default_factory=list)
    onset: When | None = None
    diagnosed: Point | None = None
    resolved: When | None = None
    recorded: Point | None = None
    """When it was entered into a record."""
    due_to: list[Ref] = Field(default_factory=list)
    """The diagnoses it is a consequence of."""
    evidence: list[Ref] = Field(default_factory=list)
    """The findings and procedures that support it, symptoms among them."""
    manifestations: list[Concept] = Field(default_factory=list)
    """What supports it, as codes."""
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Component(Part):
    """One of several values of an observation."""

    code: Concept
    value: Result | None = None
    interpretation: list[Concept] = Field(default_factory=list)
    reference: list[Range] = Field(default_factory=list)


class Observed(Item):
    """What every observation has."""

    code: Concept
    status: ObservationStatus = "final"
    value: Result | None = None
    missing: Missing | None = None
    """Why there is no value, where that is stated."""
    interpretation: list[Concept] = Field(default_factory=list)
    when: When | None = None
    issued: Instant | None = None
    """The instant at which the result was made available."""
    site: Concept | None = None
    method: Concept | None = None
    components: list[Component] = Field(default_factory=list)
    performers: list[Ref] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        """A value, that it was absent, or why there is none (https://hl7.org/fhir/R4/observation.html, obs-6)."""
        stated = [name for name in ("value", "absent", "missing") if getattr(self, name, None) not in (None, False)]
        if len(stated) > 1:
            raise Unreadable(f"{' and '.join(stated)} cannot stand together", f"leave out all but {stated[0]}")
        return self


class Finding(Observed):
    """A symptom or sign, present or absent."""

    absent: bool = False
    """It was looked for and not there."""
    category: Category | None = "exam"
    size: Size | None = None
    """Length by width of a lesion."""
    severity: Concept | None = None
    modifiers: list[Concept] = Field(default_factory=list)
    """What more there is to say of it, as codes: `hpo HP:0031796 | Recurrent`."""
    onset: When | None = None
    """When it began; `when` is when it was observed."""
    resolved: When | None = None
    """When it was over."""
    reference: list[Range] = Field(default_factory=list)
    parts: list[Ref] = Field(default_factory=list)
    """The findings it is made of, or that belong to it."""


class Lab(Observed):
    """A laboratory result, with or without a value."""

    reference: list[Range] = Field(default_factory=list)
    specimen: Text | None = None
    """What was examined, in words."""
    parts: list[Ref] = Field(default_factory=list)
    """The results of a panel."""

    @model_validator(mode="after")
    def _unknown_is_nothing(self) -> Self:
        """A result without value or parts is unknown already: that is how the profile has it."""
        if self.missing == "unknown" and not self.parts and not self.components:
            self.__dict__["missing"] = None
        return self


class Outcome(Observed):
    """How a diagnosis or lesion did over time."""

    about: list[Ref] = Field(min_length=1)
    """The diagnoses or findings that this is the outcome of."""
    absent: bool = False
    """What the code says did not happen."""
    category: Category | None = "exam"
    reference: list[Range] = Field(default_factory=list)


class ImagingFinding(Observed):
    """What an imaging study shows."""

    study: Annotated[Ref | None, Field(exclude=True)] = None
    """The study it stands in; not written, since the place says it."""

    absent: bool = False
    """It was looked for and not there."""


class Series(Part):
    """One series (or figure panel) of an imaging study."""

    number: Annotated[int, Field(ge=0)]
    """Tells the series of a study apart."""
    modality: Code
    """A DICOM modality: CT, MR, NM, RG, US, …"""
    description: Text | None = None
    site: Coding | None = None
    side: Literal["left", "right", "both"] | None = None
    instances: Annotated[int, Field(ge=0)] | None = None
    uid: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=64)] | None = None
    """The real DICOM series UID, where there is one."""


class Imaging(Item):
    """An imaging study: its series, and what it shows."""

    status: Literal["registered", "available", "cancelled", "entered-in-error", "unknown"] = "unknown"
    modalities: list[Code] = Field(default_factory=list)
    codes: list[Concept] = Field(default_factory=list)
    """Which examination it was."""
    when: Point | None = None
    description: Text | None = None
    reasons: list[Concept] = Field(default_factory=list)
    series: list[Series] = Field(default_factory=list)
    findings: dict[ItemId, ImagingFinding] = Field(default_factory=dict)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Procedure(Item):
    """Something that was done to or with the patient: a biopsy, an operation, an examination."""

    code: Concept
    status: EventStatus = "completed"
    category: Concept | None = None
    when: When | None = None
    sites: list[Concept] = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it was done for."""
    indications: list[Concept] = Field(default_factory=list)
    """Why it was done, as codes or words."""
    outcome: Concept | None = None
    reports: list[Ref] = Field(default_factory=list)
    performers: list[Ref] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class DiagnosticReport(Item):
    """The report of an examination: what it covers and concludes."""

    code: Concept
    status: ReportStatus = "final"
    categories: list[Concept] = Field(default_factory=list)
    when: When | None = None
    issued: Instant | None = None
    imaging: list[Ref] = Field(default_factory=list)
    results: list[Ref] = Field(default_factory=list)
    performers: list[Ref] = Field(default_factory=list)
    conclusion: Text | None = None
    conclusions: list[Concept] = Field(default_factory=list)
    """The conclusion as codes."""
    encounter: Ref | None = None


class Dosage(Stated):
    """How a drug is taken."""

    text: Text | None = None
    dose: Quantity | None = None
    timing: Timing | None = None
    route: Concept | None = None
    as_needed: bool | None = None
    site: Concept | None = None


Dosages = Annotated[list[Dosage], BeforeValidator(lambda raw: [raw] if isinstance(raw, dict) else raw)]


class Medication(Item):
    """A drug that the patient takes, took, or did not take."""

    code: Concept
    status: Literal[
        "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"
    ] = "unknown"
    status_reason: list[Concept] = Field(default_factory=list)
    """Why it was stopped, held or not taken."""
    taken: When | None = None
    asserted: Point | None = None
    """When this was told."""
    dosage: Dosages = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it is taken for."""
    indications: list[Concept] = Field(default_factory=list)
    """What it is taken for, as codes or words."""
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Reaction(Part):
    """What an allergy did."""

    manifestations: list[Concept] = Field(min_length=1)
    substance: Concept | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    onset: Point | None = None
    description: Text | None = None


class Allergy(Item):
    """An allergy or intolerance; `code` can also say that none is known."""

    code: Concept
    status: Literal["active", "inactive", "resolved"] | None = None
    certainty: Literal["unconfirmed", "confirmed", "refuted", "entered-in-error"] | None = None
    type: Literal["allergy", "intolerance"] | None = None
    categories: list[Literal["food", "medication", "environment", "biologic"]] = Field(default_factory=list)
    criticality: Literal["low", "high", "unable-to-assess"] | None = None
    onset: When | None = None
    recorded: Point | None = None
    reactions: list[Reaction] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)


class Immunization(Item):
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
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Illness(Part):
    """A condition of a relative."""

    code: Concept
    onset: Annotated[When, told_as(Span, Period, Words), LIVED] | None = None
    outcome: Concept | None = None
    contributed_to_death: bool | None = None


class FamilyMember(Item):
    """A relative and his or her conditions."""

    relationship: Concept
    status: Literal["partial", "completed", "entered-in-error", "health-unknown"] = "partial"
    name: Text | None = None
    sex: Concept | None = None
    age: Annotated[When, told_as(Span, Words), LIVED] | None = None
    deceased: Annotated[When, told_as(Date, Span, Words), LIVED] | bool | None = None
    conditions: list[Illness] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)
