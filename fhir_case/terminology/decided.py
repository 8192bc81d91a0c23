"""Three-valued answers: True, False, and None for what can't be decided here (Kleene's logic)."""

from __future__ import annotations

from collections.abc import Iterable


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, False if all are, else None; stops at the first True."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False if one is, True if all are, else None; stops at the first False."""
    found: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            found = None
    return found


def negated(answer: bool | None) -> bool | None:
    """The opposite; what isn't decided stays so."""
    return None if answer is None else not answer


def minus(included: bool | None, excluded: bool | None) -> bool | None:
    """In the one and not in the other."""
    return all_of((included, negated(excluded)))
