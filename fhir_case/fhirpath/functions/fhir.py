"""The functions that FHIR adds (http://hl7.org/fhir/R4/fhirpath.html#functions)."""

from __future__ import annotations

from typing import Any

from fhir_case.fhirpath.elements import UNKNOWN
from fhir_case.fhirpath.errors import FHIRPathError, Undecidable
from fhir_case.fhirpath.functions.signature import Function, text
from fhir_case.fhirpath.nodes import Items, Node, member, node, system
from fhir_case.fhirpath.scope import Env


def _extension(_: Any, items: Items, url: Items) -> Items:
    wanted = text(url, "extension()")
    return [one for one in member(items, "extension") if one.value.__class__ is dict and one.value.get("url") == wanted]


def _resolve(env: Env, items: Items) -> Items:
    out: Items = []
    for item in items:
        inner = item.value if item.__class__ is Node else None
        reference = inner.get("reference") if inner.__class__ is dict else system(item)
        found = env.scope.resolve(reference) if isinstance(reference, str) else None
        if found is not None:
            out.append(node(found, UNKNOWN))
    return out


def _member_of(env: Env, items: Items, value_set: Items) -> bool | None:
    url = text(value_set, "memberOf()")
    if not items or url is None:
        return None
    if len(items) > 1:
        raise FHIRPathError(f"memberOf() takes one item, found {len(items)}")
    value = items[0].value if items[0].__class__ is Node else items[0]
    found = env.scope.member_of(value, url)
    if found is None:
        raise Undecidable(f"memberOf({url!r}) cannot be decided here")
    return found


def _conforms_to(env: Env, items: Items, profile: Items) -> bool | None:
    url = text(profile, "conformsTo()")
    if not items or url is None:
        return None
    if len(items) > 1:
        raise FHIRPathError(f"conformsTo() takes one item, found {len(items)}")
    value = items[0].value if items[0].__class__ is Node else items[0]
    found = env.scope.conforms(value, url)
    if found is None:
        raise Undecidable(f"conformsTo({url!r}) cannot be decided here")
    return found


def _html_checks(_: Any, items: Items) -> bool | None:
    from fhir_case.fhirpath.narrative import problem

    values = [system(item) for item in items]
    return all(isinstance(value, str) and problem(value) is None for value in values)


def _html_checks_2(_: Any, items: Items) -> bool | None:
    from fhir_case.fhirpath.narrative import problem

    values = [system(item) for item in items]
    return all(isinstance(value, str) and problem(value, content=True) is None for value in values)


def _not_here(name: str) -> Any:
    def run(_: Any, items: Items, *__: Items) -> Items:
        if not items:
            return []
        raise Undecidable(f"{name}() needs the definition that an element is checked against")

    return run


FHIR = {
    "extension": Function(_extension, 1, 1), "resolve": Function(_resolve),
    "memberOf": Function(_member_of, 1, 1, True), "conformsTo": Function(_conforms_to, 1, 1, True),
    "htmlChecks": Function(_html_checks, logic=True), "htmlChecks1": Function(_html_checks, logic=True),
    "htmlChecks2": Function(_html_checks_2, logic=True),
    "elementDefinition": Function(_not_here("elementDefinition")), "slice": Function(_not_here("slice"), 2, 2),
    "checkModifiers": Function(_not_here("checkModifiers"), 0, 100),
    "subsumes": Function(_not_here("subsumes"), 1, 1), "subsumedBy": Function(_not_here("subsumedBy"), 1, 1),
}  # fmt: skip
