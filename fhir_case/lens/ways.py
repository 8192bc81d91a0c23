"""The way through a resource with certain keys: which element is read when, and how. It is made once, and walked often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.direct import Straight
from fhir_case.lens.line import UNREAD, Line
from fhir_case.lens.slots import MALFORMED, Entries, Values, Whole


class Step(NamedTuple):
    """An element that the resource has."""

    slot: Whole | Entries
    keys: tuple[str, ...]
    straight: Straight | None
    """How it is read where nothing of it is left over; None where that is not possible."""

    def straightly(self, resource: dict[str, Json], values: Values, context: Context) -> bool:
        """Read the element into `values` if that leaves nothing over."""
        if self.straight is None:
            return False
        field, take, filler = self.straight
        held = resource[self.keys[0]]
        try:
            if filler is not None and held is not None and held == filler(values, context):  # text alone
                return True
            value = take(held, context)
        except MALFORMED:
            return False
        if value is UNREAD:
            return False
        if field is None:
            values.update(value)
        else:
            values[field] = value
        return True


class Silent(NamedTuple):
    """An element that the resource has not, and that a line may write all the same."""

    slot: Whole | Entries
    implied: bool
    """It is written whatever the item says, or the mapping does not do without it."""
    fillers: list[Callable[[Any, Context], Json]]

    def writes(self, values: Values, context: Context) -> bool:
        """Whether something would be written for an item with these values."""
        if self.implied:
            return True
        for absent in self.fillers:  # noqa: SIM110 (a generator costs more than what it asks)
            if absent(values, context) is not None:
                return True
        return False


class Way(NamedTuple):
    """How resources with certain keys are read."""

    steps: list[Step]
    """In the order in which they are read."""
    silent: list[Silent]
    carried: tuple[str, ...]
    """The keys that no line owns."""
    straight: bool
    """Nothing in the keys themselves says that something will be left over."""


def way_through(
    keys: tuple[str, ...],
    type: str | None,
    slots: tuple[Whole | Entries, ...],
    slot_of: Callable[[str], int | None],
    straight: dict[str, Straight],
) -> Way:
    """The way through a resource with these keys; `straight` is how single keys can be read."""
    mine: dict[int, list[str]] = {}
    carried = []
    for key in keys:
        n = slot_of(key)
        if n is not None:
            mine.setdefault(n, []).append(key)
        elif key != "resourceType" or type is None:
            carried.append(key)
    steps = [Step(slots[n], tuple(held), straight.get(held[0]) if len(held) == 1 else None) for n, held in mine.items()]
    silent = [
        Silent(slot, any(map(_is_implied, slot.lines)), [line.absent for line in slot.lines if line.absent is not None])
        for n, slot in enumerate(slots)
        if n not in mine
    ]
    silent = [one for one in silent if one.implied or one.fillers]
    return Way(
        sorted(steps, key=_turn), silent, tuple(carried),
        not carried and all(step.straight for step in steps) and not any(one.implied for one in silent),
    )  # fmt: skip


def _turn(step: Step) -> tuple[bool, bool]:
    """What may be a filler comes last: what else is stated decides. What a mapping cannot do without comes first."""
    return (any(line.absent is not None for line in step.slot.lines), not step.slot.required)


def _is_implied(line: Line) -> bool:
    return line.required or line.field is None
