"""A small world of types, and profiles of a few lines on it, for the tests of the snapshot generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CORE = "http://hl7.org/fhir/StructureDefinition/"
Element = dict[str, Any]


def element(path: str, kind: str = "", least: int = 0, most: str = "*", **more: Any) -> Element:
    typed = {"type": [{"code": code} for code in kind.split()]} if kind else {}
    return {"id": path, "path": path, "min": least, "max": most, **typed, **more}


def definition(*elements: Element) -> dict[str, Any]:
    name = elements[0]["path"]
    return {"url": CORE + name, "type": name, "derivation": "specialization", "snapshot": {"element": list(elements)}}


def parts(path: str) -> list[Element]:
    return [element(f"{path}.id", "string", most="1"), element(f"{path}.extension", "Extension")]


TYPES = [
    definition(element("Element"), *parts("Element")),
    definition(element("BackboneElement"), *parts("BackboneElement")),
    definition(
        element("Extension"),
        *parts("Extension"),
        element("Extension.url", "uri", 1, "1"),
        element("Extension.value[x]", "string code Quantity", most="1"),
    ),
    definition(
        element("Quantity"),
        *parts("Quantity"),
        element("Quantity.value", "decimal", most="1"),
        element("Quantity.unit", "string", most="1"),
    ),
    definition(
        element("Thing"),
        *parts("Thing"),
        element("Thing.code", "CodeableConcept", 1, "1", binding={"strength": "example", "valueSet": "http://x/all"}),
        element("Thing.value[x]", "Quantity string boolean", most="1"),
        element("Thing.part", "BackboneElement", constraint=[{"key": "p-1", "severity": "error", "human": "h"}]),
        *parts("Thing.part"),
        element("Thing.part.amount", "Quantity"),
        element("Thing.part.note", "string"),
        element("Thing.part.part", contentReference="#Thing.part"),
    ),
]
KNOWN = {d["url"]: d for d in TYPES}


def profile(*elements: Element, url: str = "http://x/thing", base: str = CORE + "Thing", **more: Any) -> dict[str, Any]:
    kind = elements[0].get("path", "Thing").partition(".")[0] if elements else "Thing"
    return {
        "url": url,
        "type": kind,
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": list(elements)},
        **more,
    }


def finder(*profiles: dict[str, Any]) -> Callable[[str], dict[str, Any] | None]:
    known = KNOWN | {p["url"]: p for p in profiles}
    return lambda canonical: known.get(canonical.partition("|")[0])


def e(path: str, **more: Any) -> Element:
    """An element of a differential as people write it: path and what is constrained."""
    return {"path": path, **more}


SLICING = {"discriminator": [{"type": "value", "path": "note"}], "rules": "open"}
