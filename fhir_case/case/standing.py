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
    return [held for name in _FIELDS if isinstance(held := getattr(item, name, None), str)]


def is_retracted(item: Any) -> bool:
    """It was entered in error: nothing of it may be taken as said."""
    return RETRACTED in standings(item)


def is_so(item: Any) -> bool:
    """What the item is about is so, or has happened; or (`absent`) is not, in words of its own."""
    held = standings(item)
    return not (NOT_SO | NOT_YET).intersection(held) and getattr(item, "missing", None) is None


def qualified(item: Any) -> list[str]:
    """The words without which an item would be taken for its opposite."""
    made = [held for held in standings(item) if held in _TOLD]
    if (missing := getattr(item, "missing", None)) is not None:
        made.append(f"no result ({missing})")
    if getattr(item, "not_to_do", None):
        made.append("not to be given")
    if getattr(item, "subpotent", None):
        made.append("not of full potency")
    if getattr(item, "active", None) is False:
        made.append("no longer active")
    return made
