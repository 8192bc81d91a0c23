"""Canonicals: what they name is of a type that the element allows (https://hl7.org/fhir/R4/references.html#canonical)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir_case.validation.places import At
from fhir_case.validation.plan import Type
from fhir_case.validation.run import Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.types import Item

_ANY = frozenset(("Resource", "DomainResource", "CanonicalResource", "MetadataResource"))


def targets(checks: Checks, kind: Type, definition: str) -> Item:
    """The function that checks what a canonical names, where that is here: contained, or a definition that is known."""
    types = {url: checks.definitions.structure(url) for url in kind.targets}
    allowed = frozenset(held.get("type", "") for held in types.values() if held is not None)
    anything = None in types.values() or not _ANY.isdisjoint(allowed)  # a profile that is not known may be of any type
    words = " or ".join(sorted(allowed))

    def check(value: Any, at: At, run: Run) -> None:
        if type(value) is not str:
            return
        found = _contained(run, value[1:]) if value.startswith("#") else _known(run, value, allowed)
        if found is None and value.startswith("#") and value != "#":
            told = f"no contained resource has the id {value[1:65]}"
            run.say("reference-unresolved", at, told, definition=definition, value=value)
        elif found is not None and found not in allowed and not anything:
            run.say("reference-type", at, f"names a {found}; allowed here: {words}", definition=definition, value=value)

    return check


def _contained(run: Run, name: str) -> str | None:
    held = run.root.get("contained")
    for one in held if isinstance(held, list) else ():
        if isinstance(one, dict) and one.get("id") == name:
            return str(one.get("resourceType"))
    return None


def _known(run: Run, canonical: str, allowed: frozenset[str]) -> str | None:
    """The type of the definition; one of those allowed, where several types have one of that url."""
    find = run.checks.definitions.find
    for kind in allowed:
        if find(canonical, kind) is not None:
            return kind
    other = find(canonical, None)
    return str(other.get("resourceType")) if other else None
