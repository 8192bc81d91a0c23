"""What XML leaves out and JSON says: which elements repeat, which values are numbers, and in what order elements stand.

Read from R4's own definitions, type by type, when a type is first met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from fhir_case.definitions import r4

Kind = Literal["object", "value", "xhtml", "resource"]
"""An element with elements in it; one with a value; the narrative; one that holds a whole resource."""

Scalar = Literal["text", "boolean", "integer", "decimal"]
"""How JSON writes a value (https://hl7.org/fhir/R4/json.html#primitive); as text but for these types."""

_SCALARS: Mapping[str, Scalar] = {
    "boolean": "boolean", "integer": "integer", "positiveInt": "integer", "unsignedInt": "integer", "decimal": "decimal",
}  # fmt: skip
_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


@dataclass(frozen=True, slots=True)
class Child:
    """An element under one of its names: of `value[x]` there is one for each type."""

    name: str
    twin: str
    """Its name in JSON for what stands beside its value: `_birthDate`."""
    place: int
    """Where it stands among its siblings."""
    kind: Kind
    content: str
    """What is in it: the name of a type, or the path of an element (`Bundle.entry`)."""
    listed: bool
    attribute: bool
    """Written as an attribute: `id` of elements, `url` of extensions."""
    scalar: Scalar


Content = Mapping[str, Child]
"""The elements of a type, or in an element, by name."""


@cache
def is_resource(name: str) -> bool:
    """Whether R4 has a resource of this name."""
    return name in r4().resources


def content(name: str) -> Content:
    """The elements of a type (`Patient`, `HumanName`) or of an element (`Patient.contact`)."""
    return _contents(name.partition(".")[0])[name]


@cache
def _contents(kind: str) -> dict[str, Content]:
    structure = r4().type(kind)
    elements = structure["snapshot"]["element"] if structure else []
    parents = {element["path"].rpartition(".")[0] for element in elements}
    made: dict[str, dict[str, Child]] = {kind: {}}
    for place, element in enumerate(elements[1:]):
        parent = element["path"].rpartition(".")[0]
        held = made.setdefault(parent, {})
        held.update((child.name, child) for child in _children(element, place, parents))
    return dict(made)


def _children(element: dict[str, Any], place: int, parents: set[str]) -> Iterator[Child]:
    """The names an element can have, each with its type."""
    path: str = element["path"]
    name = path.rpartition(".")[2]
    listed = element.get("base", element)["max"] not in ("0", "1")
    attribute = "xmlAttr" in element.get("representation", ())
    if "contentReference" in element:
        yield Child(name, "", place, "object", element["contentReference"].rpartition("#")[2], listed, False, "text")
        return
    for one in element.get("type", ()):
        code = _code(one)
        full = name.removesuffix("[x]") + code[:1].upper() + code[1:] if name.endswith("[x]") else name
        kind = _kind(code)
        inside = path if path in parents else "Element" if kind == "value" else code
        twin = "_" + full if kind == "value" and not attribute else ""
        yield Child(full, twin, place, kind, inside, listed, attribute, _SCALARS.get(code, "text"))


def _code(type: dict[str, Any]) -> str:
    """The FHIR type of an element; of ids and urls, whose type is one of FHIRPath, an extension names it."""
    for extension in type.get("extension", ()):
        if extension["url"] == _FHIR_TYPE:
            return str(extension["valueUrl"])
    return str(type["code"])


def _kind(code: str) -> Kind:
    if code in r4().abstract:
        return "resource"
    if code == "xhtml":
        return "xhtml"
    return "value" if code in r4().primitives else "object"
