"""The filters of a value set's include: which codes of a code system have that property, or stand below that concept.

https://hl7.org/fhir/R4/valueset-filter-operator.html and https://hl7.org/fhir/R4/codesystem.html#properties. What a filter
says of a code is None where the code system is not here whole, or the filter can't be understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.decided import any_of, negated
from fhir_case.terminology.reading import Resource, text

Test = Callable[[str], bool | None]
_CODE = frozenset(("code", "concept"))
_KNOWN = frozenset(("code", "display", "parent", "child", "inactive", "notSelectable", "status"))
_LONGEST_CODE = 300


@dataclass(frozen=True, slots=True)
class Filter:
    """`test(code)` tells whether a code of the system passes; `why` names what can't be decided, or nothing."""

    test: Test
    why: str = ""
    named: frozenset[str] = frozenset()
    """Codes that pass and that exist, since the filter itself says so."""


def read(one: Resource, system: CodeSystem) -> Filter:
    """One `filter` of an include of that system."""
    name, operator, value = text(one, "property"), text(one, "op"), text(one, "value")
    make = _OPERATORS.get(operator)
    if make is None or not name:
        return _unknown(f"the filter {name or '?'} {operator or '?'} {value[:60]} is not one that is known here")
    return make(system, name, value)


def _unknown(why: str) -> Filter:
    return Filter(lambda code: None, why)


def _hierarchy(
    found: Callable[[CodeSystem, str], frozenset[str]], itself: bool
) -> Callable[[CodeSystem, str, str], Filter]:
    """A filter by the tree of concepts. Where it is not here whole, only what is found in it can be said."""

    def make(system: CodeSystem, name: str, value: str) -> Filter:
        if name not in _CODE:
            return _unknown(f"a filter by the tree of concepts names the property {name}, not concept")
        whole = system.codes is not None
        if whole and system.lookup(value) is None:
            return _unknown(f"a filter names {value[:60]}, which {system.url} does not have")
        top = system.canonical(value)
        codes = found(system, top) | ({top} if itself else frozenset())
        if whole:
            return Filter(codes.__contains__)

        def test(code: str) -> bool | None:
            return itself if code == top else (True if code in codes else None)

        return Filter(test, f"the tree of concepts of {system.url} is not here", codes)

    return make


def _not(make: Callable[[CodeSystem, str, str], Filter]) -> Callable[[CodeSystem, str, str], Filter]:
    def opposite(system: CodeSystem, name: str, value: str) -> Filter:
        filtered = make(system, name, value)
        return Filter(lambda code: negated(filtered.test(code)), filtered.why)

    return opposite


def _valued(says: Callable[[str], Test]) -> Callable[[CodeSystem, str, str], Filter]:
    """A filter that holds for a code if it holds for one of the values of a property; `says(value)` may raise."""

    def make(system: CodeSystem, name: str, value: str) -> Filter:
        try:
            holds = says(value)
        except ValueError as error:
            return _unknown(f"the pattern {value[:60]!r} of a filter can't be used: {error}")
        if name in _CODE:  # told by the code itself, so nothing of the code system is needed
            return Filter(lambda code: len(code) <= _LONGEST_CODE and holds(code))
        if why := _no_property(system, name):
            return _unknown(why)

        def test(code: str) -> bool | None:
            values = values_of(system, name, code)
            if values is None:
                return None
            return any_of(holds(one) for one in values)

        return Filter(test, "" if system.content == "complete" else system.undecided)

    return make


def _exists(system: CodeSystem, name: str, value: str) -> Filter:
    if value not in ("true", "false"):
        return _unknown(f"a filter asks whether {name} exists, and says neither true nor false but {value[:60]!r}")
    if why := _no_property(system, name):
        return _unknown(why)

    def test(code: str) -> bool | None:
        values = values_of(system, name, code)
        return None if values is None else bool(values) == (value == "true")

    return Filter(test, "" if system.content == "complete" else system.undecided)


def _no_property(system: CodeSystem, name: str) -> str:
    if system.content == "not-present":
        return system.undecided
    if name in _KNOWN or name in system.properties:
        return ""
    return f"a filter names the property {name[:60]}, which {system.url} does not define here"


def values_of(system: CodeSystem, name: str, code: str) -> list[str] | None:
    """The values of a property of a concept; None if the concept is not here."""
    concept = system.lookup(code)
    if concept is None:
        return None
    values = [value for one, value in concept.properties if one == name]
    if name == "display" and concept.display:
        values.append(concept.display)
    elif name == "parent":
        values += system.parents(concept.code)
    elif name == "child":
        values += system.children(concept.code)
    elif name in ("inactive", "notSelectable") and not values:
        said = concept.inactive if name == "inactive" else concept.abstract
        values.append("true" if said else "false")
    return values


def _equal(value: str) -> Test:
    return lambda one: one == value


def _among(value: str) -> Test:
    wanted = frozenset(part.strip() for part in value.split(","))
    return lambda one: one in wanted


def _matching(value: str) -> Test:
    from fhir_case.terminology import regex  # few value sets have a pattern

    pattern = regex.compiled(value)
    return lambda one: len(one) <= _LONGEST_CODE and pattern.matches(one)


_is_a = _hierarchy(CodeSystem.descendants, itself=True)
_below = _hierarchy(CodeSystem.descendants, itself=False)

_OPERATORS: dict[str, Callable[[CodeSystem, str, str], Filter]] = {
    "=": _valued(_equal),
    "is-a": _is_a,
    "descendent-of": _below,
    "is-not-a": _not(_is_a),
    "regex": _valued(_matching),
    "in": _valued(_among),
    "not-in": _not(_valued(_among)),
    "generalizes": _hierarchy(CodeSystem.ancestors, itself=True),
    "exists": _exists,
    # R5's, which R4 packages made with newer tools have too: https://hl7.org/fhir/R5/valueset-filter-operator.html
    "child-of": _hierarchy(lambda system, code: frozenset(system.children(code)), itself=False),
    "descendent-leaf": _hierarchy(
        lambda system, code: frozenset(one for one in system.descendants(code) if not system.children(one)),
        itself=False,
    ),
}
