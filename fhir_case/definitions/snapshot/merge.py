"""One element of a differential laid over the element it constrains.

What is said replaces what was there, except what accumulates: constraints, conditions, mappings, aliases, extensions, and
the discriminators of a slicing (http://hl7.org/fhir/R4/profiling.html; HL7's ProfileUtilities.updateFromDefinition).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_case.definitions.snapshot.shape import Element

BINDABLE = frozenset(("Coding", "CodeableConcept", "Quantity", "uri", "string", "code"))
"""Types that can have a binding; without one of them the binding of the base has nothing left to bind."""
_CHOICES = ("defaultValue", "fixed", "pattern", "minValue", "maxValue")
_PLACE = frozenset(("id", "path", "base", "sliceName", "contentReference"))
"""What is not for a constraint to say, or said by where it stands."""
_NOT_INHERITED = frozenset(
    "http://hl7.org/fhir/" + tail
    for tail in (
        "StructureDefinition/structuredefinition-standards-status",
        "StructureDefinition/structuredefinition-normative-version",
        "StructureDefinition/structuredefinition-fmm",
        "StructureDefinition/structuredefinition-summary",
        "StructureDefinition/elementdefinition-isCommonBinding",
        "tools/StructureDefinition/binding-definition",
        "tools/StructureDefinition/no-binding",
    )
)


def merged(base: Element, over: Element) -> Element:
    """A new element: `base` constrained by `over`. Neither is changed; `base` itself when `over` says nothing."""
    if not over.keys() - _PLACE:
        return base
    element = dict(base)
    for name, value in over.items():
        if name in _PLACE:
            continue
        plain = name.removeprefix("_")
        choice = next((c for c in _CHOICES if plain.startswith(c)), None)
        if choice is not None and plain == name:
            for other in [n for n in element if n.removeprefix("_").startswith(choice)]:
                del element[other]
        rule = _RULES.get(name)
        element[name] = rule(element[name], value) if rule and name in element else value
    if "extension" in base:
        element["extension"] = _extensions(base["extension"], over.get("extension", []))
    if "binding" in element and "type" in over and not _bindable(element):
        del element["binding"]
    return element


def _bindable(element: Element) -> bool:
    return any(t.get("code") in BINDABLE for t in element.get("type", ()))


def _constraints(base: list[Element], over: list[Element]) -> list[Element]:
    keys = {c.get("key") for c in base if isinstance(c.get("key"), str)}
    return base + [c for c in over if not isinstance(c.get("key"), str) or c["key"] not in keys]


def _union(base: list[Any], over: list[Any]) -> list[Any]:
    seen = {repr(item) for item in base}  # in linear time, whatever an item is
    return base + [item for item in over if repr(item) not in seen]


def _extensions(base: list[Element], over: list[Element]) -> list[Element]:
    said = [e.get("url") for e in over]
    return [e for e in base if e.get("url") not in said and e.get("url") not in _NOT_INHERITED] + over


def _binding(base: Element, over: Element) -> Element:
    return {**{k: v for k, v in base.items() if k not in ("extension", "description")}, **over}


def _slicing(base: Element, over: Element) -> Element:
    slicing = {**base, **over}
    if "discriminator" in base and "discriminator" in over:
        slicing["discriminator"] = _union(base["discriminator"], over["discriminator"])
    return slicing


def _text(base: Any, over: Any) -> Any:
    """A text that starts with `...` continues that of the base."""
    if isinstance(base, str) and isinstance(over, str) and over.startswith("..."):
        return f"{base}\r\n{over[3:]}"
    return over


_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "constraint": _constraints,
    "condition": _union,
    "mapping": _union,
    "alias": _union,
    "binding": _binding,
    "slicing": _slicing,
    "definition": _text,
    "comment": _text,
    "requirements": _text,
}
