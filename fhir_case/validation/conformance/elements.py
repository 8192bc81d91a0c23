"""The elements of a definition, one by one (https://hl7.org/fhir/R4/elementdefinition.html)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.conformance.element_types import check_types
from fhir_case.validation.conformance.reading import below, choice, choice_at, known, objects, text
from fhir_case.validation.conformance.slices import check_slicing
from fhir_case.validation.conformance.structure import Structure, codes
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_RANGED = frozenset((
    "integer", "decimal", "instant", "date", "dateTime", "time", "positiveInt", "unsignedInt", "Age", "Count", "Distance",
    "Duration", "Money", "Quantity", "Range", "MoneyQuantity", "SimpleQuantity",
))  # fmt: skip
"""Types with an order, for minValue and maxValue."""
_LONG = frozenset((
    "integer", "decimal", "instant", "string", "uri", "date", "dateTime", "time", "canonical", "code", "id", "markdown", "oid",
    "positiveInt", "unsignedInt", "url", "uuid",
))  # fmt: skip
"""Types with a length, for maxLength."""
_BOUND = frozenset((
    "string", "uri", "code", "oid", "url", "uuid", "Age", "CodeableConcept", "Coding", "Distance", "Duration", "Quantity",
    "Range", "Extension", "MoneyQuantity", "SimpleQuantity", "CodeableReference", "canonical", "id", "markdown",
))  # fmt: skip
"""Types with codes, for a binding."""
_CORE = "http://hl7.org/fhir/StructureDefinition/"
_BY_EXTENSION = {
    "minLength": _LONG,
    "maxSize": frozenset(("base64Binary", "Attachment")),
    "maxDecimalPlaces": _RANGED - {"integer", "positiveInt", "unsignedInt", "date", "Count", "Range"},
}
"""Extensions that limit values, and the types whose values they limit."""
_NOT_ON_ROOT = ("sliceName", "slicing", "defaultValue", "meaningWhenMissing", "fixed", "pattern", "example", "minValue",
                "maxValue", "maxLength")  # fmt: skip
_NOT_IN_TYPE = ("sliceName", "fixed", "pattern", "minValue", "maxValue", "maxLength")
"""What an element of a type's own snapshot has not (https://hl7.org/fhir/R4/elementdefinition.html#interpretation)."""


def check_element(structure: Structure, element: Node, part: str, at: At, run: Run) -> None:
    """One element of a differential or snapshot, with its types, values and binding."""
    path = text(element, "path")
    if structure.type and path and path != structure.type and not path.startswith(structure.type + "."):
        run.say("definition-path", at, f"the path of an element begins with {structure.type}", value=path)
    check_slicing(structure, element, part, at, run)
    if (
        part == "differential"
        and structure.is_constraint
        and "meaningWhenMissing" in element
        and not _is_extension(path)
    ):
        run.say(
            "definition-element", at, "a profile can't say what it means that an element is missing", fix="leave it out"
        )
    check_types(structure, element, at, run)
    types = [path] if "." not in path else codes(element)
    if types and all(_is_known(one, run) for one in types):
        _check_kinds(element, types, at, run)
    _check_binding(element, at, run)
    if part == "snapshot":
        _check_in_snapshot(structure, element, path, types, at, run)
    elif "binding" in element and len(_BINDABLE.intersection(types)) > 1:
        run.say(
            "definition-binding", below(at, "binding"), f"the binding is for all of {', '.join(types)}", "information"
        )


_BINDABLE = frozenset(("code", "string", "url", "uri", "Coding", "CodeableConcept", "Quantity"))


def _is_extension(path: str) -> bool:
    return path == "Extension" or path.endswith(".extension")


def _is_known(kind: str, run: Run) -> bool:
    return run.checks.definitions.type(kind) is not None


def _check_kinds(element: Node, types: list[str], at: At, run: Run) -> None:
    """What is demanded of values is something that values of the types have."""
    primitives = run.checks.definitions.primitives
    for name, kinds in (("binding", _BOUND), ("maxLength", _LONG), ("minValue", _RANGED), ("maxValue", _RANGED)):
        there = name in element or (name.endswith("Value") and choice(element, name, primitives) is not None)
        if there and kinds.isdisjoint(types):
            run.say("definition-element", at, f"{name} says nothing about {', '.join(types)[:200]}", fix="leave it out")
    for one in objects(element, "extension"):
        name = text(one, "url").removeprefix(_CORE)
        if name in _BY_EXTENSION and _BY_EXTENSION[name].isdisjoint(types):
            run.say("definition-element", at, f"the extension {name} says nothing about {', '.join(types)[:200]}",
                    fix="leave it out")  # fmt: skip


def _check_binding(element: Node, at: At, run: Run) -> None:
    binding = element.get("binding")
    canonical = text(binding, "valueSet")
    if not canonical or canonical.startswith("#"):
        return
    place = below(at, "binding")
    found = known(run, canonical, "ValueSet")
    if found is None and run.checks.terminology.value_set(canonical) is None:
        other = known(run, canonical)
        if other is None:
            run.say("definition-binding", place, "the value set is not known here", "warning", value=canonical)
        else:
            run.say(
                "definition-binding", place, f"this is a {other.get('resourceType')}, not a value set", value=canonical
            )


def _check_in_snapshot(structure: Structure, element: Node, path: str, types: list[str], at: At, run: Run) -> None:
    primitives = run.checks.definitions.primitives
    if "." in text(element, "id"):
        if not types and "contentReference" not in element:
            run.say("definition-element", at, f"{path} has neither types nor a contentReference")
        for name in ("defaultValue", "fixed", "pattern"):
            one = choice(element, name, primitives)
            if one is not None and types and one.type not in types:
                run.say("definition-value", choice_at(at, name, one), f"{path} can't have a value of type {one.type}; its types: "
                        f"{', '.join(types)[:200]}", value=one.type)  # fmt: skip
    if "." not in path:
        _forbid(element, _NOT_ON_ROOT if structure.is_constraint else tuple(n for n in _NOT_ON_ROOT if n != "meaningWhenMissing"),
                "the root of a snapshot", at, run)  # fmt: skip
    elif not structure.is_constraint and structure.definition.get("kind") != "primitive-type":  # those have limits
        _forbid(element, _NOT_IN_TYPE, "an element of a type", at, run)
        for name in ("min", "max"):
            if name not in element:
                run.say("definition-element", at, f"{path} has no {name}")


def _forbid(element: Node, names: tuple[str, ...], where: str, at: At, run: Run) -> None:
    primitives = run.checks.definitions.primitives
    for name in names:
        there: Any = name in element or (name in _CHOICES and choice(element, name, primitives))
        if there:
            run.say("definition-element", at, f"{where} has no {name}", fix="leave it out")


_CHOICES = frozenset(("defaultValue", "fixed", "pattern", "minValue", "maxValue"))
