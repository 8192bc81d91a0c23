"""The way through a resource with certain keys: which element is read when, and how. It is made once, and walked often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.direct import Filler, Straight
from fhir_case.lens.line import UNREAD, Line, Take
from fhir_case.lens.slots import MALFORMED, Entries, Values, Whole


class Step(NamedTuple):
    """An element that the resource has."""

    slot: Whole | Entries
    keys: tuple[str, ...]


class Way(NamedTuple):
    """How resources with certain keys are read."""

    steps: list[tuple[str, str | None, Take, Filler | None, Step]]
    """Key, field, and how the element is read where nothing of it is left over; in the order in which they are read."""
    silent: list[tuple[Filler, Whole | Entries]]
    """What the resource has not, and a line may write all the same: what it would write there, None for nothing."""
    carried: tuple[str, ...]
    """The keys that no line owns."""
    straight: bool
    """Nothing in the keys themselves says that something will be left over."""

    def unread(self, resource: dict[str, Json], values: Values, context: Context) -> Iterator[Step]:
        """Read each element into `values` if that leaves nothing over; the others are given, each in its turn."""
        for key, field, take, filler, step in self.steps:
            held = resource[key]
            try:
                if filler is not None and held is not None and held == filler(values, context):  # text alone
                    continue
                value = take(held, context)
            except MALFORMED:
                value = UNREAD
            if value is UNREAD:
                yield step
            elif field is None:
                values.update(value)
            else:
                values[field] = value


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
    steps = sorted((Step(slots[n], tuple(held)) for n, held in mine.items()), key=_turn)
    ways = [straight.get(step.keys[0]) if len(step.keys) == 1 else None for step in steps]
    silent = [
        (absent, slot)
        for n, slot in enumerate(slots)
        if n not in mine
        for absent in ([_implied] if any(map(_is_implied, slot.lines)) else _fillers(slot))
    ]
    return Way(
        [(step.keys[0], *(way or _NO_WAY), step) for step, way in zip(steps, ways, strict=True)],
        silent,
        tuple(carried),
        not carried and all(ways) and not any(absent is _implied for absent, _slot in silent),
    )


_NO_WAY = Straight(None, lambda held, context: UNREAD)


def _turn(step: Step) -> tuple[bool, bool]:
    """What may be a filler comes last: what else is stated decides. What a mapping cannot do without comes first."""
    return (bool(_fillers(step.slot)), not step.slot.required)


def _fillers(slot: Whole | Entries) -> list[Filler]:
    return [line.absent for line in slot.lines if line.absent is not None]


def _implied(values: Any, context: Context) -> Json:
    """It is written whatever the item says, or the mapping does not do without it."""
    return True


def _is_implied(line: Line) -> bool:
    return line.required or line.field is None
