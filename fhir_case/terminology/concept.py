"""A concept of a code system: its code, what it is called, and whether it may still be used."""

from __future__ import annotations

import msgspec


class Designation(msgspec.Struct, frozen=True):
    """Another name of a concept; `language` is a BCP-47 tag, or empty."""

    value: str
    language: str = ""


class Concept(msgspec.Struct, frozen=True):
    """One concept, as https://hl7.org/fhir/R4/codesystem.html#CodeSystem.concept defines it."""

    code: str
    display: str = ""
    designations: tuple[Designation, ...] = ()
    inactive: bool = False
    """Retired or otherwise no longer in use; a deprecated concept is still in use."""
    deprecated: bool = False
    abstract: bool = False
    """Only there to group others, not to be used as a value."""
    status: str = ""
    """The code system's word for it (`retired`, `deprecated`, …), where it has one."""
    properties: tuple[tuple[str, str], ...] = ()
    """(property, value as text) in the order given."""
