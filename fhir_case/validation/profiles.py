"""What a profile demands beyond its type: only elements that it constrains are looked at.

Every instance is checked against its type (types.py) before, so a profile's function holds nothing that the type says already,
and one defect gives one issue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from fhir_case.issues import DefinitionError
from fhir_case.validation import invariants, narrative_control, slicing
from fhir_case.validation.bindings import codeless
from fhir_case.validation.places import At, Step
from fhir_case.validation.plan import STRUCTURE, Element, Type
from fhir_case.validation.run import Node, Run
from fhir_case.validation.types import Check, Item
from fhir_case.validation.whence import package_of

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks, Profile
    from fhir_case.validation.settings import Level


class Picked(NamedTuple):
    """One value of an element: the value (None: only id or extensions), its `_` twin, where it stands and its type."""

    value: Any
    twin: Any
    at: At
    kind: str

    @property
    def node(self) -> Node | None:
        """The object that holds its children: itself, or the twin of a primitive."""
        held = self.value if type(self.value) is dict else self.twin
        return held if type(held) is dict else None


_BARE: Node = {}
"""What stands beside a primitive value that has neither id nor extensions."""
Pick = Callable[[Node, At], list[Picked]]
Rule = Callable[[Picked, Run], None]
"""Checks one value of an element against what a profile says of it."""


def compiled(checks: Checks, structure: dict[str, Any], named: str) -> tuple[Check, Check]:
    """The functions for a profile: all it demands, and what of that tells soonest that a resource is something else.

    Raises `DefinitionError` where its type is not known or its snapshot is broken.
    """
    kind = structure.get("type", "")
    top = checks.tree(structure["url"] + (f"|{structure['version']}" if structure.get("version") else ""))
    if structure["url"] == STRUCTURE + kind:
        return _nothing, _nothing
    if checks.definitions.type(kind) is None:
        raise DefinitionError(f"{named} constrains the type {kind}, which R4 does not have")
    base = checks.tree(STRUCTURE + kind)
    known = frozenset(one.key for one in base.constraints)
    by_name = children(checks, top, base, named)
    made = checks.invariants(top.constraints, kind, top.id, named, known)
    rules = [*by_name.values(), *([invariants.together(made)] if made else [])]
    return _all(rules), _all([rule for name, rule in by_name.items() if _tells(top.children[name])])


def _tells(element: Element) -> bool:
    """Whether it takes but a look at an element to see that a resource is something else: at its code, as a rule."""
    binding = element.binding or {}
    return element.fixed is not None or element.pattern is not None or binding.get("strength") == "required"


def _all(rules: list[Check]) -> Check:
    def check(node: Node, at: At, run: Run) -> None:
        for rule in rules:
            rule(node, at, run)

    return check


def _nothing(node: Node, at: At, run: Run) -> None:
    """A type as profile says no more than the type."""


def children(checks: Checks, element: Element, base: Element, named: str) -> dict[str, Check]:
    """The functions for the children that `element` constrains more than `base` does, by their names."""
    made = {
        child.name: _child(checks, child, below, named)
        for child in element.children.values()
        if (below := _below(checks, base, child.name, element)) is not None
    }
    return {name: one for name, one in made.items() if one is not None}


def _below(checks: Checks, base: Element, name: str, element: Element) -> Element | None:
    """The child of that name in the type that `base` has, walking into data types and referred content."""
    if name in base.children:
        return base.children[name]
    if base.content:
        found = checks.tree(STRUCTURE + base.content.split(".")[0])
        for step in base.content.split(".")[1:]:
            found = found.children[step]
        return found.children.get(name)
    for one in element.types or base.types:
        if checks.definitions.type(one.code) is not None:
            found = checks.tree(STRUCTURE + one.code)
            if name in found.children:
                return found.children[name]
    return None


def _lacking(count: int, least: int) -> str:
    """`is missing, and it is required`; `is there once; at least 2 are required`."""
    if not count:
        return "is missing, and it is required" if least == 1 else f"is missing; at least {least} are required"
    return f"is there {'once' if count == 1 else f'{count} times'}; at least {least} are required"


def _child(checks: Checks, child: Element, base: Element, named: str) -> Check | None:
    definition = f"{named}#{child.id}"
    least = child.min if child.min > base.min else 0
    most = child.max if child.max is not None and (base.max is None or child.max < base.max) else None
    rule = _rule(checks, child, base, named)
    sliced = slicing.compiled(checks, child, named) if child.slices else None
    if not (least or most is not None or rule or sliced):
        return None
    pick = picker(checks, child, base)
    name = child.name
    keys = None if least or any(one.min for one in child.slices.values()) else _keys(child, base)

    def check(node: Node, at: At, run: Run) -> None:
        if keys is not None and keys.isdisjoint(node):
            return  # nothing there, and nothing demanded
        found = pick(node, at)
        if len(found) < least:
            run.say("element-missing", at, f"{name} {_lacking(len(found), least)}", definition=definition)
        if most is not None and len(found) > most:
            told = (
                f"{name} must not be there"
                if most == 0
                else f"{name} is there {len(found)} times; at most {most} may be"
            )
            run.say("element-too-many", at, told, definition=definition, key=found[-1].at[1].key)
        if rule:
            for one in found:
                rule(one, run)
        if sliced:
            sliced(found, at, run)

    return check


def _rule(checks: Checks, element: Element, base: Element, named: str) -> Rule | None:
    """What each value of an element must meet, by its type."""
    allowed = {one.code for one in element.types}
    # R4 gives ids the type string where later tools write id.
    narrowed = bool(allowed) and element.name != "id" and {one.code for one in base.types} - allowed
    items: dict[str, list[Item]] = {}
    below: dict[str, list[Check]] = {}
    for kind in element.types or (Type(""),):
        items[kind.code] = checks.items(element, kind, base, named)
        if kind.code == "Narrative":
            items[kind.code] += narrative_control.controls(element, f"{named}#{element.id}")
        inner = children(checks, _as(element, kind), _as(base, kind), named) if element.children else {}
        below[kind.code] = [*inner.values()]
    plain = element.fixed is not None and base.fixed is None and not isinstance(element.fixed, dict)
    if not narrowed and not plain and not any(items.values()) and not any(below.values()):
        return None
    definition = f"{named}#{element.id}"
    missing = codeless(element, definition) if codeless(base, "") is None else None

    def rule(one: Picked, run: Run) -> None:
        kind = one.kind if one.kind in items or not ({"Resource", "DomainResource"} & items.keys()) else "Resource"
        if kind not in items and narrowed:
            told = f"the profile allows {' or '.join(sorted(allowed))} here, found {one.kind}"
            run.say("type-not-allowed", one.at, told, definition=definition)
            return
        if plain and one.value is not None and type(one.twin) is dict and "extension" in one.twin:
            run.say("value-fixed", one.at, "the fixed value has no extensions", definition=definition)
        if one.value is None and missing and checks.is_primitive(kind):
            missing(one.at, run)
        if one.value is not None:
            for item in items.get(kind, ()):
                item(one.value, one.at, run)
        node = one.node
        if node is None and checks.is_primitive(kind):
            node = _BARE  # a value without extensions lacks those that are demanded
        if node is not None:
            for check in below.get(kind, ()):
                check(node, one.at, run)

    return rule


rule_of = _rule


def _as(element: Element, kind: Type) -> Element:
    """The element with one of its types: what its children are."""
    return element if len(element.types) <= 1 else replace(element, types=(kind,))


def _keys(element: Element, base: Element) -> frozenset[str]:
    """The keys under which an element may stand."""
    kinds = {one.code for one in (*base.types, *element.types)} if base.choice or element.choice else ("",)
    names = [element.name + code[:1].upper() + code[1:] for code in kinds]
    return frozenset((*names, *("_" + name for name in names)))


def picker(checks: Checks, element: Element, base: Element) -> Pick:
    """The function that picks the values of an element from the object it is in."""
    name = element.name
    if base.choice or element.choice:
        known = {one.code for one in base.types} | {one.code for one in element.types}
        steps = {
            name + code[:1].upper() + code[1:]: Step(
                name + code[:1].upper() + code[1:], f"{name}.ofType({code})", base.path, code
            )
            for code in known
        }
        return lambda node, at: _choice(steps, node, at)
    kind = next(
        (one.code for one in (*base.types, *element.types)), ""
    )  # content of another element has no type of its own
    step = Step(name, name, base.path, kind or base.path)
    twin = "_" + name
    if not checks.is_primitive(kind):
        return lambda node, at: _objects(step, kind, node.get(name), at)
    return lambda node, at: _primitives(step, kind, node.get(name), node.get(twin), at)


def _choice(steps: dict[str, Step], node: Node, at: At) -> list[Picked]:
    found = []
    for key in node:
        plain = key[1:] if key[:1] == "_" else key
        step = steps.get(plain)
        if step and (plain == key or plain not in node):
            found.append(Picked(node.get(plain), node.get("_" + plain), (at, step, None), step.kind))
    return found


def _objects(step: Step, kind: str, value: Any, at: At) -> list[Picked]:
    if type(value) is list:
        return [Picked(one, None, (at, step, index), _actual(one, kind)) for index, one in enumerate(value)]
    return [] if value is None else [Picked(value, None, (at, step, None), _actual(value, kind))]


def _actual(value: Any, kind: str) -> str:
    """The type of a value: of a resource, what it says."""
    return value.get("resourceType", kind) if kind == "Resource" and type(value) is dict else kind


def _primitives(step: Step, kind: str, value: Any, twin: Any, at: At) -> list[Picked]:
    if type(value) is list or type(twin) is list:
        values, twins = (one if type(one) is list else [] for one in (value, twin))
        return [
            Picked(
                values[index] if index < len(values) else None,
                twins[index] if index < len(twins) else None,
                (at, step, index),
                kind,
            )
            for index in range(max(len(values), len(twins)))
        ]
    return [] if value is None and twin is None else [Picked(value, twin, (at, step, None), kind)]


def any_of(checks: Checks, urls: tuple[str, ...], definition: str) -> Item:
    """The value must meet one of the profiles of its type."""

    def check(value: Any, at: At, run: Run) -> None:
        if type(value) is not dict:
            return
        known = [one for one in (_known(checks, url, urls, at, run, definition) for url in urls) if one is not None]
        actual = value.get("resourceType")
        fitting = [one for one in known if actual is None or one.type in (actual, "Resource", "DomainResource")]
        if known and not fitting:
            told = " or ".join(sorted({one.type for one in known}))
            run.say("type-not-allowed", at, f"the profile allows {told} here, found {actual}", definition=definition)
        elif len(fitting) == 1 and actual is not None:
            run.demand(value, fitting[0], at)
        elif len(fitting) == 1:
            fitting[0].check(value, at, run)
        elif fitting:
            first: Run | None = None
            for one in fitting:
                trial = run.trial()
                one.check(value, at, trial)
                if trial.fits():
                    run.found.extend(trial.found)
                    return
                first = first or trial
            told = "; ".join(one.message for one in first.found[:3]) if first else ""
            run.say("profile-not-matched", at, f"meets none of {', '.join(urls)}: {told}", definition=definition)

    return check


def _known(checks: Checks, url: str, urls: tuple[str, ...], at: At, run: Run, definition: str) -> Profile | None:
    """One of the profiles that a value may meet. Without the only one, nothing can be said of the value."""
    # Of extensions their own url names the definition; where there are others, they may do.
    unsure = at[1].kind == "Extension" or len(urls) > 1
    return profile_or_issue(checks, url, at, run, "warning" if unsure else "error", definition)


def profile_or_issue(
    checks: Checks, url: str, at: At, run: Run, unknown: Level, definition: str = ""
) -> Profile | None:
    """A profile; where there is none, an issue that says so."""
    try:
        profile = checks.profile(url)
    except DefinitionError as error:
        run.say("profile-broken", at, str(error), "error", definition=definition)
        return None
    if profile is None:
        run.say("profile-unknown", at, f"the profile {url} is not known here", unknown,
                package_of(url), definition)  # fmt: skip
    return profile
