"""The syntax of an expression as plain, immutable data; `at` is the offset in the text, from 0."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Literal(Struct, frozen=True):
    """A value that stands in the expression: bool, int, Decimal, str, Date, DateTime, Time, Quantity; None is `{}`."""

    value: Any
    at: int = 0


class Name(Struct, frozen=True):
    """A step to an element; as the first one, it may also name the type of the focus."""

    name: str
    at: int = 0


class Call(Struct, frozen=True):
    """A step that calls a function."""

    name: str
    arguments: tuple[Syntax, ...]
    at: int = 0


class Index(Struct, frozen=True):
    """A step `[index]`."""

    index: Syntax
    at: int = 0


class Variable(Struct, frozen=True):
    """`$this`, `$index`, `$total`."""

    name: str
    at: int = 0


class External(Struct, frozen=True):
    """`%name`."""

    name: str
    at: int = 0


class Path(Struct, frozen=True):
    """A start and the steps that follow it."""

    start: Syntax
    steps: tuple[Name | Call | Index, ...]
    at: int = 0


class TypeName(Struct, frozen=True):
    """The right side of `is` and `as`, the argument of `ofType()`; `namespace` is "", "FHIR" or "System"."""

    namespace: str
    name: str
    at: int = 0


class Sign(Struct, frozen=True):
    """`-x` or `+x`."""

    sign: str
    operand: Syntax
    at: int = 0


class Link(Struct, frozen=True):
    """An operator and what stands on its right."""

    operator: str
    operand: Syntax
    at: int = 0


class Chain(Struct, frozen=True):
    """Operators of one precedence, applied from left to right: `a + b - c`."""

    first: Syntax
    links: tuple[Link, ...]
    at: int = 0


Syntax = Literal | Name | Call | Index | Variable | External | Path | TypeName | Sign | Chain
