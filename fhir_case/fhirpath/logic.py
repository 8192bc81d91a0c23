"""Three-valued logic, equality, equivalence and order (http://hl7.org/fhirpath/N1/#operations)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.nodes import Item, Items, Node, as_quantity, system
from fhir_case.fhirpath.quantities import Quantity, in_common
from fhir_case.fhirpath.times import Moment, Time, compared, moment

Truth = bool | None


def truth(items: Items) -> Truth:
    """A collection where a Boolean is expected: empty is unknown, one item that is no Boolean is true."""
    if not items:
        return None
    if len(items) > 1:
        raise FHIRPathError(f"expected a Boolean, found {len(items)} items")
    value = system(items[0])
    return value if value.__class__ is bool else True


def listed(value: Truth) -> Items:
    """A Boolean as a collection."""
    return [] if value is None else [value]


def opposite(value: Truth) -> Truth:
    """`not`"""
    return None if value is None else not value


def and_(a: Truth, b: Truth) -> Truth:
    """`a and b`"""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def or_(a: Truth, b: Truth) -> Truth:
    """`a or b`"""
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def xor(a: Truth, b: Truth) -> Truth:
    """`a xor b`"""
    return None if a is None or b is None else a is not b


def implies(a: Truth, b: Truth) -> Truth:
    """`a implies b`"""
    return or_(opposite(a), b)


def equal(left: Items, right: Items) -> Truth:
    """`left = right`: unknown if one is empty."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    made: Truth = True
    for a, b in zip(left, right, strict=True):
        same = equal_items(a, b)
        if same is False:
            return False
        if same is None:
            made = None
    return made


def is_number(value: Any) -> bool:
    """An Integer or a Decimal?"""
    return value.__class__ is int or isinstance(value, Decimal)


def equal_items(a: Item, b: Item) -> Truth:
    """Are two items equal? Unknown for dates of different precision and for quantities of calendar and UCUM."""
    x, y = system(a), system(b)
    if x.__class__ is str and y.__class__ is str:
        return bool(x == y)
    if x.__class__ is bool or y.__class__ is bool:
        return x.__class__ is y.__class__ and bool(x == y)
    if is_number(x) and is_number(y):
        return bool(x == y)
    if isinstance(x, Moment) or isinstance(y, Moment):
        return _equal_moments(x, y, a, b)
    if x.__class__ is Node and y.__class__ is Node and x.type is y.type and x.value == y.value and x.twin == y.twin:
        return True
    p, q = as_quantity(x), as_quantity(y)
    if p is not None and q is not None:
        return _equal_quantities(p, q)
    if x.__class__ is Node and y.__class__ is Node:
        return x.value is not None and bool(x.value == y.value)
    return bool(x.__class__ is y.__class__ and x == y)


def _equal_moments(x: Any, y: Any, a: Item, b: Item) -> Truth:
    pair = _moments(x, y, a, b)
    if pair is None or isinstance(pair[0], Time) is not isinstance(pair[1], Time):
        return False
    order = compared(*pair)
    return None if order is None else order == 0


def _moments(x: Any, y: Any, a: Item, b: Item) -> tuple[Moment, Moment] | None:
    """Both as moments: text of an element of unknown type is read as the other one is."""
    if x.__class__ is str and a.__class__ is Node and not a.type.known:
        x = moment(x, "time" if isinstance(y, Time) else "datetime")
    if y.__class__ is str and b.__class__ is Node and not b.type.known:
        y = moment(y, "time" if isinstance(x, Time) else "datetime")
    return (x, y) if isinstance(x, Moment) and isinstance(y, Moment) else None


def _equal_quantities(p: Quantity, q: Quantity) -> Truth:
    pair = in_common(p, q)
    if pair is not None:
        return pair[0] == pair[1]
    # Years and months have no definite length; other dimensions are not equal.
    return None if any(one.kind == "calendar" and one.unit in ("year", "month") for one in (p, q)) else False


def same(a: Item, b: Item) -> bool:
    """Equal for certain, as sets of items have it."""
    return equal_items(a, b) is True


def equivalent(left: Items, right: Items) -> bool:
    """`left ~ right`: in any order, text without case and spaces, numbers to the lesser precision."""
    if len(left) != len(right):
        return False
    if len(left) == 1:
        return equivalent_items(left[0], right[0])
    rest = list(right)
    for a in left:
        place = next((n for n, b in enumerate(rest) if equivalent_items(a, b)), None)
        if place is None:
            return False
        del rest[place]
    return True


def equivalent_items(a: Item, b: Item) -> bool:
    """Are two items equivalent?"""
    x, y = system(a), system(b)
    if x.__class__ is str and y.__class__ is str:
        return " ".join(x.casefold().split()) == " ".join(y.casefold().split())
    if x.__class__ is bool or y.__class__ is bool:
        return x.__class__ is y.__class__ and bool(x == y)
    if is_number(x) and is_number(y):
        return _about(Decimal(x), Decimal(y))
    if isinstance(x, Moment) or isinstance(y, Moment):
        return _equal_moments(x, y, a, b) is True
    p, q = as_quantity(x), as_quantity(y)
    if p is not None and q is not None:
        pair = in_common(p, q, roughly=True)
        return pair is not None and _about_measured(p, q, pair)
    if x.__class__ is Node and y.__class__ is Node:
        return _alike(x.value, y.value)
    return bool(x.__class__ is y.__class__ and x == y)


def _about(x: Decimal, y: Decimal) -> bool:
    places = min(-int(x.as_tuple().exponent), -int(y.as_tuple().exponent))
    unit = Decimal(1).scaleb(-max(places, 0))
    return abs(x) < 10**20 and abs(y) < 10**20 and x.quantize(unit, ROUND_HALF_UP) == y.quantize(unit, ROUND_HALF_UP)


def _about_measured(p: Quantity, q: Quantity, pair: tuple[Decimal, Decimal]) -> bool:
    """Values in one unit, compared to the precision of the coarser of the two as written."""
    if p.unit == q.unit:
        return _about(p.value, q.value)
    return abs(pair[0] - pair[1]) <= max(_step(p.value, pair[0]), _step(q.value, pair[1])) / 2


def _step(written: Decimal, value: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(min(int(written.as_tuple().exponent), 0))
    return abs(value / written) * unit if written else unit


def _alike(x: Any, y: Any) -> bool:
    if isinstance(x, dict) and isinstance(y, dict):
        return {k for k in x if k != "id"} == {k for k in y if k != "id"} and all(
            _alike(held, y[key]) for key, held in x.items() if key != "id"
        )
    if isinstance(x, list) and isinstance(y, list):
        rest = list(y)
        for one in x:
            place = next((n for n, other in enumerate(rest) if _alike(one, other)), None)
            if place is None:
                return False
            del rest[place]
        return not rest
    if isinstance(x, str) and isinstance(y, str):
        return " ".join(x.casefold().split()) == " ".join(y.casefold().split())
    return bool(x == y)


def ordered(left: Items, right: Items, operator: str) -> int | None:
    """-1, 0, 1 as left is less, equal, greater; None: unknown. Raises `FHIRPathError` for what has no order."""
    if not left or not right:
        return None
    if len(left) > 1 or len(right) > 1:
        raise FHIRPathError(f"{operator} compares single items, found {max(len(left), len(right))}")
    return order_of(left[0], right[0], operator)


def _some_valueless(one: Any, other: Any, neither: bool) -> bool:
    """Whether of two elements of a type neither is a quantity with a value, or one has none."""
    return neither or (isinstance(one, dict) and isinstance(other, dict) and not ("value" in one and "value" in other))


def order_of(a: Item, b: Item, operator: str = "<") -> int | None:
    """The order of two items."""
    x, y = system(a), system(b)
    if (x.__class__ is str and y.__class__ is str) or (is_number(x) and is_number(y)):
        return int(x > y) - int(x < y)
    if isinstance(x, Moment) or isinstance(y, Moment):
        pair = _moments(x, y, a, b)
        if pair is not None and isinstance(pair[0], Time) is isinstance(pair[1], Time):
            return compared(*pair)
    p, q = as_quantity(x), as_quantity(y)
    if p is not None and q is not None:
        common = in_common(p, q)
        return None if common is None else (common[0] > common[1]) - (common[0] < common[1])
    if x.__class__ is Node or y.__class__ is Node:
        if (x.__class__ is Node and x.value is None) or (y.__class__ is Node and y.value is None):
            return None  # an element with extensions only
        if (
            x.__class__ is Node
            and y.__class__ is Node
            and x.type is y.type
            and _some_valueless(x.value, y.value, p is q is None)
        ):
            return None  # quantities without value, or both with a comparator
    raise FHIRPathError(f"{operator} cannot compare {_kind(a)} with {_kind(b)}")


def _kind(item: Item) -> str:
    from fhir_case.fhirpath.nodes import type_info

    return type_info(item).name or "an element of unknown type"
