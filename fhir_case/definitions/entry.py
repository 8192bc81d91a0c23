"""What is known of a conformance resource before it is read: enough to find it."""

from __future__ import annotations

from typing import Any

import msgspec


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of an index. `place` says where its source finds the resource: a file name, or a number."""

    kind: str
    """Its resource type: `StructureDefinition`, `ValueSet`, …"""
    url: str
    version: str
    place: str
    type: str = ""
    """Of a StructureDefinition: the type it defines or constrains."""
    derivation: str = ""
    supplements: str = ""
    """Of a CodeSystem: the code system it adds to."""

    @property
    def canonical(self) -> str:
        """`url|version`, or the url alone where there is no version."""
        return f"{self.url}|{self.version}" if self.version else self.url


def entry_of(resource: dict[str, Any], place: str) -> Entry:
    """The entry of a resource; what is missing or is no text is ""."""

    def text(name: str) -> str:
        held = resource.get(name)
        return held if isinstance(held, str) else ""

    kind = text("resourceType")
    structure = kind == "StructureDefinition"
    return Entry(
        kind,
        text("url"),
        text("version"),
        place,
        text("type") if structure else "",
        text("derivation") if structure else "",
        text("supplements") if kind == "CodeSystem" else "",
    )
