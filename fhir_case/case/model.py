"""A clinician's case of one patient, as the CARE checklist asks for it (https://www.care-statement.org)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from pydantic import ConfigDict, Field, PrivateAttr, SerializeAsAny, model_validator

from fhir_case.case.base import FHIR, Code, Instant, Item, ItemId, Model, Text, Verbatim
from fhir_case.case.care import CarePlan, CareTeam, Device, DeviceUse, Document, Flag, Goal, Location, Specimen
from fhir_case.case.clinical import (
    Diagnosis,
    DiagnosticReport,
    Finding,
    Imaging,
    Lab,
    Outcome,
    Procedure,
)
from fhir_case.case.envelope import Envelope
from fhir_case.case.genomics import Implication, Variant
from fhir_case.case.medication import Administration, Drug, Medication, Prescription
from fhir_case.case.people import Event, Organization, Patient, Practitioner, Role, Source
from fhir_case.case.phenopacket import Phenopacket
from fhir_case.case.prevention import Allergy, FamilyMember, Immunization
from fhir_case.case.verbatim_parts import with_verbatim
from fhir_case.json import canonical


class Entry(NamedTuple):
    """An item and where it stands in the case."""

    kind: str
    """The section: `diagnoses`, `labs`, …; `imaging.findings` for what stands inside another item."""
    id: str
    item: Item
    parent: str | None = None
    """The id of the item it stands in."""


class NoOthers(Model):
    """The section `other` where nobody maps anything into it."""


class CaseModel(Model):
    """One patient's clinical case; items are maps keyed by ids that are unique in the whole case."""

    model_config = ConfigDict(defer_build=True)  # `api.Case` alone is made of data, and not by all who import it

    id: ItemId
    """Names the case; part of the identity of all its resources."""
    title: Text
    recorded: Instant | None = None
    """The instant (with zone) at which the case was written: FHIR's required timestamps come from it."""
    language: Code | None = None
    source: Source | None = None
    patient: Patient | None = None
    timeline: dict[ItemId, Event] = Field(default_factory=dict)
    diagnoses: dict[ItemId, Diagnosis] = Field(default_factory=dict)
    findings: dict[ItemId, Finding] = Field(default_factory=dict)
    labs: dict[ItemId, Lab] = Field(default_factory=dict)
    procedures: dict[ItemId, Procedure] = Field(default_factory=dict)
    imaging: dict[ItemId, Imaging] = Field(default_factory=dict)
    variants: dict[ItemId, Variant] = Field(default_factory=dict)
    implications: dict[ItemId, Implication] = Field(default_factory=dict)
    reports: dict[ItemId, DiagnosticReport] = Field(default_factory=dict)
    medications: dict[ItemId, Medication] = Field(default_factory=dict)
    prescriptions: dict[ItemId, Prescription] = Field(default_factory=dict)
    administrations: dict[ItemId, Administration] = Field(default_factory=dict)
    outcomes: dict[ItemId, Outcome] = Field(default_factory=dict)
    allergies: dict[ItemId, Allergy] = Field(default_factory=dict)
    immunizations: dict[ItemId, Immunization] = Field(default_factory=dict)
    family: dict[ItemId, FamilyMember] = Field(default_factory=dict)
    flags: dict[ItemId, Flag] = Field(default_factory=dict)
    care_plans: dict[ItemId, CarePlan] = Field(default_factory=dict)
    care_teams: dict[ItemId, CareTeam] = Field(default_factory=dict)
    goals: dict[ItemId, Goal] = Field(default_factory=dict)
    device_uses: dict[ItemId, DeviceUse] = Field(default_factory=dict)
    devices: dict[ItemId, Device] = Field(default_factory=dict)
    drugs: dict[ItemId, Drug] = Field(default_factory=dict)
    specimens: dict[ItemId, Specimen] = Field(default_factory=dict)
    documents: dict[ItemId, Document] = Field(default_factory=dict)
    locations: dict[ItemId, Location] = Field(default_factory=dict)
    practitioners: dict[ItemId, Practitioner] = Field(default_factory=dict)
    roles: dict[ItemId, Role] = Field(default_factory=dict)
    organizations: dict[ItemId, Organization] = Field(default_factory=dict)
    other: dict[str, dict[ItemId, SerializeAsAny[Item]]] = Field(default_factory=dict)
    """Kinds of items that mappings of third parties bring, by kind."""
    resources: dict[ItemId, FHIR] = Field(default_factory=dict)
    """FHIR resources that the model has no word for, verbatim."""
    phenopacket: Phenopacket | None = None
    """What the phenopacket says of itself that this case was read from; with it, no `category` of findings and diagnoses
    is presumed."""
    bundle: Envelope | None = None
    """How the bundle came that this case was read from, where it was not one of ours."""

    _came_as: str | None = PrivateAttr(None)
    """The type of the bundle of ours that it was read from; no part of what the case says."""

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        """A case is about a patient, also where nothing is stated of him or her; a bundle's may stand elsewhere."""
        if self.patient is None and self.bundle is None and PATIENT not in self.resources:
            self.__dict__["patient"] = Patient()
        for item in self._uncategorised():
            if "category" not in item.model_fields_set:
                item.__dict__["category"] = None
        return self

    def _uncategorised(self) -> Iterator[Diagnosis | Finding]:
        """The items of which a case presumes no category: a phenopacket does not say how its features were found out,
        nor of its diseases whether they are problems of the patient's list."""
        if self.phenopacket is not None:
            yield from self.diagnoses.values()
            yield from self.findings.values()

    @property
    def has_patient(self) -> bool:
        """It is known whom the case is about; of what others wrote about nobody (organizations alone, say) it is not."""
        elsewhere = self.bundle is not None and self.bundle.patient is not None
        return self.patient is not None or PATIENT in self.resources or elsewhere

    def entries(self) -> Iterator[Entry]:
        """All items, section by section, each section by id."""
        if self.source is not None:
            yield Entry("source", SOURCE, self.source)
        if self.patient is not None:
            yield Entry("patient", PATIENT, self.patient)
        for kind in KINDS:
            section = getattr(self, kind)
            for key in sorted(section):
                item = section[key]
                yield Entry(kind, key, item)
                if kind == "imaging":
                    for inner in sorted(item.findings):
                        finding = item.findings[inner]
                        if finding.study != key:
                            finding.study = key
                        yield Entry("imaging.findings", inner, finding, key)
        if self.phenopacket is not None:
            yield Entry("phenopacket", PHENOPACKET, self.phenopacket)

        for kind in sorted(self.other):
            for key in sorted(self.other[kind]):
                yield Entry(f"{OTHER}.{kind}", key, self.other[kind][key])

    def plain(self) -> dict[str, Any]:
        """The case as a case file has it: what is not stated is not there."""
        made = self.model_dump(exclude_defaults=True)
        if self.phenopacket is not None:
            for name in ("diagnoses", "findings"):
                for key, item in getattr(self, name).items():
                    told = made[name][key]
                    told.pop("category", None)
                    if item.category is not None:
                        told["category"] = item.category
        return made

    def writable(self) -> dict[str, Any]:
        """The case as `plain`, for a writer: its FHIR parts marked, and where an item comes from after what it says."""
        plain: dict[str, Any] = with_verbatim(self.plain(), type(self))
        for kind, section in plain.get(OTHER, {}).items():
            for key, item in section.items():
                section[key] = with_verbatim(item, type(self.other[kind][key]))
        return {key: _ordered(value) for key, value in plain.items()}

    def dumps(self) -> bytes:
        """The case as canonical bytes: sorted keys, items by id, numbers as written. This is what equality means."""
        return canonical(self.plain())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CaseModel) and self.dumps() == other.dumps()

    __hash__ = None  # type: ignore[assignment]


SOURCE, PATIENT, PHENOPACKET = "source", "patient", "phenopacket"
"""The ids of the items that a case has one of."""

OTHER = "other"
"""The section of what third parties map; the kinds in it are `other.<kind>`."""

KINDS = (
    "timeline", "diagnoses", "findings", "labs", "procedures", "imaging", "variants", "implications", "reports",
    "medications", "prescriptions", "administrations", "outcomes", "allergies", "immunizations", "family", "flags",
    "care_plans", "care_teams", "goals", "device_uses", "devices", "drugs", "specimens", "documents", "locations",
    "practitioners", "roles", "organizations",
)  # fmt: skip
"""The sections that hold items keyed by id."""

_LAST = ("issued", "performers", "encounter", "notes", "identifiers", "language", "quotes", "remainder")
"""What stands at the end of an item that is written: who, where and under which numbers comes after what."""


def _ordered(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_ordered(one) for one in plain]
    if not isinstance(plain, dict) or isinstance(plain, Verbatim):
        return plain
    keys = [key for key in plain if key not in _LAST] + [key for key in _LAST if key in plain]
    return {key: _ordered(plain[key]) for key in keys}
