"""Fixed and pattern values, lengths and ranges (https://hl7.org/fhir/R4/elementdefinition-definitions.html)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fhir_case.validation.comparing import UCUM, quantities
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Run


def same(one: Any, other: Any) -> bool:
    """Whether two values are exactly the same: digits included, the order of keys not."""
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, Decimal, float)) and isinstance(other, (int, Decimal, float)):
        return Decimal(str(one)).compare_total(Decimal(str(other))) == 0
    return type(one) is type(other) and bool(one == other)


def meets(value: Any, pattern: Any) -> bool:
    """Whether a value has at least what the pattern says, items of lists in any place."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and meets(value[key], held) for key, held in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(meets(item, wanted) for item in value) for wanted in pattern)
    return same(value, pattern)


def differences(value: Any, wanted: Any, whole: bool, at: At) -> Iterator[tuple[At, str, str]]:
    """Where a value differs from a fixed value (`whole`) or a pattern: places, what was expected, the right value."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            yield at, "expected an object", ""
            return
        for key, held in wanted.items():
            below = (at, Step(key, key), None)
            if key not in value:
                yield at, f"expected {key} as well", _short(held)
            elif isinstance(held, list):
                yield from _list_differences(value[key], held, whole, at, key)
            else:
                yield from differences(value[key], held, whole, below)
        for key in value:
            if whole and key not in wanted and key != "id":  # an id names the element, it is no part of its value
                yield (at, Step(key, key), None), f"{key} is not part of the fixed value", ""
    elif not same(value, wanted):
        yield at, "expected another value here", _short(wanted)


def _list_differences(value: Any, wanted: list[Any], whole: bool, at: At, key: str) -> Iterator[tuple[At, str, str]]:
    if whole and isinstance(value, list) and len(value) == len(wanted):
        for index, (one, other) in enumerate(zip(value, wanted, strict=True)):
            yield from differences(one, other, True, (at, Step(key, key), index))
    elif whole or not meets(value, wanted):
        yield at, f"expected {key} with the values that are demanded", _short(wanted)


def _short(value: Any) -> str:
    from fhir_case.json import dumps

    text = value if isinstance(value, str) else dumps(value)
    return text if len(text) <= 120 else text[:117] + "…"


def check_fixed(value: Any, wanted: Any, at: At, run: Run, definition: str) -> None:
    """The value is exactly the fixed one."""
    if not same(value, wanted):
        for place, message, fix in differences(value, wanted, True, at):
            run.say("value-fixed", place, message, fix=fix, definition=definition)


def check_pattern(value: Any, wanted: Any, at: At, run: Run, definition: str) -> None:
    """The value has all that the pattern has."""
    if not meets(value, wanted):
        for place, message, fix in differences(value, wanted, False, at):
            run.say("value-pattern", place, message, fix=fix, definition=definition)


def check_length(value: Any, most: int, at: At, run: Run, definition: str) -> None:
    """Text is no longer than `maxLength` characters."""
    if isinstance(value, str) and len(value) > most:
        run.say("value-length", at, f"{len(value)} characters; at most {most} are allowed", definition=definition)


def check_range(value: Any, limit: tuple[str, Any], sign: int, at: At, run: Run, definition: str) -> None:
    """The value is not below `minValue[x]` (sign 1) or above `maxValue[x]` (sign -1); only values of one kind are compared."""
    kind, bound = limit
    if kind == "Quantity" and not isinstance(value, str):
        if not (isinstance(value, dict) and isinstance(bound, dict)):
            return
        _check_quantity(value, bound, sign, at, run, definition)
        return
    if kind in ("Duration", "Quantity") and isinstance(value, str) and isinstance(bound, dict):
        bound = _from_now(bound, -sign)
    if isinstance(value, str) and isinstance(bound, str):
        # Dates of one precision sort as text.
        if len(value) != len(bound):
            value, bound = value[: min(len(value), len(bound))], bound[: min(len(value), len(bound))]
        outside = value < bound if sign > 0 else value > bound
    elif _is_number(value) and _is_number(bound):
        one, other = Decimal(str(value)), Decimal(str(bound))
        outside = one < other if sign > 0 else one > other
    else:
        return
    if outside:
        word = "least" if sign > 0 else "most"
        run.say("value-range", at, f"the {word} that is allowed is {bound}", definition=definition)


def _check_quantity(value: dict[str, Any], bound: dict[str, Any], sign: int, at: At, run: Run, definition: str) -> None:
    """A quantity is compared in the unit of the limit; without codes of one system nothing can be."""
    unit = bound.get("code")
    if not (unit and value.get("code") and bound.get("system") and value.get("system") == bound.get("system")):
        return
    if not (_is_number(value.get("value")) and _is_number(bound.get("value"))):
        return
    found = quantities(value, bound)
    word, limit = "least" if sign > 0 else "most", f"{bound['value']} {unit}"
    if found is None and bound["system"] == UCUM:
        told = f"cannot be compared with the {word} that is allowed, {limit}: a unit of another kind"
        run.say("value-range", at, told, definition=definition)
    elif found == -sign:
        run.say("value-range", at, f"the {word} that is allowed is {limit}", definition=definition)


def _from_now(duration: dict[str, Any], sign: int) -> str | None:
    """The day that lies that far from today: before it for a minimum, after it for a maximum.

    https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_
    """
    days = {"a": 365.25, "mo": 30.4375, "wk": 7, "d": 1, "h": 1 / 24, "min": 1 / 1440}.get(str(duration.get("code")))
    if days is None or not _is_number(duration.get("value")):
        return None
    try:
        return (datetime.now(UTC) + sign * timedelta(days=days * float(duration["value"]))).date().isoformat()
    except OverflowError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal, float)) and not isinstance(value, bool)
