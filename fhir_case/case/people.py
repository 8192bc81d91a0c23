"""Who and where: the patient, practitioners and their roles, organizations, the points in time when they met."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from fhir_case.case.annotated import Before
from fhir_case.case.base import Code, Instant, Item, Part, Ref, Stated, Text
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.measured import Quantity
from fhir_case.case.problems import Unreadable
from fhir_case.case.records import Identifier, Numeral, Positive, Record, Visited
from fhir_case.case.when import Date, Point, Relative, Span, When, Words, told_as

Sex = Literal["male", "female", "other", "unknown"]


class Name(Stated):
    """A person's name: a text, or its parts."""

    text: Text | None = None
    family: Text | None = None
    given: list[Text] = Field(default_factory=list)
    prefix: list[Text] = Field(default_factory=list)
    suffix: list[Text] = Field(default_factory=list)
    when: Visited | None = None
    use: Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"] | None = None


class Contact(Stated):
    """A phone or fax number, an e-mail address, a web page."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = None
    value: Text | None = None
    use: Literal["home", "work", "temp", "old", "mobile"] | None = None
    when: Visited | None = None
    rank: Positive | None = None
    """1 is tried first."""


class Address(Stated):
    """A postal address: a text, or its parts."""

    text: Text | None = None
    line: list[Text] = Field(default_factory=list)
    city: Text | None = None
    district: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    when: Visited | None = None
    use: Literal["home", "work", "temp", "old", "billing"] | None = None
    type: Literal["postal", "physical", "both"] | None = None


def _names(raw: Any) -> Any:
    if isinstance(raw, str | dict | Name):
        raw = [raw]
    return [{"text": one} if isinstance(one, str) else one for one in raw] if isinstance(raw, list) else raw


Names = Annotated[list[Name], Before(_names)]


def _told(concept: Concept) -> Concept:
    if concept.text is None:
        raise Unreadable(
            "expected the words that the source uses, found codes alone", "add text: {text: …, codes: […]}"
        )
    return concept


Told = Annotated[Concept, AfterValidator(_told)]
"""A concept in the source's words, with or without codes."""


class Kin(Stated):
    """Whom to turn to for the patient: a parent, a partner, a guardian."""

    roles: list[Concept] = Field(default_factory=list)
    """What they are to the patient."""
    name: Name | None = None
    contacts: list[Contact] = Field(default_factory=list)
    address: Address | None = None
    sex: Sex | None = None
    organization: Ref | None = None
    when: Visited | None = None


class Patient(Record):
    """The person the case is about."""

    name: Names = Field(default_factory=list)
    sex: Sex | None = None
    """Administrative gender."""
    birth: Annotated[When, told_as(Date, Relative, Words)] | None = None
    """A birth date of any precision; or leave it out and give the `age`."""
    age: Annotated[When, told_as(Span)] | None = None
    """The age at the index visit, such as `19 a`."""
    race: Told | None = None
    """As the source puts it."""
    ethnicity: Told | None = None
    deceased: Point | bool | None = None
    marital_status: Concept | None = None
    languages: list[Concept] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)
    kin: list[Kin] = Field(default_factory=list)
    """Whom to turn to."""
    practitioners: list[Ref] = Field(default_factory=list)
    """The general practitioners."""
    organization: Ref | None = None
    """Who keeps the record."""
    multiple_birth: Annotated[bool | Positive, Numeral] | None = None
    """A twin or the like, or the how manieth."""
    birth_sex: Literal["F", "M", "OTH", "UNK"] | None = None
    """As US Core has it: the sex at birth."""
    birth_place: Address | None = None
    mothers_maiden_name: Text | None = None
    active: bool | None = None


class Organization(Record):
    """A hospital, department or practice."""

    name: Text
    aliases: list[Text] = Field(default_factory=list)
    types: list[Concept] = Field(default_factory=list)
    part_of: Ref | None = None
    contacts: list[Contact] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)
    active: bool | None = None


class Qualification(Part):
    """What a practitioner has learnt, or may do."""

    code: Concept
    identifiers: list[Identifier] = Field(default_factory=list)
    issuer: Ref | None = None
    when: Visited | None = None


class Practitioner(Record):
    """A person who wrote, treated or reported."""

    name: Annotated[Names, Field(min_length=1)]
    sex: Sex | None = None
    birth: Annotated[When, told_as(Date)] | None = None
    qualifications: list[Qualification] = Field(default_factory=list)
    languages: list[Concept] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)
    active: bool | None = None


class Role(Record):
    """What a practitioner is at an organization."""

    practitioner: Ref | None = None
    organization: Ref | None = None
    codes: list[Concept] = Field(default_factory=list)
    specialties: list[Concept] = Field(default_factory=list)
    locations: list[Ref] = Field(default_factory=list)
    when: Visited | None = None
    active: bool | None = None
    contacts: list[Contact] = Field(default_factory=list)


class Participant(Stated):
    """Somebody who took part in an encounter."""

    who: Ref | None = None
    roles: list[Concept] = Field(default_factory=list)
    when: Visited | None = None


class Stay(Part):
    """A place of an encounter."""

    location: Ref
    status: Literal["planned", "active", "reserved", "completed"] | None = None
    form: Concept | None = None
    """A bed, a ward, …"""
    when: Visited | None = None


class Hospitalization(Stated):
    """How the patient came in and left."""

    origin: Ref | None = None
    admitted_from: Concept | None = None
    readmission: Concept | None = None
    diets: list[Concept] = Field(default_factory=list)
    destination: Ref | None = None
    discharged_to: Concept | None = None


class EncounterDiagnosis(Part):
    """A diagnosis that an encounter was about."""

    diagnosis: Ref
    use: Concept | None = None
    """On admission, at discharge, for billing, …"""
    rank: Positive | None = None


class Event(Record):
    """A point of the timeline at which the patient was seen; times can be told relative to it."""

    status: Literal[
        "planned",
        "arrived",
        "triaged",
        "in-progress",
        "onleave",
        "finished",
        "cancelled",
        "entered-in-error",
        "unknown",
    ] = "unknown"
    setting: Coding | None = None
    """In- or outpatient and the like; not stated is fine."""
    types: list[Concept] = Field(default_factory=list)
    """What it was, such as `Index visit`."""
    reasons: list[Concept] = Field(default_factory=list)
    when: Visited | None = None
    service: Concept | None = None
    """The kind of service."""
    priority: Concept | None = None
    participants: list[Participant] = Field(default_factory=list)
    locations: list[Stay] = Field(default_factory=list)
    hospitalization: Hospitalization | None = None
    diagnoses: list[EncounterDiagnosis] = Field(default_factory=list)
    because_of: list[Ref] = Field(default_factory=list)
    """The diagnoses and the like that were the reason."""
    duration: Quantity | None = None
    part_of: Ref | None = None
    organization: Ref | None = None


class Source(Item):
    """The written source of the case: its text and where it comes from."""

    title: Text | None = None
    text: Text | None = None
    """The text itself; in a case file it may also stand in a file beside it, `file: report.md`."""
    citation: Text | None = None
    language: Code | None = None
    authors: list[Ref] = Field(default_factory=list)
    custodian: Ref | None = None
    namespace: Text | None = None
    """Where the ids of organizations and practitioners hold: the same for all cases of one hospital."""


class Header(Part):
    """What a document says of itself."""

    title: Text
    recorded: Instant | None = None
    language: Code | None = None
    authors: list[Ref] = Field(default_factory=list)
    custodian: Ref | None = None
