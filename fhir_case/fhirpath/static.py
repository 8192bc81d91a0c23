"""What an expression cannot mean on a type, found without a resource: unknown elements, order where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from fhir_case.fhirpath.elements import Type, type_named
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.functions.library import FUNCTIONS
from fhir_case.fhirpath.syntax import (
    Call,
    Chain,
    External,
    Index,
    Literal,
    Name,
    Path,
    Sign,
    Syntax,
    TypeName,
    Variable,
)  # fmt: skip

_SAME = frozenset(
    "where first last tail skip take single distinct intersect exclude subsetOf trace sort ofType repeat".split()
)
"""Functions whose items are of the types that they are given."""
_IN_ORDER = frozenset("first last tail skip take".split())
_OF_STRINGS = frozenset("startsWith endsWith contains matches matchesFull replace replaceMatches indexOf".split())
_TEXT = frozenset(("string", "uri", "xhtml", "base64Binary"))


class Static(NamedTuple):
    """The types that items can have, None if that is not known; whether they have an order."""

    types: tuple[Type, ...] | None
    ordered: bool = True


_ANY = Static(None)


def problems(text: str, node: Syntax, type: str | None) -> list[FHIRPathError]:
    """What cannot be right for the type, in the order of the text."""
    of = type_named(type) if type else None
    checker = _Checker(text)
    checker.of(node, Static((of,)) if of is not None and of.known else _ANY)
    return sorted(checker.found, key=lambda error: error.position)


class _Checker:
    """What was found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[FHIRPathError] = []

    def wrong(self, message: str, at: int, nearest: str = "") -> None:
        self.found.append(FHIRPathError(message, self.text, at + 1, nearest))

    def of(self, node: Syntax, this: Static) -> Static:
        """The types of what a node finds, `this` being its focus."""
        if isinstance(node, Path):
            made = self.of(node.start, this)
            for step in node.steps:
                made = self.step(step, made, this)
            return made
        if isinstance(node, Name):
            if node.name[:1].isupper() and this.types is not None:
                kept = tuple(one for one in this.types if node.name in one.ancestors)
                if kept:
                    return this
            return self.member(node, this)
        if isinstance(node, Call):
            return self.call(node, this, this)
        if isinstance(node, Chain):
            return self.chain(node, this)
        if isinstance(node, Sign):
            return self.of(node.operand, this)
        if isinstance(node, Variable) and node.name == "this":
            return this
        assert isinstance(node, Literal | External | Variable | TypeName)
        return _ANY

    def step(self, step: Name | Call | Index, left: Static, this: Static) -> Static:
        if isinstance(step, Name):
            return self.member(step, left)
        if isinstance(step, Index):
            self.of(step.index, this)
            return left
        return self.call(step, left, this)

    def member(self, node: Name, left: Static) -> Static:
        if left.types is None or any(_open(one) for one in left.types):
            return _ANY
        found = tuple(dict.fromkeys(of for one in left.types for _, of in one.fields(node.name)))
        if not found and left.types:
            names = "/".join(dict.fromkeys(one.name for one in left.types[:3]))
            self.wrong(f"{names} has no element {node.name}", node.at, _nearest(node.name, left.types))
            return _ANY
        return Static(found if all(one.known for one in found) else None, left.ordered)

    def call(self, node: Call, left: Static, this: Static) -> Static:
        name = node.name
        if name in _IN_ORDER and not left.ordered:
            self.wrong(f"{name}() takes items in an order, and these have none", node.at)
        if name in _OF_STRINGS and left.types and not any(_TEXT & {*one.ancestors} or _open(one) for one in left.types):
            self.wrong(f"{name}() takes a String, found {left.types[0].fhir}", node.at)
        if name in ("as", "ofType", "is"):
            of = node.arguments[0]
            assert isinstance(of, TypeName)
            return _ANY if name == "is" else self.typed(of, left)
        focus = this if name in FUNCTIONS else _ANY if name == "repeat" else left
        arguments = [self.of(argument, focus) for argument in node.arguments]
        if name == "iif" and arguments and _constant_text(node.arguments[0]):
            self.wrong("the criterion of iif() is no Boolean", node.arguments[0].at)
        if name in ("children", "descendants"):
            return Static(None, ordered=False)
        if name == "select":
            return arguments[0]
        if name == "extension" and left.types is not None:
            return Static((type_named("Extension"),))
        return left if name in _SAME and name not in ("repeat", "subsetOf") else _ANY

    def typed(self, of: TypeName, left: Static) -> Static:
        if of.namespace == "System" or not type_named(of.name).known:
            return _ANY
        return Static((type_named(of.name),), left.ordered)

    def chain(self, node: Chain, this: Static) -> Static:
        made = self.of(node.first, this)
        for link in node.links:
            if isinstance(link.operand, TypeName):
                made = self.typed(link.operand, made) if link.operator == "as" else _ANY
                continue
            right = self.of(link.operand, this)
            if link.operator == "|" and made.types is not None and right.types is not None:
                made = Static((*made.types, *right.types), ordered=False)
            else:
                made = _ANY
        return made


def _open(one: Type) -> bool:
    """May the items have elements of their own, as a contained resource has?"""
    return not one.known or one.name in ("Resource", "DomainResource")


def _constant_text(node: Syntax) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str)


def _elements(types: tuple[Type, ...]) -> Iterator[str]:
    for one in types:
        yield from one.plain
        yield from one.choices


def _nearest(name: str, types: tuple[Type, ...]) -> str:
    for one in types:
        for stem, keys in one.choices.items():
            if name in keys:
                return f"{stem}.ofType({keys[name]})"
    return next(iter(get_close_matches(name[:60], list(_elements(types)), 1, 0.6)), "")
