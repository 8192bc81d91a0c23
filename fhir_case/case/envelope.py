"""How a bundle came: what is around its resources, kept so that it can be given back as it was."""

from __future__ import annotations

from pydantic import Field

from fhir_case.case.base import FHIR, ItemId, Model, Text, Verbatim


class Came(Model):
    """How one entry of the bundle came."""

    item: ItemId | None = None
    """The item (or verbatim resource) that the entry's resource became."""
    id: Text | None = None
    """The resource's id."""
    marked: bool = False
    """The resource had our mark."""
    mark: str | None = None
    """The mark's value, where it is not the one that the case gives the item."""
    entry: FHIR = Verbatim()
    """The entry without its resource: fullUrl, request, search, response, link, extensions."""


class Envelope(Model):
    """A bundle without its resources."""

    bundle: FHIR = Verbatim()
    """The bundle's own elements, without its entries."""
    patient: Text | None = None
    """How the patient was referred to, who was not in the bundle."""
    relative: bool = False
    """References were written as `Type/id`, not as the target's fullUrl."""
    entries: list[Came] = Field(default_factory=list)
    """In the order in which they came."""
