"""What every element of R4 itself must be: known, of its type, not empty, as often as its type allows.

A type becomes a function over a JSON object; each of its elements a function over the value of one key, made when the key is
first met. Profiles only add to this (profiles.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fhir_case.validation import ids, invariants, primitives
from fhir_case.validation.bindings import Closed, codeless
from fhir_case.validation.nearest import instead, nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.plan import STRUCTURE, Element, Type
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.issues import Severity
    from fhir_case.validation.checks import Checks

Check = Callable[[Node, At, Run], None]
"""Checks an object (resource, data type, backbone element)."""
Item = Callable[[Any, At, Run], None]
"""Checks one value of an element, whatever its type."""
_ByKey = Callable[[Any, Node, At, Run], None]
_ANY_RESOURCE = ("Resource", "DomainResource")
_ID = Step("id", "id", "Element.id", "id")


def content(checks: Checks, element: Element, kind: str, top: Element) -> Check:
    """The function that checks the content of a type (`element` is its root) or of a backbone element.

    `top` is the root of the type, for elements whose content is that of another (contentReference).
    """
    by_key = _Keys(checks, element, kind, top)
    plain = by_key.plain
    needed = [(frozenset(by_key.keys_of(child)), child) for child in element.children.values() if child.min > 0]
    required = [(child.name, "_" + child.name, child.id) for keys, child in needed if keys and not child.choice]
    required_choices = [(keys, child.name, child.id) for keys, child in needed if keys and child.choice]
    choices = [
        frozenset(keys) for child in element.children.values() if child.choice and (keys := by_key.keys_of(child))
    ]
    choices = [keys for keys in choices if len(keys) > 2]
    chosen = frozenset(key for keys in choices for key in keys)
    demanded = checks.invariants(element.constraints, kind or element.path, element.id)
    more = checks.special(kind or element.path)
    rules: list[Check] = [*([invariants.together(demanded)] if demanded else []), *([more] if more else [])]

    def check(node: Node, at: At, run: Run) -> None:
        for key, value in node.items():
            fits = plain.get(key)
            if fits is not None:
                try:
                    if fits(value):
                        continue
                except TypeError:
                    pass  # not even of the right JSON type: said below
            by_key[key](value, node, at, run)
        for name, twin, definition in required:
            if name not in node and twin not in node:
                run.say("element-missing", at, f"{name} is missing, and it is required", definition=definition)
        for keys, name, definition in required_choices:
            if keys.isdisjoint(node):
                run.say("element-missing", at, f"{name} is missing, and it is required", definition=definition)
        if not chosen.isdisjoint(node):
            for keys in choices:
                found = [key for key in node if key in keys]
                if len(found) > 1:
                    _one_of(found, at, run)
        if len(node) == ("id" in node):
            # HL7's validator leaves an id that stands alone, but for that of a primitive element without a value.
            level: Severity = "warning" if node and not at[1].key.startswith("_") else "error"
            run.say("element-empty", at, "an element without a value or children (ele-1)", level, "leave it out")
            if level == "error":
                return
        for rule in rules:
            rule(node, at, run)

    return check


def _one_of(keys: list[str], at: At, run: Run) -> None:
    names = sorted({key.removeprefix("_") for key in keys})
    if len(names) > 1:
        run.say("choice-several", at, f"only one of these may be there: {', '.join(names)}", key=keys[-1])


class _Keys(dict[str, _ByKey]):
    """The check of each key an object may have, made when the key is first met."""

    def __init__(self, checks: Checks, element: Element, kind: str, top: Element) -> None:
        super().__init__()
        self.checks, self.element, self.kind, self.top = checks, element, kind, top
        self.plain: dict[str, primitives.Fits] = {}
        """Keys of single primitive values, and the question that is enough to ask of them."""
        self.known: dict[str, tuple[Element, Type]] = {}
        for child in element.children.values():
            for one in child.types or (Type(""),):
                self.known[child.name + one.code[:1].upper() + one.code[1:] if child.choice else child.name] = (
                    child,
                    one,
                )
        if kind in checks.definitions.resources:
            self["resourceType"] = _nothing

    def keys_of(self, child: Element) -> list[str]:
        """The keys under which an element can stand."""
        keys = [key for key, (known, _) in self.known.items() if known is child]
        return keys + ["_" + key for key in keys]

    def __missing__(self, key: str) -> _ByKey:
        name = key.removeprefix("_")
        if name not in self.known or (key != name and not self.checks.is_primitive(self.known[name][1].code)):
            # Not kept: keys that are no elements come from outside, in any number.
            return self._unknown(key)
        child, kind = self.known[name]
        self[key] = made = self._made(key, child, kind)
        return made

    def _unknown(self, key: str) -> _ByKey:
        def check(value: Any, node: Node, at: At, run: Run) -> None:
            run.say("element-unknown", at, f"there is no element {key[:80]}", "error", self._instead(key), key=key)

        return check

    def _instead(self, key: str) -> str:
        """What may have been meant; of few elements, all."""
        return instead(nearest(key.removeprefix("_"), self.known), self.known)

    def _made(self, key: str, child: Element, kind: Type) -> _ByKey:
        path = f"{child.name}.ofType({kind.code})" if child.choice else child.name
        step = Step(key, path, child.path, kind.code or child.content or child.path)
        if key == "_id" and self.kind in self.checks.definitions.resources:
            return _no_extensions
        if key != child.name and key.startswith("_"):
            missing = codeless(child, child.id) if self.checks.is_primitive(kind.code) else None
            return (_twins if child.listed else _twin)(step, self.checks.type("Element"), missing)
        items = self.checks.items(child, kind, None)
        if key == "id" and self.kind not in self.checks.definitions.resources:
            items.append(ids.check_element_id)
        if self.checks.is_primitive(kind.code):
            # A resource's id is an id, whatever R4's StructureDefinitions call it (https://hl7.org/fhir/R4/resource.html#id).
            code = "id" if key == "id" and self.kind in self.checks.definitions.resources else kind.code
            if child.listed:
                return _values(step, code, items)
            if not items:
                self.plain[key] = primitives.fits(code)
            elif len(items) == 1 and isinstance(items[0], Closed):
                self.plain[key] = items[0].codes.__contains__
            return _value(step, code, items)
        inner: Item = self._inner(child, kind)
        return (_objects if child.listed else _object)(step, inner, items)

    def _inner(self, child: Element, kind: Type) -> Item:
        if kind.code in _ANY_RESOURCE:
            return self.checks.contained if child.name == "contained" else self.checks.resource
        if child.content:
            return self.checks.backbone(self.top, child.content)
        if child.children:
            return self.checks.backbone(self.top, child.path)
        return self.checks.type(kind.code)


def _nothing(value: Any, node: Node, at: At, run: Run) -> None:
    """`resourceType` was read before."""


def _no_extensions(value: Any, node: Node, at: At, run: Run) -> None:
    run.say("element-not-allowed-here", at, "the id of a resource has no extensions")


def _object(step: Step, inner: Item, items: list[Item]) -> _ByKey:
    def check(value: Any, node: Node, at: At, run: Run) -> None:
        here = (at, step, None)
        if type(value) is not dict:
            _not_an_object(value, here, run, inner)
            return
        inner(value, here, run)
        for item in items:
            item(value, here, run)

    return check


def _objects(step: Step, inner: Item, items: list[Item]) -> _ByKey:
    def check(value: Any, node: Node, at: At, run: Run) -> None:
        if type(value) is not list:
            value = _not_a_list(value, (at, step, None), run)
        elif not value:
            run.say("element-empty", (at, step, None), "an empty array", fix="leave the element out")
        for index, one in enumerate(value):
            here = (at, step, index)
            if type(one) is not dict:
                _not_an_object(one, here, run, None)
                continue
            inner(one, here, run)
            for item in items:
                item(one, here, run)

    return check


def _fits(kind: str) -> primitives.Fits:
    fits = primitives.fits(kind)

    def ask(value: Any) -> Any:
        try:
            return fits(value)
        except TypeError:
            return False

    return ask


def _value(step: Step, kind: str, items: list[Item]) -> _ByKey:
    fits = _fits(kind)

    def check(value: Any, node: Node, at: At, run: Run) -> None:
        if not fits(value) and not _explained(kind, value, (at, step, None), run):
            return
        for item in items:
            item(value, (at, step, None), run)

    return check


def _values(step: Step, kind: str, items: list[Item]) -> _ByKey:
    fits = _fits(kind)
    twin = "_" + step.key

    def check(value: Any, node: Node, at: At, run: Run) -> None:
        if type(value) is not list:
            value = _not_a_list(value, (at, step, None), run)
        elif not value:
            # HL7's validator says so of objects' arrays only; nothing is lost with one of values.
            run.say("element-empty", (at, step, None), "an empty array", "warning", "leave the element out")
        for index, one in enumerate(value):
            if not fits(one):
                if one is None:
                    _null(node.get(twin), (at, step, index), run, index)
                    continue
                if not _explained(kind, one, (at, step, index), run):
                    continue
            for item in items:
                item(one, (at, step, index), run)

    return check


def _is_id(twin: Node, value: Any) -> bool:
    """Whether a value has an id and nothing else beside it."""
    name = twin.get("id")
    return value is not None and len(twin) == 1 and type(name) is str and not (name == "" or name.isspace())


_Missing = Callable[[At, Run], None] | None
"""What is said where a value is missing beside its extensions."""


def _twin(step: Step, inner: Check, missing: _Missing) -> _ByKey:
    plain = step.key[1:]

    def check(value: Any, node: Node, at: At, run: Run) -> None:
        if missing and node.get(plain) is None:
            missing((at, step, None), run)
        if type(value) is dict:
            if _is_id(value, node.get(plain)):
                ids.check_element_id(value["id"], ((at, step, None), _ID, None), run)
            else:
                inner(value, (at, step, None), run)
        else:
            run.say("element-type", (at, step, None), "expected an object with id or extension")

    return check


def _twins(step: Step, inner: Check, missing: _Missing) -> _ByKey:
    plain = step.key[1:]

    def check(value: Any, node: Node, at: At, run: Run) -> None:
        if type(value) is not list:
            run.say("element-type", (at, step, None), "expected an array, one entry for each value, or null")
            return
        held = node.get(plain)
        values = held if type(held) is list else ()
        for index, one in enumerate(value):
            if type(one) is dict:
                if missing and (index >= len(values) or values[index] is None):
                    missing((at, step, index), run)
                if _is_id(one, values[index] if index < len(values) else None):
                    ids.check_element_id(one["id"], ((at, step, index), _ID, None), run)
                else:
                    inner(one, (at, step, index), run)
            elif one is not None:
                run.say("element-type", (at, step, index), "expected an object with id or extension, or null")

    return check


def _explained(kind: str, value: Any, here: At, run: Run) -> bool:
    """Say what is wrong with a value that does not fit its type; whether more can be checked about it."""
    if value is None:
        run.say("element-empty", here, "null stands for nothing here", fix="leave the element out")
        return False
    if type(value) is list:
        run.say("element-type", here, "expected one value, found an array", fix="take the brackets away")
        return False
    if type(value) is dict:
        run.say("element-type", here, f"expected {primitives.expected(kind)}, found an object")
        return False
    usable = True
    for one in primitives.problems(kind, value):
        strict = one.code == "security-html" and run.checks.settings.security_checks
        severity = "error" if strict else one.severity
        run.say(one.code, here, one.message, severity, one.fix, value=value)
        usable = usable and one.severity not in ("error", "fatal")
    return usable


def _null(twins: Any, here: At, run: Run, index: int) -> None:
    # https://hl7.org/fhir/R4/json.html#primitive: null keeps the place of a value that has only id or extensions.
    if type(twins) is not list or len(twins) <= index or twins[index] is None:
        run.say("element-empty", here, "null where neither a value nor an extension stands", fix="take it out")


def _not_a_list(value: Any, here: At, run: Run) -> list[Any]:
    run.say("element-type", here, "expected an array", fix="put it in brackets: […]")
    return [] if value is None else [value]


def _not_an_object(value: Any, here: At, run: Run, inner: Item | None) -> None:
    found = {list: "an array", type(None): "null"}.get(type(value), "a simple value")
    run.say("element-type", here, f"expected an object, found {found}")
    if inner is not None and type(value) is list:
        outer, step, _ = here
        for index, one in enumerate(value):
            if type(one) is dict:
                inner(one, (outer, step, index), run)


def of_type(checks: Checks, name: str) -> Check:
    """The function for the type `name` of R4."""
    top = checks.tree(STRUCTURE + name)
    return content(checks, top, name, top)


def of_backbone(checks: Checks, top: Element, path: str) -> Check:
    """The function for the backbone element at `path` of the type `top`."""
    element = top
    for name in path.split(".")[1:]:
        element = element.children[name.removesuffix("[x]")]
    return content(checks, element, "", top)
