"""What generated source calls besides operators and functions."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.logic import order_of
from fhir_case.fhirpath.nodes import MOST, Items, is_type, plain, system
from fhir_case.fhirpath.scope import Env


def single(items: Items, what: str) -> Items:
    """The collection, if it has one item at most."""
    if len(items) > 1:
        raise FHIRPathError(f"{what} takes one item, found {len(items)}")
    return items


def criterion(items: Items) -> bool:
    """The criterion of `iif()`: a Boolean, or nothing, which is false."""
    if not items:
        return False
    value = system(items[0])
    if len(items) > 1 or value.__class__ is not bool:
        raise FHIRPathError("the criterion of iif() is no Boolean")
    return bool(value)


def bounded(items: Items) -> Items:
    """The collection, if it can be held."""
    if len(items) > MOST:
        raise FHIRPathError(f"more than {MOST} items")
    return items


def as_type(items: Items, namespace: str, name: str) -> Items:
    """The items of this very type.

    FHIRPath wants one item for `as`; R4's own invariants and search parameters give it many (dom-3), so it filters, as
    in HL7's validator for R4. For R4 that one takes `as String` for FHIR's string as well, whatever the case of the letters.
    """
    fhir = "" if namespace else name[:1].lower() + name[1:]
    return [
        item
        for item in items
        if is_type(item, namespace, name, exactly=True) or (fhir and is_type(item, "FHIR", fhir, exactly=True))
    ]


def traced(env: Env, name: Items, items: Items) -> None:
    """Tell the caller's callback."""
    if env.scope.trace is not None:
        env.scope.trace(str(system(name[0])) if name else "", [plain(item) for item in items])


def sorted_by(rows: list[tuple[Any, tuple[Items, ...]]], down: list[bool]) -> Items:
    """Items by their keys; those without a key come first."""

    def order(a: tuple[Any, tuple[Items, ...]], b: tuple[Any, tuple[Items, ...]]) -> int:
        for x, y, reverse in zip(a[1], b[1], down, strict=True):
            if len(x) > 1 or len(y) > 1:
                raise FHIRPathError("sort() takes keys of one item")
            if not x or not y:
                if len(x) != len(y):
                    return len(x) - len(y)
                continue
            found = order_of(x[0], y[0], "sort()")
            if found:
                return -found if reverse else found
        return 0

    return [item for item, _ in sorted(rows, key=cmp_to_key(order))]
