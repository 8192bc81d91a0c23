"""What was found and what was done: diagnoses, findings, laboratory, imaging, procedures, outcomes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fhir_case.case.base import Code, Instant, ItemId, Part, Ref, Stated, Text
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.links import Link
from fhir_case.case.measured import Range, Result, Size
from fhir_case.case.problems import Unreadable
from fhir_case.case.records import Attachment, Notes, Record
from fhir_case.case.when import Point, When

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


class Stage(Stated):
    """How far a disease has gone."""

    summary: Concept | None = None
    type: Concept | None = None
    """Which staging this is: clinical, pathological, …"""
    assessments: list[Ref] = Field(default_factory=list)


class Diagnosis(Record):
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
    stages: list[Stage] = Field(default_factory=list)
    categories: list[Concept] = Field(default_factory=list)
    """Other categories."""
    recorder: Ref | None = None
    asserter: Ref | None = None
    """Who said so."""
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Component(Part):
    """One of several values of an observation."""

    code: Concept
    value: Result | None = None
    missing: Missing | None = None
    """Why there is no value, where that is stated."""
    interpretation: list[Concept] = Field(default_factory=list)
    reference: list[Range] = Field(default_factory=list)


class Observed(Record):
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
    device: Ref | None = None
    """What it was measured with."""
    based_on: list[Ref] = Field(default_factory=list)
    """The orders and plans that it fulfils."""
    part_of: list[Ref] = Field(default_factory=list)
    """The procedures and the like during which it was made."""
    categories: list[Concept] = Field(default_factory=list)
    """Other categories."""
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
    derived_from: list[Ref] = Field(default_factory=list)
    """What it was worked out from."""


class Lab(Observed):
    """A laboratory result, with or without a value."""

    reference: list[Range] = Field(default_factory=list)
    specimen: Text | None = None
    """What was examined, in words."""
    sample: Ref | None = None
    """What was examined: one of the specimens."""
    derived_from: list[Ref] = Field(default_factory=list)
    """What it was worked out from."""
    parts: list[Ref] = Field(default_factory=list)
    """The results of a panel."""

    @model_validator(mode="after")
    def _one_specimen(self) -> Self:
        """A specimen that is only named is told in words."""
        if self.specimen is not None and self.sample is not None:
            raise Unreadable("specimen and sample cannot stand together", "leave one of them out")
        if isinstance(self.sample, Link) and self.sample == Link(display=self.sample.display):
            self.__dict__.update(specimen=self.sample.display, sample=None)
        return self

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


class Image(Part):
    """One image (or other DICOM instance) of a series."""

    uid: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=64)]
    sop_class: Coding | None = None
    """The DICOM SOP class."""
    number: Annotated[int, Field(ge=0)] | None = None
    title: Text | None = None


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
    started: Point | None = None
    images: list[Image] = Field(default_factory=list)


class Imaging(Record):
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
    series_count: Annotated[int, Field(ge=0)] | None = None
    instances: Annotated[int, Field(ge=0)] | None = None
    """How many images there are in all."""
    referrer: Ref | None = None
    interpreters: list[Ref] = Field(default_factory=list)
    procedure: Ref | None = None
    location: Ref | None = None
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Procedure(Record):
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
    complications: list[Concept] = Field(default_factory=list)
    follow_up: list[Concept] = Field(default_factory=list)
    reports: list[Ref] = Field(default_factory=list)
    performers: list[Ref] = Field(default_factory=list)
    recorder: Ref | None = None
    asserter: Ref | None = None
    location: Ref | None = None
    part_of: list[Ref] = Field(default_factory=list)
    """The procedure (or the like) that it is a part of."""
    based_on: list[Ref] = Field(default_factory=list)
    used: list[Ref] = Field(default_factory=list)
    """What was used: devices, drugs."""
    status_reason: Concept | None = None
    """Why it was not done, or stopped."""
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class DiagnosticReport(Record):
    """The report of an examination: what it covers and concludes."""

    code: Concept
    status: ReportStatus = "final"
    categories: list[Concept] = Field(default_factory=list)
    when: When | None = None
    issued: Instant | None = None
    imaging: list[Ref] = Field(default_factory=list)
    results: list[Ref] = Field(default_factory=list)
    specimens: list[Ref] = Field(default_factory=list)
    performers: list[Ref] = Field(default_factory=list)
    interpreters: list[Ref] = Field(default_factory=list)
    based_on: list[Ref] = Field(default_factory=list)
    conclusion: Text | None = None
    conclusions: list[Concept] = Field(default_factory=list)
    """The conclusion as codes."""
    forms: list[Attachment] = Field(default_factory=list)
    """The whole report as it was issued."""
    encounter: Ref | None = None
