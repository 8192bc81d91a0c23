"""A published expansion of a value set: the list of its codes that a terminology server made.

https://hl7.org/fhir/R4/valueset.html#expansion
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_case.terminology.concept import Designation
from fhir_case.terminology.include import Members
from fhir_case.terminology.reading import Resource, designations, objects, text

_OPEN = frozenset(
    "http://hl7.org/fhir/StructureDefinition/" + name for name in ("valueset-toocostly", "valueset-unclosed")
)
_CUT = 1000
_R4 = "http://hl7.org/fhir/ValueSet/"


@dataclass(frozen=True, slots=True)
class Expansion:
    """The codes of an expansion; `complete` if there are no others."""

    members: Members
    complete: bool


def read(value_set: Resource) -> Expansion | None:
    """The expansion that a value set carries, or None."""
    expansion = value_set.get("expansion")
    if not isinstance(expansion, dict):
        return None
    found: dict[str, set[str]] = {}
    count = 0
    for one in contained(expansion):
        count += 1
        if text(one, "code"):
            found.setdefault(text(one, "system"), set()).add(text(one, "code"))
    complete = _complete(expansion, count) and not _outgrown(value_set)
    return Expansion({system: frozenset(codes) for system, codes in found.items()}, complete)


def contained(expansion: Resource) -> Iterator[Resource]:
    """Every `contains`, nested ones too."""
    todo = objects(expansion, "contains")[::-1]
    while todo:
        one = todo.pop()
        yield one
        todo += objects(one, "contains")[::-1]


def names(value_set: Resource) -> Iterator[tuple[str, str, Designation]]:
    """(system, code, name) for every name that a value set itself gives to a code."""
    expansion = value_set.get("expansion")
    compose = value_set.get("compose")
    listed = [(text(one, "system"), one) for one in contained(expansion)] if isinstance(expansion, dict) else []
    for include in objects(compose, "include"):
        listed += [(text(include, "system"), one) for one in objects(include, "concept")]
    language = text(value_set, "language")
    for system, one in listed:
        if text(one, "display"):
            yield system, text(one, "code"), Designation(text(one, "display"), language)
        for name in designations(one):
            yield system, text(one, "code"), name


def _outgrown(value_set: Resource) -> bool:
    """R4's own were expanded in 2019, and the code systems that they take from (SNOMED CT, CVX, …) have grown since:
    what is in such an expansion is in the set, but what isn't may be. One who pins a version or lists codes has no such
    doubt, nor one whose value set is nothing but its expansion.
    """
    return text(value_set, "version") == "4.0.1" and text(value_set, "url").startswith(_R4) and "compose" in value_set


def _complete(expansion: Resource, count: int) -> bool:
    """Nothing says that codes are missing: no mark of an open or cut expansion, no page, no total that is higher.

    Servers cut at a thousand codes without a mark (R4's own condition-code is one of those), so a long list counts as
    complete only where its total says so.
    """
    if any(text(one, "url") in _OPEN for one in objects(expansion, "extension")):
        return False
    total, offset = expansion.get("total"), expansion.get("offset")
    limited = any(text(one, "name") in ("limitedExpansion", "count") for one in objects(expansion, "parameter"))
    if offset or (limited and count >= _CUT):
        return False
    return total <= count if isinstance(total, int) else count < _CUT
