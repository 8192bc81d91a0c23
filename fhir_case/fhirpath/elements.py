"""The types of R4 and their elements, as FHIRPath needs them, each read from its definition when first asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

SYSTEM = "http://hl7.org/fhirpath/System."
_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
NUMBERS = frozenset(("integer", "positiveInt", "unsignedInt", "integer64"))
MOMENTS = {"date": "date", "dateTime": "datetime", "instant": "datetime", "time": "time"}
"""Primitive types that are points in time, and how they are read."""
QUANTITIES = frozenset(("Quantity", "Age", "Count", "Distance", "Duration", "Money", "MoneyQuantity", "SimpleQuantity"))


class Type:
    """A type of R4, or an element with children of its own (`Patient.contact`)."""

    __slots__ = ("_fields", "ancestors", "choices", "kind", "known", "moment", "name", "plain", "primitive", "resource")

    def __init__(self, name: str, kind: str, ancestors: tuple[str, ...]) -> None:
        self.name = name
        self.kind = kind
        """`primitive-type`, `complex-type`, `resource`, or `` (unknown)."""
        self.ancestors = ancestors
        """The names that `is` accepts, itself first; an element with children is a BackboneElement or an Element."""
        self.primitive = kind == "primitive-type"
        self.resource = kind == "resource"
        self.moment = MOMENTS.get(name)
        self.plain: dict[str, str] = {}
        """Element to the name of its type."""
        self.choices: dict[str, dict[str, str]] = {}
        """Choice element (`value`) to its keys (`valueQuantity`) and their types."""
        self.known = bool(kind)
        self._fields: dict[str, tuple[tuple[str, Type], ...]] = {}

    def __repr__(self) -> str:
        return f"<Type {self.name}>"

    @property
    def fhir(self) -> str:
        """The name that `type().name` gives."""
        return self.ancestors[0]

    def fields(self, name: str) -> tuple[tuple[str, Type], ...]:
        """The JSON keys that hold an element, each with its type; none: there is no such element."""
        found = self._fields.get(name)
        if found is None:
            if name in self.plain:
                found = ((name, type_named(self.plain[name])),)
            else:
                found = tuple((key, type_named(of)) for key, of in self.choices.get(name, {}).items())
            if len(self._fields) < 1000:
                self._fields[name] = found
        return found

    def key(self, key: str) -> Type:
        """The type of what a JSON key holds; `UNKNOWN` where it is no element."""
        if key in self.plain:
            return type_named(self.plain[key])
        for keys in self.choices.values():
            if key in keys:
                return type_named(keys[key])
        return UNKNOWN


UNKNOWN = Type("", "", ("",))
"""What is not known: its children are found by their keys."""


@lru_cache(4096)
def type_named(name: str) -> Type:
    """A type of R4 by its name, or an element by its path (`Bundle.entry`); `UNKNOWN` if there is none."""
    # Imported here: an expression without elements needs no definitions.
    from fhir_case.definitions import r4

    root, _, rest = name.partition(".")
    definition = r4().type(root)
    if definition is None:
        return UNKNOWN
    if not rest:
        return _made(name, definition, _ancestors(definition), definition["kind"])
    return _inner(name, definition)


@lru_cache(1)
def names() -> frozenset[str]:
    """The names of all types of R4."""
    from fhir_case.definitions import r4

    one = r4()
    return frozenset(one.resources) | frozenset(one.datatypes) | frozenset(one.primitives)


def resource_type(value: Any) -> Type:
    """The type of a resource by its resourceType."""
    name = value.get("resourceType") if value.__class__ is dict else None
    made = type_named(name) if isinstance(name, str) and name in names() else UNKNOWN
    return made if made.resource else UNKNOWN


def _ancestors(definition: dict[str, Any]) -> tuple[str, ...]:
    found = [definition["type"]]
    base = definition.get("baseDefinition")
    if base:
        found += type_named(base.rsplit("/", 1)[1]).ancestors
    return tuple(found)


def _inner(path: str, definition: dict[str, Any]) -> Type:
    for element in definition["snapshot"]["element"]:
        if element["path"] != path:
            continue
        if "contentReference" in element:
            return type_named(element["contentReference"].rpartition("#")[2])
        codes = [of["code"] for of in element.get("type", ())]
        if codes[:1] in (["BackboneElement"], ["Element"]):
            return _made(path, definition, type_named(codes[0]).ancestors, "complex-type")
        # A leaf: the invariant of an element of a data type is evaluated on that type.
        return type_named(codes[0]) if len(codes) == 1 and not codes[0].startswith(SYSTEM) else UNKNOWN
    return UNKNOWN


def _made(path: str, definition: dict[str, Any], ancestors: tuple[str, ...], kind: str) -> Type:
    made = Type(path, kind, ancestors)
    depth = path.count(".") + 1
    start = path + "."
    for element in definition["snapshot"]["element"]:
        at = element["path"]
        if not at.startswith(start) or at.count(".") != depth or "sliceName" in element:
            continue
        name = at.rsplit(".", 1)[1]
        if kind == "primitive-type" and name == "value":
            continue
        if "contentReference" in element:
            made.plain[name] = element["contentReference"].rpartition("#")[2]
        elif name.endswith("[x]"):
            stem = name[:-3]
            made.choices[stem] = {stem + of[0].upper() + of[1:]: of for of in map(_code, element["type"])}
        else:
            of = _code(element["type"][0]) if element.get("type") else ""
            made.plain[name] = at if of in ("BackboneElement", "Element") else of
    if kind == "resource" and "id" in made.plain:
        made.plain["id"] = "id"  # R4's table says System.String: http://hl7.org/fhir/R4/resource.html#id
    return made


def _code(of: dict[str, Any]) -> str:
    code: str = of["code"]
    if not code.startswith(SYSTEM):
        return code
    for extension in of.get("extension", ()):
        if extension["url"] == _FHIR_TYPE:
            named: str = extension.get("valueUrl") or extension.get("valueUri") or "string"
            return named
    return "string"
