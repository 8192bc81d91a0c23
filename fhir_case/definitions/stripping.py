"""What of a conformance resource is kept in memory: what decides validity, and the words an error needs.

Left out are narrative, prose (definition, comment, requirements, …), mappings, examples, publication data, and a
differential beside a snapshot. What is kept is kept as it is, never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Resource = dict[str, Any]

_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/"
PUBLICATION = frozenset(
    _EXTENSIONS + name
    for name in (
        "structuredefinition-wg",
        "structuredefinition-fmm",
        "structuredefinition-fmm-no-warnings",
        "structuredefinition-category",
        "structuredefinition-summary",
        "structuredefinition-normative-version",
        "structuredefinition-security-category",
        "structuredefinition-ballot-status",
        "structuredefinition-display-hint",
        "structuredefinition-explicit-type-name",
        "structuredefinition-hierarchy",
        "elementdefinition-translatable",
        "elementdefinition-bindingName",
        "elementdefinition-isCommonBinding",
        "elementdefinition-bestpractice-explanation",
        "codesystem-concept-comments",
        "codesystem-replacedby",
        "valueset-concept-comments",
        "valueset-concept-definition",
        "valueset-special-status",
        "structuredefinition-conformance-derivedFrom",
        "obligation",
    )
) | {"http://hl7.org/fhir/tools/StructureDefinition/snapshot-source"}
"""Extensions that serve publication, or oblige systems and not data; they decide nothing."""

_PROSE = frozenset(
    ("text", "contact", "publisher", "description", "purpose", "copyright", "useContext", "jurisdiction")
)
_DATES = frozenset(("date", "approvalDate", "lastReviewDate", "identifier"))
_HEAD = _PROSE | _DATES
_ELEMENT = frozenset(
    ("definition", "comment", "requirements", "alias", "mapping", "example", "code", "label", "isSummary", "condition")
) | frozenset(("isModifierReason", "meaningWhenMissing", "orderMeaning"))
_CONSTRAINT = frozenset(("xpath", "requirements"))
_CONCEPT = frozenset(("definition",))


def stripped(resource: Resource) -> Resource:
    """The resource with only what validation needs; resources that are no definitions come back as they are."""
    kind = resource.get("resourceType")
    keep = _KINDS.get(kind) if isinstance(kind, str) else None
    return keep(resource) if keep else resource


def _structure(resource: Resource) -> Resource:
    made = _without(resource, _HEAD | {"keyword", "mapping"})
    if _elements(resource, "snapshot"):
        made.pop("differential", None)
    for view in ("snapshot", "differential"):
        if view in made:
            made[view] = {"element": [_element(one) for one in _elements(resource, view)]}
    return made


def _elements(resource: Resource, view: str) -> list[Any]:
    held = resource.get(view)
    elements = held.get("element") if isinstance(held, dict) else None
    return elements if isinstance(elements, list) else []


def _element(element: Any) -> Any:
    if not isinstance(element, dict):
        return element
    made = _without(element, _ELEMENT)
    _each(made, "type", frozenset())
    _each(made, "constraint", _CONSTRAINT)
    binding = made.get("binding")
    if isinstance(binding, dict):
        made["binding"] = _without(binding, frozenset(("description",)))
    return made


def _code_system(resource: Resource) -> Resource:
    return _concepts(_without(resource, _HEAD))


def _concepts(holder: Resource) -> Resource:
    """The holder of a tree of concepts with each of them stripped; deep trees do not use Python's stack."""
    todo = [holder]
    while todo:
        one = todo.pop()
        if isinstance(one.get("concept"), list):
            one["concept"] = [_without(c, _CONCEPT) if isinstance(c, dict) else c for c in one["concept"]]
            todo += [concept for concept in one["concept"] if isinstance(concept, dict)]
    return holder


def _value_set(resource: Resource) -> Resource:
    made = _without(resource, _HEAD)
    compose = made.get("compose")
    if isinstance(compose, dict):
        made["compose"] = compose = dict(compose)
        for name in ("include", "exclude"):
            if isinstance(compose.get(name), list):
                compose[name] = [_concepts(_without(one, frozenset())) if isinstance(one, dict) else one
                                 for one in compose[name]]  # fmt: skip
    return made


def _other(resource: Resource) -> Resource:
    return _without(resource, _HEAD)


_KINDS: dict[str, Callable[[Resource], Resource]] = {
    "StructureDefinition": _structure,
    "CodeSystem": _code_system,
    "ValueSet": _value_set,
    "ConceptMap": _other,
    "SearchParameter": _other,
    "OperationDefinition": _other,
    "CapabilityStatement": _other,
    "CompartmentDefinition": _other,
}


def _without(element: Resource, names: frozenset[str]) -> Resource:
    made = {name: held for name, held in element.items() if name not in names and name.lstrip("_") not in names}
    extensions = made.get("extension")
    if isinstance(extensions, list):
        kept = [one for one in extensions if not (isinstance(one, dict) and str(one.get("url")) in PUBLICATION)]
        if kept:
            made["extension"] = kept
        else:
            del made["extension"]
    return made


def _each(element: Resource, name: str, names: frozenset[str]) -> None:
    held = element.get(name)
    if isinstance(held, list):
        element[name] = [_without(one, names) if isinstance(one, dict) else one for one in held]
