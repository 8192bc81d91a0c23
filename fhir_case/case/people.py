"""Who and where: the patient, practitioners and their roles, organizations, the points in time when they met."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from fhir_case.case.base import Code, Instant, Item, Part, Ref, Stated, Text
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.problems import Unreadable
from fhir_case.case.when import Date, Period, Point, Relative, Span, When, Words, told_as

Sex = Literal["male", "female", "other", "unknown"]


class Identifier(Stated):
    """A business identifier: `{system: https://hospital.example/mrn, value: 'A 123'}`."""

    system: Text | None = None
    """The namespace, as a URI."""
    value: Text | None = None
    type: Concept | None = None
    use: Literal["usual", "official", "temp", "secondary", "old"] | None = None
    """An `old` one is not used any more."""


class Name(Stated):
    """A person's name: a text, or its parts."""

    text: Text | None = None
    family: Text | None = None
    given: list[Text] = Field(default_factory=list)
    prefix: list[Text] = Field(default_factory=list)
    suffix: list[Text] = Field(default_factory=list)
    use: Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"] | None = None


class Contact(Stated):
    """A phone or fax number, an e-mail address, a web page."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = None
    value: Text | None = None
    use: Literal["home", "work", "temp", "old", "mobile"] | None = None


class Address(Stated):
    """A postal address: a text, or its parts."""

    text: Text | None = None
    line: list[Text] = Field(default_factory=list)
    city: Text | None = None
    district: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    use: Literal["home", "work", "temp", "old", "billing"] | None = None
    type: Literal["postal", "physical", "both"] | None = None


def _names(raw: Any) -> Any:
    if isinstance(raw, str | dict | Name):
        raw = [raw]
    return [{"text": one} if isinstance(one, str) else one for one in raw] if isinstance(raw, list) else raw


Names = Annotated[list[Name], BeforeValidator(_names)]


def _told(concept: Concept) -> Concept:
    if concept.text is None:
        raise Unreadable(
            "expected the words that the source uses, found codes alone", "add text: {text: …, codes: […]}"
        )
    return concept


Told = Annotated[Concept, AfterValidator(_told)]
"""A concept in the source's words, with or without codes."""


class Patient(Item):
    """The person the case is about."""

    name: Names = Field(default_factory=list)
    identifiers: list[Identifier] = Field(default_factory=list)
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
    active: bool | None = None


class Organization(Item):
    """A hospital, department or practice."""

    name: Text
    identifiers: list[Identifier] = Field(default_factory=list)
    types: list[Concept] = Field(default_factory=list)
    part_of: Ref | None = None
    contacts: list[Contact] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)
    active: bool | None = None


class Practitioner(Item):
    """A person who wrote, treated or reported."""

    name: Annotated[Names, Field(min_length=1)]
    identifiers: list[Identifier] = Field(default_factory=list)
    sex: Sex | None = None
    contacts: list[Contact] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)
    active: bool | None = None


class Role(Item):
    """What a practitioner is at an organization."""

    practitioner: Ref | None = None
    organization: Ref | None = None
    codes: list[Concept] = Field(default_factory=list)
    specialties: list[Concept] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)


def _visited(when: When) -> When:
    """FHIR has a period here: one that starts and ends at the same moment is that moment."""
    time = when.time
    return When(time.start) if isinstance(time, Period) and time.start is not None and time.start == time.end else when


Visited = Annotated[When, told_as(Date, Span, Relative, Period), AfterValidator(_visited)]


class Event(Item):
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
