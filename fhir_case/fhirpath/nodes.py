"""Elements of a resource, as expressions see them: JSON with its type, and the twin that holds a primitive's extensions.

A collection is a list of nodes and of System values (bool, int, Decimal, str, Date, DateTime, Time, Quantity, TypeInfo).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from fhir_case.fhirpath.elements import NUMBERS, QUANTITIES, UNKNOWN, Type, resource_type, type_named
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.quantities import Quantity
from fhir_case.fhirpath.times import Moment, moment

Item = Any
Items = list[Any]

MOST = 1_000_000
"""Items that one step may yield; a resource of 100 MB has fewer elements."""


class TypeInfo(NamedTuple):
    """What `type()` gives (http://hl7.org/fhirpath/N1/#reflection)."""

    namespace: str
    name: str


class Node:
    """An element: its JSON `value` (None: it has extensions only), its type, the `twin` `{id, extension}` if primitive."""

    __slots__ = ("twin", "type", "value")

    def __init__(self, value: Any, type: Type, twin: Any = None) -> None:
        self.value = value
        self.type = type
        self.twin = twin

    def __repr__(self) -> str:
        return f"<{self.type.name or '?'} {str(self.value)[:60]}>"


def node(value: Any, type: Type, twin: Any = None) -> Node:
    """The node of a resource or an element; resources are of the type that they name."""
    if not type.known or type.resource:
        named = resource_type(value)
        if named.known:
            type = named
    return Node(value, type, twin if twin.__class__ is dict else None)


def add(out: Items, held: Any, twin: Any, type: Type) -> None:
    """Append the nodes of what a key holds; an array and its array of twins are padded with null."""
    if held.__class__ is list or twin.__class__ is list:
        values = held if held.__class__ is list else [held]
        twins = twin if twin.__class__ is list else [twin]
        for place in range(max(len(values), len(twins))):
            value = values[place] if place < len(values) else None
            beside = twins[place] if place < len(twins) else None
            if value is not None or beside.__class__ is dict:
                out.append(node(value, type, beside))
    elif held is not None or twin.__class__ is dict:
        out.append(node(held, type, twin))


def member(items: Items, name: str) -> Items:
    """The elements of a name in each item."""
    out: Items = []
    for item in items:
        if item.__class__ is not Node:
            if (item.__class__ is TypeInfo and name in ("namespace", "name")) or (
                item.__class__ is Quantity and name in ("value", "unit")
            ):
                out.append(getattr(item, name))
            continue
        value, type = item.value, item.type
        if type.primitive:
            value = item.twin
        if value.__class__ is not dict:
            continue
        if not type.known:
            _guessed(out, value, name)
            continue
        for key, of in type.fields(name):
            if of.primitive:
                held, twin = value.get(key), value.get("_" + key)
                if held is not None or twin is not None:
                    add(out, held, twin, of)
            elif key in value:
                add(out, value[key], None, of)
    if len(out) > MOST:
        raise FHIRPathError(f"more than {MOST} elements")
    return out


def _guessed(out: Items, value: dict[str, Any], name: str) -> None:
    """What an element of an unknown type holds under a name, or under the name and a type (`valueQuantity`)."""
    if name in value or "_" + name in value:
        add(out, value.get(name), value.get("_" + name), UNKNOWN)
        return
    for key, held in value.items():
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            tail = key[len(name) :]
            of = type_named(tail) if type_named(tail).known else type_named(tail[0].lower() + tail[1:])
            if of.known:
                add(out, held, value.get("_" + key), of)


def start(items: Items, name: str) -> Items:
    """The first step of a path: an element, or the item itself if the name is its type's (`Patient.name`)."""
    if any(item.__class__ is Node and name in item.type.ancestors for item in items):
        return [item for item in items if item.__class__ is Node and name in item.type.ancestors]
    return member(items, name)


def children(items: Items) -> Items:
    """All elements right under the items."""
    out: Items = []
    for item in items:
        if item.__class__ is not Node:
            continue
        value = item.twin if item.type.primitive else item.value
        if value.__class__ is not dict:
            continue
        for key, held in value.items():
            if key[:1] == "_":
                name = key[1:]
                if name not in value:
                    add(out, None, held, item.type.key(name))
            elif key != "resourceType":
                of = item.type.key(key)
                add(out, held, value.get("_" + key) if of.primitive or not of.known else None, of)
    return out


def descendants(items: Items) -> Items:
    """All elements under the items, level by level."""
    out: Items = []
    level = items
    while level := children(level):
        out += level
        if len(out) > MOST:
            raise FHIRPathError(f"descendants() finds more than {MOST} elements")
    return out


def system(item: Item) -> Any:
    """The System value of an item; a node that has none (complex, or a primitive without value) stays a node."""
    if item.__class__ is not Node:
        return item
    value = item.value
    of = item.type
    kind = value.__class__
    if kind is str:
        if of.moment:
            read = moment(value, of.moment)
            return value if read is None else read
        return value if of.primitive or not of.known else item
    if kind is bool:
        return value
    if kind is int:
        return Decimal(value) if of.name == "decimal" else value
    if isinstance(value, Decimal):
        if of.name in NUMBERS and value == value.to_integral_value():
            return int(value)
        return value
    if kind is float:
        return Decimal(repr(value))
    return item


def as_quantity(item: Item) -> Quantity | None:
    """An item as a quantity: System's own, FHIR's, or a number."""
    if item.__class__ is Node:
        value = item.value
        if value.__class__ is not dict or item.type.fhir not in QUANTITIES or value.get("comparator"):
            return None
        number = value.get("value")
        if isinstance(number, bool) or not isinstance(number, (int, Decimal, float)):
            return None
        number = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
        if not -100 < number.adjusted() < 100:
            return None  # nothing that is measured, and costly to convert
        if item.type.fhir == "Money":
            return Quantity(number, str(value.get("currency", "")), "urn:iso:std:iso:4217")
        system, code = value.get("system"), value.get("code")
        if system == "http://unitsofmeasure.org" and isinstance(code, str):
            return Quantity(number, code)
        return Quantity(
            number, str(code or value.get("unit") or "1"), str(system or ("unit" if value.get("unit") else "ucum"))
        )
    if item.__class__ is Quantity:
        return item
    if item.__class__ is int or isinstance(item, Decimal):
        return Quantity(Decimal(item)) if -100 < Decimal(item).adjusted() < 100 else None
    return None


def plain(item: Item) -> Any:
    """An item as JSON: what the resource holds, dates as text, quantities as FHIR's."""
    if item.__class__ is Node:
        return item.twin if item.value is None else item.value
    if isinstance(item, Moment):
        return str(item)
    if item.__class__ is Quantity:
        return {"value": item.value, "unit": item.unit}
    if item.__class__ is TypeInfo:
        return {"namespace": item.namespace, "name": item.name}
    return item


def type_info(item: Item) -> TypeInfo:
    """The type of an item."""
    if item.__class__ is Node:
        return TypeInfo("FHIR", item.type.fhir)
    kind = item.__class__
    name = {bool: "Boolean", int: "Integer", Decimal: "Decimal", str: "String"}.get(kind) or kind.__name__
    return TypeInfo("System", name)


def is_type(item: Item, namespace: str, name: str, *, exactly: bool = False) -> bool:
    """`item is namespace.name`; `exactly`: of this very type, as R4's `as` and `ofType()` have it."""
    if item.__class__ is Node:
        if namespace == "System":
            return False
        return name == item.type.ancestors[0] if exactly else name in item.type.ancestors
    return namespace != "FHIR" and type_info(item).name == name


def one_value(items: Items, what: str) -> Any:
    """The System value of the only item, None for none. Raises `FHIRPathError` where there are several.

    A primitive that has only id or extensions has no value (https://hl7.org/fhir/R4/fhirpath.html#types).
    """
    if not items:
        return None
    if len(items) > 1:
        raise FHIRPathError(f"{what} takes one item, found {len(items)}")
    item = items[0]
    if item.__class__ is Node and item.value is None and item.type.primitive:
        return None
    return system(item)
