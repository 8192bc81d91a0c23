"""ConceptMap: its codes are in the code systems and value sets that it maps (https://hl7.org/fhir/R4/conceptmap.html)."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.value_set import ValueSet
from fhir_case.validation.conformance.reading import below, choice, choice_at, known, numbered, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run


@dataclass(frozen=True, slots=True)
class _Side:
    """Where the codes of one side of a group come from."""

    name: str
    """`source` or `target`"""
    url: str
    system: CodeSystem | None
    """Where all its codes are here."""
    version: str
    scope: ValueSet | None
    """The value set of the whole map on this side."""


def check_concept_map(concept_map: Node, at: At, run: Run) -> None:
    """Each code of each group, on both sides; and nothing mapped twice."""
    scopes = {name: _scope(concept_map, name, at, run) for name in ("source", "target")}
    for index, group in numbered(concept_map, "group"):
        here = below(at, "group", index)
        source, target = (_side(group, name, scopes[name], here, run) for name in ("source", "target"))
        seen: dict[tuple[str, str], str] = {}
        for number, element in numbered(group, "element"):
            place = below(here, "element", number)
            _check_code(element, source, place, run)
            for position, one in numbered(element, "target"):
                spot = below(place, "target", position)
                _check_code(one, target, spot, run)
                _check_repeated(element, one, seen, spot, run)


def _scope(concept_map: Node, name: str, at: At, run: Run) -> ValueSet | None:
    one = choice(concept_map, name, run.checks.definitions.primitives)
    if one is None or not isinstance(one.value, str) or not one.value:
        return None
    found = known(run, one.value, "ValueSet") or known(run, one.value)
    if found is not None and found.get("resourceType") != "ValueSet":
        run.say("definition-map-scope", choice_at(at, name, one), f"expected a value set, this is a {found.get('resourceType')}",
                value=one.value)  # fmt: skip
        return None
    return run.checks.terminology.value_set(one.value)


def _side(group: Node, name: str, scope: ValueSet | None, at: At, run: Run) -> _Side:
    url, version = text(group, name), text(group, name + "Version")
    if not url:
        run.say("definition-map-scope", at, f"no {name} code system: its codes can't be checked", "warning")
        return _Side(name, "", None, "", scope)
    url, _, said = url.partition("|")
    system = run.checks.terminology.code_system(url, version or said or None)
    if system is not None and system.codes is None:
        run.say("definition-map-scope", below(at, name), f"not all codes of {url} are here: those of the map can't be checked",
                "information", value=url)  # fmt: skip
        system = None
    elif system is None and scope is None:
        run.say(
            "definition-map-scope",
            below(at, name),
            f"{url} is not known here: the codes can't be checked",
            "warning",
            value=url,
        )
    return _Side(name, url, system, version or said, scope)


def _check_code(holder: Node, side: _Side, at: At, run: Run) -> None:
    code = holder.get("code")
    if not isinstance(code, str) or not side.url:
        return
    place = below(at, "code")
    if side.system is not None:
        if side.system.lookup(code) is None:
            like = side.system.nearest(code)
            run.say(
                "definition-map-code",
                place,
                f"{side.url} has no such code",
                fix=f"did you mean {like}?" if like else "",
                value=code,
            )
            return
        display = text(holder, "display")
        if display and (wrong := side.system.check_display(code, display)) is not None:
            run.say(
                "definition-map-display", place, f"not a display of {code}", "warning", wrong.nearest, value=display
            )
    if side.scope is not None and side.scope.contains(side.url, code, side.version or None) is False:
        like = side.scope.nearest(code)
        run.say("definition-map-code", place, f"the {side.name} value set {side.scope.url} has no such code",
                fix=f"did you mean {like}?" if like else "", value=code)  # fmt: skip


def _check_repeated(element: Node, target: Node, seen: dict[tuple[str, str], str], at: At, run: Run) -> None:
    code, other, how = text(element, "code"), text(target, "code"), text(target, "equivalence")
    if not code or not other:
        return
    if (code, other) not in seen:
        seen[code, other] = how
    else:
        before = seen[code, other]
        told = "the same is said above" if before == how else f"above this is said to be {before}"
        run.say("definition-map-repeated", at, f"{code} is mapped to {other} twice: {told}", "warning", value=how)
