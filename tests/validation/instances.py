"""Small resources that are right, to be made wrong; profiles on them. The oracle was asked about each row of the tables."""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
CORE = "http://hl7.org/fhir/StructureDefinition/"
HERE = "http://example.org/sd/"
SYSTEM = "http://example.org/cs"
UNKNOWN = {"extension": [{"url": CORE + "data-absent-reason", "valueCode": "unknown"}]}


def text(body: str = "x") -> Node:
    """A narrative."""
    return {"status": "generated", "div": f"<div {XHTML}>{body}</div>"}


def patient(**more: Any) -> Node:
    """A Patient without anything."""
    return {"resourceType": "Patient", "text": text(), **more}


def observation(**more: Any) -> Node:
    """An Observation with what is required."""
    return {
        "resourceType": "Observation",
        "text": text(),
        "status": "final",
        "code": {"text": "x"},
        "subject": {"display": "x"},
        **more,
    }


def coding(code: str, system: str = SYSTEM, **more: Any) -> Node:
    """A Coding."""
    return {"system": system, "code": code, **more}


def concept(*codings: Node, **more: Any) -> Node:
    """A CodeableConcept."""
    return {"coding": list(codings), **more}


def profile(name: str, kind: str, *elements: Node, **more: Any) -> Node:
    """A profile that says what these elements of a differential say."""
    return {
        "resourceType": "StructureDefinition",
        "url": HERE + name,
        "name": name,
        "status": "active",
        "kind": "complex-type" if kind == "Extension" else "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": CORE + kind,
        "derivation": "constraint",
        "differential": {"element": [{"id": one["path"], **one} for one in elements]},
        **more,
    }


def claims(resource: Node, name: str) -> Node:
    """The resource, with a profile in its meta."""
    return {**resource, "meta": {"profile": [HERE + name]}}
