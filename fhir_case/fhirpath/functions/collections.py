"""Collections: existence, subsetting, combining (http://hl7.org/fhirpath/N1/#existence and what follows)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.functions.signature import Function, whole
from fhir_case.fhirpath.logic import is_number, same, truth
from fhir_case.fhirpath.nodes import MOST, Item, Items, Node, as_quantity, children, descendants, system
from fhir_case.fhirpath.quantities import Quantity
from fhir_case.fhirpath.times import DateTime, Moment, in_utc


def key(item: Item) -> Any:
    """Items with one key are equal, items with two keys are not; None: only comparing them tells."""
    value = system(item)
    kind = value.__class__
    if kind is str:
        return value
    if kind is bool:
        return (kind, value)
    if is_number(value):
        return (Decimal, value)
    if isinstance(value, Moment):
        clock = isinstance(value, DateTime) and len(value.parts) > 3
        return (
            "T" if value.kind == "Time" else "D",
            in_utc(value) if clock else value.parts,
            clock and value.zone is None,
        )
    if kind is Quantity or (kind is Node and as_quantity(value) is not None):
        return None
    return _frozen(value.value) if kind is Node else value


def _frozen(value: Any) -> Any:
    if value.__class__ is dict:
        return frozenset((name, _frozen(held)) for name, held in value.items())
    if value.__class__ is list:
        return (list, *map(_frozen, value))
    return (bool, value) if value.__class__ is bool else value


class Seen:
    """The items that were met; in constant time each, except for quantities."""

    __slots__ = ("keys", "others")

    def __init__(self, items: Items = ()) -> None:  # type: ignore[assignment]
        self.keys: set[Any] = set()
        self.others: Items = []
        for item in items:
            self.new(item)

    def new(self, item: Item) -> bool:
        """Note an item; was it new?"""
        if item in self:
            return False
        one = key(item)
        if one is None:
            self.others.append(item)
        else:
            self.keys.add(one)
        return True

    def __contains__(self, item: Item) -> bool:
        one = key(item)
        if one is not None and one in self.keys:
            return True
        if one is not None and not self.others:
            return False
        if len(self.others) > 10_000:
            raise FHIRPathError("more than 10000 different quantities")
        return any(same(item, other) for other in self.others)


def distinct(items: Items) -> Items:
    """Each item once."""
    if len(items) < 2:
        return items
    seen = Seen()
    return [item for item in items if seen.new(item)]


def union(*parts: Items) -> Items:
    """`a | b | c`"""
    return distinct([item for part in parts for item in part])


def inside(left: Items, right: Items) -> bool | None:
    """`left in right`"""
    if not left:
        return None
    if len(left) > 1:
        raise FHIRPathError(f"in looks for one item, found {len(left)}")
    if len(right) < 4:
        return any(same(left[0], item) for item in right)
    return left[0] in Seen(right)


def containing(left: Items, right: Items) -> bool | None:
    """`left contains right`"""
    return inside(right, left)


def _is_distinct(_: Any, items: Items) -> bool:
    return len(items) < 2 or len(distinct(items)) == len(items)


def _subset(_: Any, items: Items, other: Items) -> bool:
    seen = Seen(other)
    return all(item in seen for item in items)


def _superset(_: Any, items: Items, other: Items) -> bool:
    return _subset(_, other, items)


def _intersect(_: Any, items: Items, other: Items) -> Items:
    seen = Seen(other)
    return distinct([item for item in items if item in seen])


def _exclude(_: Any, items: Items, other: Items) -> Items:
    seen = Seen(other)
    return [item for item in items if item not in seen]


def _booleans(items: Items, what: str) -> list[bool]:
    values = [system(item) for item in items]
    if any(value.__class__ is not bool for value in values):
        raise FHIRPathError(f"{what} takes Booleans")
    return values


def indexed(items: Items, index: Items) -> Items:
    """`items[index]`"""
    place = whole(index, "[]")
    return items[place : place + 1] if place is not None and place >= 0 else []


def _single(_: Any, items: Items) -> Items:
    if len(items) > 1:
        raise FHIRPathError(f"single() takes one item, found {len(items)}")
    return items


def _skip(_: Any, items: Items, count: Items) -> Items:
    return items[max(whole(count, "skip()") or 0, 0) :]


def _take(_: Any, items: Items, count: Items) -> Items:
    return items[: max(whole(count, "take()") or 0, 0)]


def _combine(_: Any, items: Items, other: Items) -> Items:
    if len(items) + len(other) > MOST:
        raise FHIRPathError(f"combine() makes more than {MOST} items")
    return items + other


COLLECTIONS = {
    "empty": Function(lambda _, items: not items, logic=True),
    "count": Function(lambda _, items: [len(items)]),
    "not": Function(lambda _, items: None if (value := truth(items)) is None else not value, logic=True),
    "distinct": Function(lambda _, items: distinct(items)), "isDistinct": Function(_is_distinct, logic=True),
    "allTrue": Function(lambda _, items: all(_booleans(items, "allTrue()")), logic=True),
    "anyTrue": Function(lambda _, items: any(_booleans(items, "anyTrue()")), logic=True),
    "allFalse": Function(lambda _, items: not any(_booleans(items, "allFalse()")), logic=True),
    "anyFalse": Function(lambda _, items: not all(_booleans(items, "anyFalse()")), logic=True),
    "subsetOf": Function(_subset, 1, 1, True), "supersetOf": Function(_superset, 1, 1, True),
    "first": Function(lambda _, items: items[:1]), "last": Function(lambda _, items: items[-1:]),
    "tail": Function(lambda _, items: items[1:]), "single": Function(_single),
    "skip": Function(_skip, 1, 1), "take": Function(_take, 1, 1),
    "intersect": Function(_intersect, 1, 1), "exclude": Function(_exclude, 1, 1),
    "union": Function(lambda _, items, other: union(items, other), 1, 1),
    "combine": Function(_combine, 1, 1),
    "children": Function(lambda _, items: children(items)),
    "descendants": Function(lambda _, items: descendants(items)),
}  # fmt: skip
