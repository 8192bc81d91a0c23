"""Units of UCUM as numbers and dimensions, to compare and to multiply quantities (https://ucum.org/ucum, §18-§27)."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from fhir_case.fhirpath.units_table import PREFIXES, UNITS

LONGEST = 500
"""Characters in a unit."""

Dimensions = tuple[tuple[str, int], ...]
_PIECE = re.compile(r"\{[^{}]*\}|[./()]|(?:\[[^\[\]]*\]|[^\[\]./(){}])+")
_POWER = re.compile(r"(.*?[^0-9+-]|10[*^])([+-]?\d{1,2})\Z", re.S)
_OFFSETS = {"Cel": Fraction(27315, 100), "[degF]": Fraction(45967, 100) * Fraction(5, 9)}
"""Zero of the scale, in kelvins."""


class Measure:
    """A number of base units: `factor` times the product of base units to their powers."""

    __slots__ = ("dimensions", "factor")

    def __init__(self, factor: Fraction, dimensions: dict[str, int]) -> None:
        self.factor = factor
        self.dimensions = dimensions

    def times(self, other: Measure, power: int) -> Measure:
        """This one times another one to a power."""
        made = dict(self.dimensions)
        for symbol, exponent in other.dimensions.items():
            made[symbol] = made.get(symbol, 0) + exponent * power
        if abs(power) > 99 or len(made) > 20:
            raise ValueError("no unit")
        return Measure(self.factor * other.factor**power, {symbol: e for symbol, e in made.items() if e})


_ONE = Measure(Fraction(1), {})


def _table(text: str) -> dict[str, str]:
    return dict(entry.rsplit("=", 1) for entry in text.split())


@lru_cache(1)
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    return _table(PREFIXES), _table(UNITS)


@lru_cache(1024)
def measure(unit: str) -> Measure | None:
    """What a unit is made of; None: it is no unit of UCUM."""
    if not unit or len(unit) > LONGEST:
        return None
    try:
        return _parsed(unit, 0)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None


def _parsed(text: str, depth: int) -> Measure:
    """The product of the pieces; without recursion for parentheses, since units come from anywhere."""
    if depth > 20:
        raise ValueError("defined by itself")
    stack: list[tuple[Measure, int]] = []
    product, sign, at = _ONE, 1, 0
    for match in _PIECE.finditer(text):
        if match.start() != at:
            raise ValueError("no unit")
        at, piece = match.end(), match.group()
        if piece == ".":
            sign = 1
        elif piece == "/":
            sign = -1
        elif piece == "(":
            stack.append((product, sign))
            product, sign = _ONE, 1
        elif piece == ")":
            outer, sign = stack.pop() if stack else (_ONE, 0)
            if not sign:
                raise ValueError("no unit")
            product = outer.times(product, sign)
            sign = 1
        elif piece[0] != "{":
            product = product.times(_power(piece, depth), sign)
    if at != len(text) or stack:
        raise ValueError("no unit")
    return product


def _power(piece: str, depth: int) -> Measure:
    if piece.isascii() and piece.isdigit():
        return Measure(Fraction(int(piece)), {}) if int(piece) else _ONE
    known = _symbol(piece, depth)
    if known is not None:
        return known
    match = _POWER.match(piece)
    known = _symbol(match.group(1), depth) if match else None
    if match is None or known is None:
        raise ValueError("no unit")
    return _ONE.times(known, int(match.group(2)))


def _symbol(symbol: str, depth: int) -> Measure | None:
    prefixes, units = _tables()
    if symbol in units:
        return _defined(symbol, units[symbol], depth)
    if symbol + "*" in units:
        return _defined(symbol, units[symbol + "*"], depth)
    for size in (1, 2):
        if symbol[:size] in prefixes and symbol[size:] + "*" in units:
            base = _defined(symbol[size:], units[symbol[size:] + "*"], depth)
            return Measure(base.factor * Fraction(prefixes[symbol[:size]]), base.dimensions)
    return None


def _defined(symbol: str, definition: str, depth: int) -> Measure:
    value, _, unit = definition.partition("|")
    if not unit:
        return Measure(Fraction(1), {symbol: 1})
    made = _parsed(unit, depth + 1)
    return Measure(made.factor * Fraction(value), made.dimensions)


def converted(x: Decimal, unit: str, y: Decimal, other: str) -> tuple[Decimal, Decimal] | None:
    """Two values in their base unit; None where their units cannot be compared."""
    a, b = measure(unit), measure(other)
    if a is None or b is None or a.dimensions != b.dimensions:
        return None
    left = Fraction(x) * a.factor + _OFFSETS.get(unit, 0)
    right = Fraction(y) * b.factor + _OFFSETS.get(other, 0)
    return _decimal(left), _decimal(right)


def product(x: Decimal, unit: str, y: Decimal, other: str, power: int) -> tuple[Decimal, str] | None:
    """`x unit` times (power 1) or by (power -1) `y other`, in base units; None where one is no unit."""
    a, b = measure(unit), measure(other)
    if a is None or b is None or (power < 0 and not y):
        return None
    made = a.times(b, power)
    number = Fraction(x) * Fraction(y) ** power * made.factor
    text = ".".join(symbol + (str(power) if power != 1 else "") for symbol, power in sorted(made.dimensions.items()))
    return _decimal(number), text or "1"


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return Decimal(value.numerator) / Decimal(value.denominator)
