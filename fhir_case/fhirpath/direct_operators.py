"""Operators over JSON values: comparisons, membership, sums of counts; a part of `direct`."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.direct_steps import Steps
from fhir_case.fhirpath.direct_values import (
    Held,
    Made,
    NotDirect,
    Number,
    Truth,
    boolean,
    numeric,
    string,
    textual,
)
from fhir_case.fhirpath.syntax import Chain, External, Link, Literal, Syntax, TypeName

_CONSTANTS = {"ucum": "http://unitsofmeasure.org", "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}


class Operators(Steps):
    """Operators as lines of source. What they cannot do raises `NotDirect`."""

    @abstractmethod
    def made(self, node: Syntax, this: Held) -> Made:
        """What a node holds."""

    @abstractmethod
    def connected(self, node: Chain, this: Held) -> Truth:
        """`and`, `or`, `xor`, `implies`."""

    def held(self, node: Syntax, this: Held) -> Held:
        """What a node holds, if that is JSON values."""
        made = self.made(node, this)
        if not isinstance(made, Held):
            raise NotDirect
        return made

    def truth_of(self, made: Made, at: int) -> Truth:
        """What is held, as a truth value."""
        if isinstance(made, Truth):
            return made
        if isinstance(made, Held) and boolean(made):
            self.line(f"if {made.name} is not None and {made.name}.__class__ is not bool: raise Bail", at)
            return Truth(made.name, False)
        raise NotDirect

    def operators(self, node: Chain, this: Held) -> Made:
        operator = node.links[0].operator
        if operator in ("and", "or", "xor", "implies"):
            return self.connected(node, this)
        if operator == "|":
            parts = [self.held(one, this) for one in (node.first, *(link.operand for link in node.links))]
            return self.union(parts, 2, node.at)
        if operator in ("+", "-"):
            return self.sum(node, this)
        if operator == "&":
            return self.joined(node, this)
        if len(node.links) > 1:
            raise NotDirect
        link = node.links[0]
        if operator in ("=", "!="):
            return self.equality(node.first, link, this)
        if operator == "in":
            return self.one_of(node.first, link, this)
        if operator in ("<", ">", "<=", ">="):
            return self.comparison(node.first, link, this)
        if operator in ("is", "as") and isinstance(link.operand, TypeName):
            held = self.held(node.first, this)
            return self.is_type(held, link.operand) if operator == "is" else self.typed(held, link.operand)
        raise NotDirect

    def sum(self, node: Chain, this: Held) -> Number:
        parts = []
        for sign, operand in (("", node.first), *((link.operator, link.operand) for link in node.links)):
            one = self.made(operand, this)
            if sign not in ("", "+", "-") or not isinstance(one, Number) or not one.sure:
                raise NotDirect
            parts.append(f"{sign} {one.name}")
        return Number(self.put(" ".join(parts).strip(), node.at))

    def joined(self, node: Chain, this: Held) -> Held:
        made = self.text_of(node.first, this)
        for link in node.links:
            if link.operator != "&":
                raise NotDirect
            made = self.put(f"joined({made}, {self.text_of(link.operand, this)})", link.at)
        return string(made)

    def constant(self, node: Syntax) -> Any:
        """The value of a literal or of a constant variable; None: it is neither."""
        if isinstance(node, Literal):
            return node.value
        return _CONSTANTS.get(node.name) if isinstance(node, External) else None

    def text_of(self, node: Syntax, this: Held) -> str:
        """The name of a string, which may be None."""
        value = self.constant(node)
        if value is not None:
            if value.__class__ is not str:
                raise NotDirect
            return self.bind(value)
        return self.single(self.held(node, this), node.at)

    def single(self, held: Held, at: int) -> str:
        """The name of what is held, made sure to be one string or None."""
        if not textual(held):
            raise NotDirect
        name = held.name
        if not held.sure:
            self.line(f"if {name} is not None and {name}.__class__ is not str: {name} = only({name})", at)
        return name

    def number(self, held: Held, at: int) -> str:
        if not numeric(held):
            raise NotDirect
        return self.put(f"number({held.name})", at)

    def unless_none(self, name: str, code: str, at: int, *, sure: bool = False) -> Truth:
        return Truth(self.put(code if sure else f"None if {name} is None else {code}", at), sure)

    def unless_either(self, a: str, b: str, code: str, at: int) -> Truth:
        return Truth(self.put(f"None if {a} is None or {b} is None else {code}", at), False)

    def equality(self, left: Syntax, link: Link, this: Held) -> Truth:
        sign, at = "==" if link.operator == "=" else "!=", link.at
        a = self.made(left, this)
        value = self.constant(link.operand)
        if value is not None:
            if isinstance(a, Held) and value.__class__ is str:
                return self.unless_none(self.single(a, at), f"{a.name} {sign} {self.bind(value)}", at, sure=a.sure)
            if isinstance(a, Held) and value.__class__ is int:
                name = self.number(a, at)
                return self.unless_none(name, f"{name} {sign} {value}", at)
            if isinstance(a, Number) and value.__class__ is int:
                return self.unless_none(a.name, f"{a.name} {sign} {value}", at, sure=a.sure)
            if value.__class__ is bool:
                test = self.truth_of(a, at)
                return self.unless_none(test.name, f"{test.name} {sign} {value}", at, sure=test.sure)
            raise NotDirect
        b = self.made(link.operand, this)
        if isinstance(a, Truth) and isinstance(b, Truth):
            code = f"{a.name} {sign} {b.name}"
            if a.sure and b.sure:
                return Truth(self.put(code, at), True)
            return self.unless_either(a.name, b.name, code, at)
        if isinstance(a, Held) and isinstance(b, Held):
            x, y = self.single(a, at), self.single(b, at)
            return self.unless_either(x, y, f"{x} {sign} {y}", at)
        raise NotDirect

    def one_of(self, left: Syntax, link: Link, this: Held) -> Truth:
        a, values = self.held(left, this), link.operand
        name = self.single(a, link.at)
        if not isinstance(values, Chain):
            there = self.held(values, this)
            if not textual(there):
                raise NotDirect
            return self.unless_none(name, f"within({name}, {there.name})", link.at)
        found = [values.first, *(one.operand for one in values.links if one.operator == "|")]
        texts = [one.value for one in found if isinstance(one, Literal) and one.value.__class__ is str]
        if len(texts) != len(values.links) + 1:
            raise NotDirect
        return self.unless_none(name, f"{name} in {self.bind(frozenset(texts))}", link.at)

    def comparison(self, left: Syntax, link: Link, this: Held) -> Truth:
        a, sign, at = self.made(left, this), link.operator, link.at
        value = self.constant(link.operand)
        if value.__class__ is int or value.__class__ is Decimal:
            if not isinstance(a, Held | Number):
                raise NotDirect
            name = self.number(a, at) if isinstance(a, Held) else a.name
            sure = isinstance(a, Number) and a.sure
            return self.unless_none(name, f"{name} {sign} {self.bind(value)}", at, sure=sure)
        b = self.made(link.operand, this)
        if isinstance(a, Number) and isinstance(b, Number) and a.sure and b.sure:
            return Truth(self.put(f"{a.name} {sign} {b.name}", at), True)
        if not isinstance(a, Held) or not isinstance(b, Held):
            raise NotDirect
        if numeric(a):
            x, y = self.number(a, at), self.number(b, at)
            return self.unless_either(x, y, f"{x} {sign} {y}", at)
        kinds = [one.types[0].moment for one in (a, b) if len(one.types) == 1 and not one.choice]
        if len(kinds) < 2 or not all(kinds) or (kinds[0] == "time") != (kinds[1] == "time"):
            raise NotDirect
        made = self.put(f"order({a.name}, {kinds[0]!r}, {b.name}, {kinds[1]!r})", at)
        return self.unless_none(made, f"{made} {sign} 0", at)
