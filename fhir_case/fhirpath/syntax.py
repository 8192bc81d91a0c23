"""The syntax of an expression as plain, immutable data; `at` is the offset in the text, from 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the expression: bool, int, Decimal, str, Date, DateTime, Time, Quantity; None is `{}`."""

    value: Any
    at: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A step to an element; as the first one, it may also name the type of the focus."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A step that calls a function."""

    name: str
    arguments: tuple[Syntax, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """A step `[index]`."""

    index: Syntax
    at: int = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """`$this`, `$index`, `$total`."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class External:
    """`%name`."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Path:
    """A start and the steps that follow it."""

    start: Syntax
    steps: tuple[Name | Call | Index, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class TypeName:
    """The right side of `is` and `as`, the argument of `ofType()`; `namespace` is "", "FHIR" or "System"."""

    namespace: str
    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Sign:
    """`-x` or `+x`."""

    sign: str
    operand: Syntax
    at: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An operator and what stands on its right."""

    operator: str
    operand: Syntax
    at: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one precedence, applied from left to right: `a + b - c`."""

    first: Syntax
    links: tuple[Link, ...]
    at: int = 0


Syntax = Literal | Name | Call | Index | Variable | External | Path | TypeName | Sign | Chain
