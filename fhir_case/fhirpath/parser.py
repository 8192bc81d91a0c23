"""The text of an expression as syntax: precedence climbing (http://hl7.org/fhirpath/N1/#operator-precedence)."""

from __future__ import annotations

from decimal import Decimal

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.quantities import CALENDAR, Quantity
from fhir_case.fhirpath.syntax import (
    Call,
    Chain,
    External,
    Index,
    Link,
    Literal,
    Name,
    Path,
    Sign,
    Syntax,
    TypeName,
    Variable,
)  # fmt: skip
from fhir_case.fhirpath.times import moment
from fhir_case.fhirpath.tokens import Token, tokens

DEEPEST = 50
"""Parentheses, arguments and signs within one another; expressions in use have about ten."""

LEVELS = (
    ("implies",), ("or", "xor"), ("and",), ("in", "contains"), ("=", "~", "!=", "!~"), ("<=", "<", ">", ">="), ("|",),
    ("is", "as"), ("+", "-", "&"), ("*", "/", "div", "mod"),
)  # fmt: skip
"""The operators, the weakest first."""
_LEVEL = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}
_WORDS = frozenset(operator for operator in _LEVEL if operator.isalpha())
_NAMES_TOO = frozenset(("as", "is", "in", "contains"))
"""Operators that may be names of elements and functions as well."""
TYPED = frozenset(("is", "as", "ofType"))
"""Functions whose argument is a type."""


def parse(text: str) -> Syntax:
    """The syntax of an expression. Raises `FHIRPathError` with the place and what was expected there."""
    reader = _Reader(text)
    made = reader.operators(0)
    if reader.token.kind != "end":
        raise reader.wrong("an operator, or the end of the expression")
    return made


class _Reader:
    """Where the reading stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.next = 0
        self.token = self.tokens[0]
        self.depth = 0

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.next += 1
            self.token = self.tokens[self.next]
        return token

    def symbol(self, text: str) -> bool:
        if self.token.kind == "symbol" and self.token.text == text:
            self.advance()
            return True
        return False

    def followed_by(self, text: str) -> bool:
        after = self.tokens[self.next + 1]
        return after.kind == "symbol" and after.text == text

    def expect(self, text: str) -> None:
        if not self.symbol(text):
            raise self.wrong(repr(text))

    def wrong(self, expected: str) -> FHIRPathError:
        token = self.token
        found = "the end of the expression" if token.kind == "end" else repr(self.text[token.at :][:20].split("\n")[0])
        return FHIRPathError(f"expected {expected}, found {found}", self.text, token.at + 1)

    def operators(self, weakest: int) -> Syntax:
        self.depth += 1
        if self.depth > DEEPEST * 3:
            raise FHIRPathError("the expression is nested too deep", self.text, self.token.at + 1)
        left = self.signed()
        links: list[Link] = []
        current = -1
        while True:
            token = self.token
            level = _LEVEL.get(token.text, -1) if token.kind in ("symbol", "name") else -1
            if level < weakest:
                break
            if level != current and links:
                left, links = Chain(left, tuple(links), left.at), []
            current = level
            self.advance()
            right: Syntax = self.type_name() if token.text in ("is", "as") else self.operators(level + 1)
            links.append(Link(token.text, right, token.at))
        self.depth -= 1
        return Chain(left, tuple(links), left.at) if links else left

    def signed(self) -> Syntax:
        token = self.token
        if token.kind == "symbol" and token.text in "+-":
            self.depth += 1
            if self.depth > DEEPEST * 3:
                raise FHIRPathError("the expression is nested too deep", self.text, token.at + 1)
            self.advance()
            made = Sign(token.text, self.signed(), token.at)
            self.depth -= 1
            return made
        return self.path()

    def path(self) -> Syntax:
        start = self.term()
        steps: list[Name | Call | Index] = []
        while True:
            at = self.token.at
            if self.symbol("."):
                steps.append(self.named())
            elif self.symbol("["):
                steps.append(Index(self.operators(0), at))
                self.expect("]")
            else:
                return Path(start, tuple(steps), start.at) if steps else start

    def term(self) -> Syntax:
        token = self.token
        kind, text, at = token
        if kind in ("date", "datetime", "time"):
            self.advance()
            value = moment(text[1:], kind)
            if value is None:
                raise FHIRPathError(f"{text} is no {kind}", self.text, at + 1)
            return Literal(value, at)
        if kind == "number":
            return self.number()
        if kind == "string":
            self.advance()
            return Literal(text, at)
        if kind == "external":
            self.advance()
            return External(text, at)
        if kind == "variable":
            if text not in ("$this", "$index", "$total"):
                raise self.wrong("$this, $index or $total")
            self.advance()
            return Variable(text[1:], at)
        if kind == "symbol" and text == "(":
            self.advance()
            inner = self.operators(0)
            self.expect(")")
            return inner
        if kind == "symbol" and text == "{":
            self.advance()
            self.expect("}")
            return Literal(None, at)
        if kind == "name" and text in ("true", "false"):
            self.advance()
            return Literal(text == "true", at)
        if kind == "quoted" or (kind == "name" and (text not in _WORDS or text in _NAMES_TOO or self.followed_by("."))):
            return self.named()  # `div.exists()`: no operator begins a term
        raise self.wrong("a value, a name or a function")

    def number(self) -> Literal:
        _, text, at = self.advance()
        value = Decimal(text) if "." in text else int(text) if len(text) < 40 else Decimal(text)
        unit = self.token
        if unit.kind == "string":
            self.advance()
            return Literal(Quantity(Decimal(text), unit.text), at)
        if unit.kind == "name" and unit.text in CALENDAR:
            self.advance()
            return Literal(Quantity(Decimal(text), CALENDAR[unit.text], "calendar"), at)
        return Literal(value, at)

    def named(self) -> Name | Call:
        token = self.token
        if token.kind not in ("name", "quoted"):
            raise self.wrong("a name or a function")
        self.advance()
        if token.kind == "quoted" or not self.symbol("("):
            return Name(token.text, token.at)
        if token.text in TYPED:
            made: tuple[Syntax, ...] = (self.type_name(),)
            self.expect(")")
            return Call(token.text, made, token.at)
        arguments: list[Syntax] = []
        if not self.symbol(")"):
            arguments.append(self.operators(0))
            while self.symbol(","):
                arguments.append(self.operators(0))
            self.expect(")")
        return Call(token.text, tuple(arguments), token.at)

    def type_name(self) -> TypeName:
        at = self.token.at
        if self.token.kind not in ("name", "quoted"):
            raise self.wrong("the name of a type")
        name = self.advance().text
        if name in ("FHIR", "System") and self.symbol("."):
            if self.token.kind not in ("name", "quoted"):
                raise self.wrong("the name of a type")
            return TypeName(name, self.advance().text, at)
        return TypeName("", name, at)
