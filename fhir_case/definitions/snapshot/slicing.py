"""The rules of slices: what a new one starts from, what slicing goes without saying, and the types of choice elements.

http://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fhir_case.definitions.snapshot.naming import codes
from fhir_case.definitions.snapshot.shape import Element
from fhir_case.definitions.snapshot.tree import Node
from fhir_case.issues import DefinitionError

BY_URL: Element = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
"""Extensions are sliced by their url without anyone saying so."""


def by_type(rules: str) -> Element:
    """The slicing of a choice element (value[x]) by its types."""
    return {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": rules}


def is_by_type(slicing: Element | None) -> bool:
    """Whether a slicing tells slices apart by their own type alone; none at all is that of a choice element."""
    discriminators = (slicing or {}).get("discriminator", [])
    return all(d.get("type") == "type" and d.get("path") == "$this" for d in discriminators)


def seed(base: Node, sliced: Node, slice_name: str) -> Node:
    """What a new slice is before its own constraints: an optional element of the base, with the children of what is sliced.

    What a profile says of the children of a sliced element holds in each slice; what it says of the element itself does not
    become part of the slices (so HL7's tools), except that no slice can repeat more often.
    """
    element = {name: value for name, value in base.element.items() if name != "slicing"}
    element |= {"sliceName": slice_name, "min": 0}
    if _most(sliced.element) < _most(element):
        element["max"] = sliced.element["max"]
    return Node(element, sliced.children)


def grouped(slices: dict[str, Node]) -> dict[str, Node]:
    """The same slices with each reslice (`a/b`) right behind the slice it divides and that one's other reslices."""
    if not any("/" in name for name in slices):
        return slices
    below: dict[str, list[str]] = {}
    for name in slices:
        below.setdefault(parent_slice(name, slices) or "", []).append(name)
    ordered: dict[str, Node] = {}
    waiting = below.get("", [])[::-1]
    while waiting:
        name = waiting.pop()
        ordered[name] = slices[name]
        waiting.extend(below.get(name, [])[::-1])
    return ordered


def parent_slice(name: str, slices: Iterable[str]) -> str | None:
    """The slice that `a/b` divides: `a`, if there is such a slice."""
    parent = name.rpartition("/")[0]
    return parent if parent and parent in slices else None


def sliced(element: Element, slices: dict[str, Node], name: str, where: str, *, written: bool) -> Element:
    """An element that has slices, with the slicing that need not be said.

    When the differential says nothing of the element itself (not `written`), only of its slices, it occurs as often as they
    must together (so HL7's tools).
    """
    if not written and not name.endswith("[x]"):
        element = {**element, "min": max(_least(element), _together(slices))}
    if "slicing" in element:
        return element
    if _goes_without_saying(name):
        return {**element, "slicing": by_type("open") if name.endswith("[x]") else BY_URL}
    raise DefinitionError(
        f"{where} has slices but no slicing; expected `slicing` with a discriminator on the element itself"
    )


def unsliced(element: Element, over: Node, name: str) -> tuple[Node, str]:
    """What is said of an element, with the name it is given where a single "slice" without any slicing is only a name.

    R4's own profiles have it: Composition.date with the sliceName IssueDate.
    """
    if len(over.slices) != 1 or over.element or over.children or "slicing" in element or _goes_without_saying(name):
        return over, ""
    [(slice_name, node)] = over.slices.items()
    return node, slice_name


def narrowed(element: Element, slices: dict[str, Node]) -> Element:
    """A choice element sliced by type: closed when each of its types has a slice, and required with a required slice."""
    required = [s for s in slices.values() if _least(s.element) > 0]
    if len(required) == 1:
        only = set(codes(required[0].element))
        kept = [t for t in element.get("type", ()) if t.get("code") in only]
        element = {**element, "min": max(_least(element), 1), "type": kept or element.get("type", [])}
    covered = {code for node in slices.values() for code in codes(node.element)}
    rules = "closed" if element.get("max") != "0" and covered >= set(codes(element)) else "open"
    return {**element, "slicing": by_type(rules)}


def _together(slices: dict[str, Node]) -> int:
    """How often all slices must occur; the occurrences of reslices are also those of the slice they divide."""
    least = {name: _least(node.element) for name, node in slices.items()}
    below: dict[str, int] = {}
    for name, count in least.items():
        if (parent := parent_slice(name, slices)) is not None:
            below[parent] = below.get(parent, 0) + count
    return sum(max(n, below.get(name, 0)) for name, n in least.items() if parent_slice(name, slices) is None)


def _goes_without_saying(name: str) -> bool:
    return name in ("extension", "modifierExtension") or name.endswith("[x]")


def _least(element: Element) -> int:
    value: Any = element.get("min", 0)
    return value if isinstance(value, int) else 0


def _most(element: Element) -> float:
    value = element.get("max", "*")
    return int(value) if value.isdecimal() and len(value) < 10 else float("inf")
