"""Terminology resources as they come from packages, which may be wrong in any way: what is not as it should be is left out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fhir_case.terminology.concept import Concept, Designation

Resource = dict[str, Any]

_INACTIVE = frozenset(("inactive", "retired", "withdrawn", "entered-in-error"))
_URI = "http://hl7.org/fhir/concept-properties#"


def objects(holder: Any, name: str) -> list[Resource]:
    """The objects in the list `name`; what is no object is left out."""
    held = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def texts(holder: Any, name: str) -> list[str]:
    """The texts in the list `name`."""
    held = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []


def text(holder: Any, name: str) -> str:
    """The text at `name`, or nothing."""
    held = holder.get(name) if isinstance(holder, dict) else None
    return held if isinstance(held, str) else ""


def designations(holder: Resource) -> tuple[Designation, ...]:
    """The designations of a concept, wherever it stands."""
    found = [
        Designation(text(one, "value"), text(one, "language"))
        for one in objects(holder, "designation")
        if text(one, "value")
    ]
    return tuple(found)


def concepts(code_system: Resource) -> Iterator[tuple[Concept, str]]:
    """All concepts in document order, each with the code it is nested in; deep trees do not use Python's stack."""
    meanings = _meanings(code_system)
    todo = [(one, "") for one in reversed(objects(code_system, "concept"))]
    while todo:
        one, above = todo.pop()
        code = text(one, "code")
        if code:
            yield _concept(one, code, meanings), above
        nested = one.get("concept")
        if nested:
            todo += [(below, code) for below in reversed(objects(one, "concept"))]


def _meanings(code_system: Resource) -> dict[str, str]:
    """What the properties that FHIR gives a meaning are called here: https://hl7.org/fhir/R4/codesystem-concept-properties.html"""
    return {
        text(one, "code"): text(one, "uri").removeprefix(_URI)
        for one in objects(code_system, "property")
        if text(one, "uri").startswith(_URI)
    }


def _concept(one: Resource, code: str, meanings: dict[str, str]) -> Concept:
    display = text(one, "display")
    if not ("property" in one or "designation" in one):
        return Concept(code, display)
    status, inactive, abstract = "", False, False
    properties: list[tuple[str, str]] = []
    for held in objects(one, "property"):
        name, value = text(held, "code"), written(held)
        properties.append((name, value))
        meaning = meanings.get(name, name)
        if meaning == "status":
            status = value
        elif meaning == "inactive":
            inactive = value == "true"
        elif meaning in ("notSelectable", "abstract"):
            abstract = abstract or value == "true"
    return Concept(
        code,
        display,
        designations(one),
        inactive=inactive or status in _INACTIVE,
        deprecated=status == "deprecated",
        abstract=abstract,
        status=status or ("inactive" if inactive else ""),
        properties=tuple(properties),
    )


def written(holder: Resource) -> str:
    """The `value[x]` of a property, as the text that a filter compares; a Coding by its code."""
    value = next((held for name, held in holder.items() if name.startswith("value")), "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return text(value, "code")
    return str(value) if isinstance(value, str | int | Decimal) else ""
