"""What turns a stated fact into another one: that it was an error, was not done, never came about (design.md, law 8)."""

from __future__ import annotations

from typing import Any

RETRACTED = "entered-in-error"

NOT_SO = frozenset(
    {RETRACTED, "not-done", "not-taken", "cancelled", "rejected", "revoked", "refuted", "health-unknown"}
)
"""Statuses under which what an item is about is not so, or did not happen."""

NOT_YET = frozenset({"intended", "planned", "preparation", "registered", "draft", "proposed"})
"""Those under which it may still come about."""

_TOLD = NOT_SO | NOT_YET | {"preliminary", "inactive"}

_FIELDS = ("status", "certainty", "progress", "role")


def standings(item: Any) -> list[str]:
    """The statuses of an item, of whatever kind."""
    told = vars(item)  # asking a model for an attribute that it has not is slow, and most items are asked
    return [held for name in _FIELDS if isinstance(held := told.get(name), str)]


def is_retracted(item: Any) -> bool:
    """It was entered in error: nothing of it may be taken as said."""
    return RETRACTED in standings(item)


def is_so(item: Any) -> bool:
    """What the item is about is so, or has happened; or (`absent`) is not, in words of its own."""
    held = standings(item)
    return not (NOT_SO | NOT_YET).intersection(held) and vars(item).get("missing") is None


def qualified(item: Any) -> list[str]:
    """The words without which an item would be taken for its opposite."""
    made = [held for held in standings(item) if held in _TOLD]
    if (missing := vars(item).get("missing")) is not None:
        made.append(f"no result ({missing})")
    if vars(item).get("not_to_do"):
        made.append("not to be given")
    if vars(item).get("subpotent"):
        made.append("not of full potency")
    if vars(item).get("active") is False:
        made.append("no longer active")
    return made
