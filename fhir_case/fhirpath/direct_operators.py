"""Operators over JSON values: comparisons, membership, sums of counts; the lower half of `direct`."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import Any

from msgspec import Struct

from fhir_case.fhirpath.elements import NUMBERS, Type
from fhir_case.fhirpath.source import Source
from fhir_case.fhirpath.syntax import Call, Chain, External, Link, Literal, Syntax


class NotDirect(Exception):
    """The expression, or this part of it, is none that this module writes."""


class Held(Struct, frozen=True):
    """A Python name that holds None, one JSON value, or a list of them that is not empty."""

    name: str
    types: tuple[Type, ...]
    twin: str = ""
    """Code that raises `Bail` if a primitive has a twin, "" if that was done."""
    choice: bool = False


class Truth(Struct, frozen=True):
    """A Python name that holds True, False or, unless `sure`, None."""

    name: str
    sure: bool


class Number(Struct, frozen=True):
    """A Python name that holds an int, or None unless `sure`."""

    name: str
    sure: bool = True


Made = Held | Truth | Number


def textual(held: Held) -> bool:
    """Is a string of JSON the same string for FHIRPath?"""
    return not held.choice and all(
        one.primitive and not one.moment and one.name not in NUMBERS and one.name not in ("boolean", "decimal")
        for one in held.types
    )


def numeric(held: Held) -> bool:
    return not held.choice and all(one.name in NUMBERS or one.name == "decimal" for one in held.types)


def boolean(held: Held) -> bool:
    return not held.choice and all(one.name == "boolean" for one in held.types)


class Operators(Source):
    """Operators as lines of source. What they cannot do raises `NotDirect`."""

    @abstractmethod
    def made(self, node: Syntax, this: Held) -> Made:
        """What a node holds."""

    @abstractmethod
    def connected(self, node: Chain, this: Held) -> Truth:
        """`and`, `or`, `xor`, `implies`."""

    @abstractmethod
    def truth_of(self, made: Made, node: Syntax) -> Truth:
        """What is held, as a truth value."""

    def checked(self, held: Held, node: Syntax) -> None:
        if held.twin:
            self.line(held.twin, node.at)

    def operators(self, node: Chain, this: Held) -> Made:
        operator = node.links[0].operator
        if operator in ("and", "or", "xor", "implies"):
            return self.connected(node, this)
        if operator in ("+", "-"):
            return self.sum(node, this)
        if len(node.links) > 1:
            raise NotDirect
        link = node.links[0]
        if operator in ("=", "!="):
            return self.equality(node.first, link, this)
        if operator == "in":
            return self.one_of(node.first, link, this)
        if operator in ("<", ">", "<=", ">="):
            return self.comparison(node.first, link, this)
        raise NotDirect

    def sum(self, node: Chain, this: Held) -> Number:
        parts = []
        for sign, operand in (("", node.first), *((link.operator, link.operand) for link in node.links)):
            one = self.made(operand, this)
            if sign not in ("", "+", "-") or not isinstance(one, Number) or not one.sure:
                raise NotDirect
            parts.append(f"{sign} {one.name}")
        return Number(self.put(" ".join(parts).strip(), node.at))

    def equality(self, left: Syntax, link: Link, this: Held) -> Truth:
        sign = "==" if link.operator == "=" else "!="
        a = self.made(left, this)
        value = self.constant(link.operand)
        if value is not None:
            if isinstance(a, Number) and value.__class__ is int:
                return self.unless_none(a.name, f"{a.name} {sign} {value}", link.at, a.sure)
            if isinstance(a, Held) and value.__class__ is str and textual(a):
                return self.compared_text(a, f"{{}} {sign} {self.bind(value)}", link)
            if isinstance(a, Held) and value.__class__ is bool and boolean(a):
                test = self.truth_of(a, link.operand)
                return self.unless_none(test.name, f"{test.name} {sign} {value}", link.at, False)
            if isinstance(a, Held) and value.__class__ is int and numeric(a):
                return self.compared_number(a, f"{{}} {sign} {value}", link)
            if isinstance(a, Truth) and value.__class__ is bool:
                return self.unless_none(a.name, f"{a.name} {sign} {value}", link.at, a.sure)
            raise NotDirect
        b = self.made(link.operand, this)
        if isinstance(a, Truth) and isinstance(b, Truth):
            code = f"{a.name} {sign} {b.name}"
            if a.sure and b.sure:
                return Truth(self.put(code, link.at), True)
            return Truth(self.put(f"None if {a.name} is None or {b.name} is None else {code}", link.at), False)
        if isinstance(a, Held) and isinstance(b, Held) and textual(a) and textual(b):
            self.checked(a, link.operand)
            self.checked(b, link.operand)
            x, y = self.put(f"text({a.name})", link.at), self.put(f"text({b.name})", link.at)
            return Truth(self.put(f"None if {x} is None or {y} is None else {x} {sign} {y}", link.at), False)
        raise NotDirect

    def constant(self, node: Syntax) -> Any:
        """The value of a literal or of a constant variable; None: it is neither."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, External):
            return {
                "ucum": "http://unitsofmeasure.org",
                "sct": "http://snomed.info/sct",
                "loinc": "http://loinc.org",
            }.get(node.name)
        return None

    def unless_none(self, name: str, code: str, at: int, sure: bool) -> Truth:
        return Truth(self.put(code if sure else f"None if {name} is None else {code}", at), sure)

    def compared_text(self, held: Held, code: str, node: Link | Call) -> Truth:
        self.checked(held, Literal(None, node.at))
        self.line(
            f"if {held.name} is not None and {held.name}.__class__ is not str: {held.name} = only({held.name})", node.at
        )
        return self.unless_none(held.name, code.format(held.name), node.at, False)

    def compared_number(self, held: Held, code: str, node: Link) -> Truth:
        self.checked(held, Literal(None, node.at))
        made = self.put(f"number({held.name})", node.at)
        return self.unless_none(made, code.format(made), node.at, False)

    def one_of(self, left: Syntax, link: Link, this: Held) -> Truth:
        a, values = self.made(left, this), link.operand
        if not isinstance(values, Chain) or not isinstance(a, Held) or not textual(a):
            raise NotDirect
        found = [values.first, *(one.operand for one in values.links if one.operator == "|")]
        texts = [one.value for one in found if isinstance(one, Literal) and one.value.__class__ is str]
        if len(texts) != len(values.links) + 1:
            raise NotDirect
        return self.compared_text(a, f"{{}} in {self.bind(frozenset(texts))}", link)

    def comparison(self, left: Syntax, link: Link, this: Held) -> Truth:
        a, sign = self.made(left, this), link.operator
        value = self.constant(link.operand)
        if value.__class__ is int or value.__class__ is Decimal:
            code = f"{{}} {sign} {self.bind(value)}"
            if isinstance(a, Number):
                return self.unless_none(a.name, code.format(a.name), link.at, a.sure)
            if isinstance(a, Held) and numeric(a):
                return self.compared_number(a, code, link)
            raise NotDirect
        b = self.made(link.operand, this)
        if not isinstance(a, Held) or not isinstance(b, Held):
            raise NotDirect
        kinds = [one.types[0].moment for one in (a, b) if len(one.types) == 1]
        if len(kinds) < 2 or not all(kinds) or (kinds[0] == "time") != (kinds[1] == "time"):
            raise NotDirect
        self.checked(a, link.operand)
        self.checked(b, link.operand)
        made = self.put(f"order({a.name}, {kinds[0]!r}, {b.name}, {kinds[1]!r})", link.at)
        return self.unless_none(made, f"{made} {sign} 0", link.at, False)
