"""Quantities: a number with a unit of UCUM or a calendar duration (http://hl7.org/fhirpath/N1/#quantity)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

CALENDAR = {
    name + plural: name
    for name in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for plural in ("", "s")
}
"""The words for calendar durations."""
DEFINITE = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
"""Those that are as long as UCUM's units."""

_TEXT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-z]+))?\Z", re.A)


class Quantity(NamedTuple):
    """`kind` is `ucum`, `calendar`, or the code system of the unit where it is another one."""

    value: Decimal
    unit: str = "1"
    kind: str = "ucum"

    def __str__(self) -> str:
        if self.kind == "calendar":
            return f"{self.value:f} {self.unit}{'' if self.value == 1 else 's'}"
        return f"{self.value:f} '{self.unit}'"


def quantity(text: str) -> Quantity | None:
    """A quantity from its text: `4`, `1 'wk'`, `2 days`; None: it is none."""
    match = _TEXT.match(text)
    if match is None or len(text) > 200:
        return None
    number, unit, word = match.groups()
    if word is None:
        return Quantity(Decimal(number), unit or "1")
    return Quantity(Decimal(number), CALENDAR[word], "calendar") if word in CALENDAR else None


def in_common(a: Quantity, b: Quantity, *, roughly: bool = False) -> tuple[Decimal, Decimal] | None:
    """Both values in one unit; None where the units cannot be compared. `roughly` takes 1 year for 1 'a'."""
    if a.unit == b.unit and a.kind == b.kind:
        return a.value, b.value
    a, b = _definite(a, roughly), _definite(b, roughly)
    if a.kind != b.kind or a.kind not in ("ucum", "months"):
        return None
    if a.unit == b.unit:
        return a.value, b.value
    from fhir_case.fhirpath.units import converted

    return converted(a.value, a.unit, b.value, b.unit)


def _definite(one: Quantity, roughly: bool) -> Quantity:
    if one.kind != "calendar":
        return one
    if one.unit in DEFINITE:
        return Quantity(one.value, DEFINITE[one.unit])
    if roughly:
        return Quantity(one.value, {"year": "a", "month": "mo"}[one.unit])
    return Quantity(one.value * (12 if one.unit == "year" else 1), "month", "months")
