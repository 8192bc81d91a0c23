"""Care: plans and teams, what to beware of, devices, specimens, places, documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from fhir_case.case.annotated import Instead
from fhir_case.case.base import Instant, Part, Ref, Stated, Text
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.measured import Quantity
from fhir_case.case.people import Address, Contact
from fhir_case.case.records import Attachment, Identifier, Notes, Record, Visited
from fhir_case.case.values import decimal_of
from fhir_case.case.when import Point, When

Number = Annotated[Decimal, Instead(decimal_of, str), WithJsonSchema({"type": ["string", "number"]})]
"""A decimal with its digits: pydantic's own check of one would write `1e0` as 1."""


class Member(Stated):
    """Somebody in a care team."""

    who: Ref | None = None
    roles: list[Concept] = Field(default_factory=list)
    on_behalf_of: Ref | None = None
    when: Visited | None = None


class CareTeam(Record):
    """Who looks after the patient together."""

    name: Text | None = None
    status: Literal["proposed", "active", "suspended", "inactive", "entered-in-error"] | None = None
    categories: list[Concept] = Field(default_factory=list)
    members: list[Member] = Field(default_factory=list)
    when: Visited | None = None
    indications: list[Concept] = Field(default_factory=list)
    """What for, as codes or words."""
    reasons: list[Ref] = Field(default_factory=list)
    organizations: list[Ref] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Planned(Part):
    """What an activity of a plan is; with `not_to_do`, what must not be done."""

    status: Literal[
        "not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown",
        "entered-in-error",
    ]  # fmt: skip
    not_to_do: bool | None = None
    code: Concept | None = None
    description: Text | None = None
    indications: list[Concept] = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    goals: list[Ref] = Field(default_factory=list)
    location: Ref | None = None
    performers: list[Ref] = Field(default_factory=list)


class Activity(Stated):
    """One activity of a plan: told here, or an item of its own."""

    detail: Planned | None = None
    reference: Ref | None = None
    outcomes: list[Concept] = Field(default_factory=list)
    progress: Notes = Field(default_factory=list)


class CarePlan(Record):
    """What is planned for the patient."""

    title: Text | None = None
    status: Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"] = "unknown"
    intent: Literal["proposal", "plan", "order", "option"]
    """How firm it is: a proposal is no order."""
    categories: list[Concept] = Field(default_factory=list)
    description: Text | None = None
    when: Visited | None = None
    created: Point | None = None
    author: Ref | None = None
    contributors: list[Ref] = Field(default_factory=list)
    teams: list[Ref] = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    """The diagnoses it is for."""
    goals: list[Ref] = Field(default_factory=list)
    activities: list[Activity] = Field(default_factory=list)
    encounter: Ref | None = None
    notes: Notes = Field(default_factory=list)


class Target(Stated):
    """What a goal aims at, and until when."""

    measure: Concept | None = None
    value: Quantity | None = None
    due: Point | None = None


class Goal(Record):
    """What is to be reached."""

    description: Concept
    status: Literal[
        "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"
    ]
    achievement: Concept | None = None
    categories: list[Concept] = Field(default_factory=list)
    priority: Concept | None = None
    start: Point | None = None
    targets: list[Target] = Field(default_factory=list)
    status_date: Point | None = None
    status_reason: Text | None = None
    author: Ref | None = None
    """Whose goal it is."""
    reasons: list[Ref] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)


class Flag(Record):
    """What whoever treats the patient must know."""

    code: Concept
    status: Literal["active", "inactive", "entered-in-error"]
    priority: Concept | None = None
    categories: list[Concept] = Field(default_factory=list)
    when: Visited | None = None
    author: Ref | None = None
    encounter: Ref | None = None


class DeviceName(Part):
    """A name of a device."""

    name: Text
    type: Literal[
        "udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name", "model-name", "other"
    ]


class UDI(Stated):
    """The unique identification on a device: https://hl7.org/fhir/R4/device.html#udi."""

    device_identifier: Text | None = None
    issuer: Text | None = None
    jurisdiction: Text | None = None
    carrier: Text | None = None
    """As people read it."""
    entry: Literal["barcode", "rfid", "manual", "card", "self-reported", "unknown"] | None = None


class Device(Record):
    """A device: in the patient, with the patient, or what something was measured with."""

    type: Concept | None = None
    names: list[DeviceName] = Field(default_factory=list)
    status: Literal["active", "inactive", "entered-in-error", "unknown"] | None = None
    status_reason: list[Concept] = Field(default_factory=list)
    patient: Ref | None = None
    manufacturer: Text | None = None
    model: Text | None = None
    part_number: Text | None = None
    serial: Text | None = None
    lot: Text | None = None
    distinct_identifier: Text | None = None
    manufactured: Point | None = None
    expires: Point | None = None
    udi: list[UDI] = Field(default_factory=list)
    owner: Ref | None = None
    location: Ref | None = None
    contacts: list[Contact] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)


class DeviceUse(Record):
    """That the patient uses (or has in the body) a device."""

    device: Ref
    status: Literal["active", "completed", "entered-in-error", "intended", "stopped", "on-hold"]
    when: When | None = None
    recorded: Point | None = None
    informant: Ref | None = None
    indications: list[Concept] = Field(default_factory=list)
    reasons: list[Ref] = Field(default_factory=list)
    site: Concept | None = None
    notes: Notes = Field(default_factory=list)


class Collection(Stated):
    """How a specimen was taken."""

    when: When | None = None
    collector: Ref | None = None
    quantity: Quantity | None = None
    method: Concept | None = None
    site: Concept | None = None


class Specimen(Record):
    """What was taken to be examined."""

    type: Concept | None = None
    status: Literal["available", "unavailable", "unsatisfactory", "entered-in-error"] | None = None
    patient: Ref | None = None
    """Whom it was taken from; not always the patient."""
    accession: Identifier | None = None
    collection: Collection | None = None
    received: Point | None = None
    parents: list[Ref] = Field(default_factory=list)
    condition: list[Concept] = Field(default_factory=list)
    notes: Notes = Field(default_factory=list)


class Position(Part):
    """Where on Earth (WGS 84)."""

    longitude: Number
    latitude: Number
    altitude: Number | None = None


class Location(Record):
    """A place: a ward, a practice, an ambulance."""

    name: Text | None = None
    status: Literal["active", "suspended", "inactive"] | None = None
    description: Text | None = None
    types: list[Concept] = Field(default_factory=list)
    form: Concept | None = None
    """A building, a room, a vehicle, …"""
    mode: Literal["instance", "kind"] | None = None
    operation: Coding | None = None
    """Of a bed: free, occupied, …"""
    aliases: list[Text] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)
    address: Address | None = None
    position: Position | None = None
    organization: Ref | None = None
    part_of: Ref | None = None


class Content(Part):
    """One form of a document."""

    document: Attachment
    format: Coding | None = None


class DocumentContext(Stated):
    """What a document is about."""

    encounters: list[Ref] = Field(default_factory=list)
    events: list[Concept] = Field(default_factory=list)
    when: Visited | None = None
    facility: Concept | None = None
    practice: Concept | None = None


class Document(Record):
    """A document about the patient; the source of the case is none of them."""

    type: Concept | None = None
    status: Literal["current", "superseded", "entered-in-error"] = "current"
    progress: Literal["preliminary", "final", "amended", "entered-in-error"] | None = None
    """How far the document itself is."""
    description: Text | None = None
    categories: list[Concept] = Field(default_factory=list)
    recorded: Instant | None = None
    authors: list[Ref] = Field(default_factory=list)
    authenticator: Ref | None = None
    custodian: Ref | None = None
    context: DocumentContext | None = None
    contents: list[Content] = Field(min_length=1)
    master: Identifier | None = None
    """The document's own identifier."""
    security: list[Concept] = Field(default_factory=list)
