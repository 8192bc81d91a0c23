"""What `direct` knows of the Python names in its source: whether they hold JSON values, a truth value, or a number."""

from __future__ import annotations

from msgspec import Struct

from fhir_case.fhirpath.elements import NUMBERS, Type, type_named
from fhir_case.fhirpath.syntax import Call, Chain, External, Index, Literal, Name, Path, Syntax


class NotDirect(Exception):
    """The expression, or this part of it, is none that `direct` writes."""


class Held(Struct, frozen=True):
    """A Python name that holds None, one JSON value, or a list of them."""

    name: str
    types: tuple[Type, ...]
    sure: bool = False
    """It holds one value: an object, or a string where the type is primitive."""
    raw: bool = False
    """A list is as JSON has it: it may be empty, or hold null or lists."""
    choice: tuple[tuple[str, Type], ...] = ()
    """The keys of a choice element, each with its type; the value itself does not say which one it is."""
    source: str = ""
    """The name of the object that has the choice element, where there is one."""
    loose: int = 0
    """1: the order of the items is not FHIRPath's; 2: nor is their number, since equal ones were kept."""
    computed: bool = False
    """It is no element, but a value of a System type."""


class Truth(Struct, frozen=True):
    """A Python name that holds True, False or, unless `sure`, None."""

    name: str
    sure: bool


class Number(Struct, frozen=True):
    """A Python name that holds an int, or None unless `sure`."""

    name: str
    sure: bool = True


class Below(Struct, frozen=True):
    """All children, or all descendants, of what is held: a step to an element of them follows."""

    held: Held
    deep: bool


Made = Held | Truth | Number | Below


def string(name: str) -> Held:
    """A System string, or None."""
    return Held(name, (type_named("string"),), computed=True)


def textual(held: Held) -> bool:
    """Is a string of JSON the same string for FHIRPath?"""
    return _all(held, lambda one: not one.moment and one.name not in NUMBERS and one.name not in ("boolean", "decimal"))


def numeric(held: Held) -> bool:
    return _all(held, lambda one: one.name in NUMBERS or one.name == "decimal")


def boolean(held: Held) -> bool:
    return _all(held, lambda one: one.name == "boolean")


def _all(held: Held, test: object) -> bool:
    assert callable(test)
    return bool(held.types) and not held.choice and all(one.primitive and test(one) for one in held.types)


def fixed(node: Syntax) -> bool:
    """Is it the same for every item of a loop? It begins at %resource, and asks nothing of `$this`."""
    if isinstance(node, Literal | External):
        return True
    if isinstance(node, Chain):
        return all(fixed(one) for one in (node.first, *(link.operand for link in node.links)))
    if not isinstance(node, Path) or not fixed(node.start):
        return False
    return all(
        isinstance(step, Name)
        or (isinstance(step, Call) and all(isinstance(one, Literal) for one in step.arguments))
        or (isinstance(step, Index) and isinstance(step.index, Literal))
        for step in node.steps
    )
