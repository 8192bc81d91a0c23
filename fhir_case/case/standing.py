"""What turns a stated fact into another one: that it was an error, was not done, never came about (design.md, law 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

RETRACTED = "entered-in-error"

NOT_SO = frozenset(
    {RETRACTED, "not-done", "not-taken", "cancelled", "rejected", "revoked", "refuted", "health-unknown"}
)
"""Statuses under which what an item is about is not so, or did not happen."""

NOT_YET = frozenset({"intended", "planned", "preparation", "registered", "draft", "proposed"})
"""Those under which it may still come about."""

_TOLD = NOT_SO | NOT_YET | {"preliminary", "inactive"}

_STATUSES = ("status", "certainty", "progress", "role")

_QUALIFYING: dict[str, Callable[[Any], str]] = {
    "missing": lambda missing: "" if missing is None else f"no result ({missing})",
    "not_to_do": lambda so: "not to be given" if so else "",
    "subpotent": lambda so: "not of full potency" if so else "",
    "active": lambda so: "no longer active" if so is False else "",
}
"""Other fields that can turn an item into its opposite, and the words for it."""


def _among(names: Iterable[str]) -> Callable[[Any], tuple[str, ...]]:
    """Which of the fields an item has: asking for one that it has not is slow, and most items are asked."""

    @cache
    def of_model(model: Any) -> tuple[str, ...]:
        return tuple(name for name in names if name in model.model_fields)

    return of_model


_statuses_of, _qualifying_of = _among(_STATUSES), _among(_QUALIFYING)


def standings(item: Any) -> list[str]:
    """The statuses of an item, of whatever kind."""
    told = vars(item)
    return [held for name in _statuses_of(type(item)) if isinstance(held := told[name], str)]


def is_retracted(item: Any) -> bool:
    """It was entered in error: nothing of it may be taken as said."""
    return RETRACTED in standings(item)


def is_so(item: Any) -> bool:
    """What the item is about is so, or has happened; or (`absent`) is not, in words of its own."""
    held = standings(item)
    return not (NOT_SO | NOT_YET).intersection(held) and vars(item).get("missing") is None


def qualified(item: Any) -> list[str]:
    """The words without which an item would be taken for its opposite."""
    told = vars(item)
    made = [held for held in standings(item) if held in _TOLD]
    made += [words for name in _qualifying_of(type(item)) if (words := _QUALIFYING[name](told[name]))]
    return made
