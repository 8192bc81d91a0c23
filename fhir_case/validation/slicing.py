"""Slices: which items of an element belong to which slice, and what each slice demands.

A slicing is like a switch statement: the discriminators of an item choose its slice, then the slice is checked
(https://hl7.org/fhir/R4/profiling.html#slicing).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir_case.validation.matching import Match, matcher
from fhir_case.validation.places import At
from fhir_case.validation.plan import Element, Slicing
from fhir_case.validation.run import Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.profiles import Picked, Rule

Sliced = Callable[["list[Picked]", At, Run], None]
_DEFAULT = "@default"
"""The slice of all items that no other slice takes."""


@dataclass(frozen=True, slots=True)
class _Slice:
    name: str
    element: Element
    match: Match | None
    rule: Rule | None
    within: Sliced | None
    """Its own slices (reslicing)."""
    definition: str


class _Choice:
    """Which of its slices takes an item. Where a resource decides by its type, the others are not asked."""

    def __init__(self, slices: list[_Slice]) -> None:
        self.all = list(enumerate(slices))
        typed = [one.match.typed for one in slices if one.match and one.match.typed]
        self.typed = typed[0] if len(typed) > 1 and len({one.path for one in typed}) == 1 else None
        kinds = frozenset(kind for one in typed for kind in one.kinds)
        self.by_kind = {kind: self._of(kind) for kind in kinds}
        self.others = self._of("")

    def _of(self, kind: str) -> list[tuple[int, _Slice]]:
        return [
            (position, one)
            for position, one in self.all
            if not (one.match and one.match.typed) or kind in one.match.typed.kinds
        ]

    def position(self, item: Picked, run: Run) -> tuple[int | None, bool]:
        """The number of the slice (None: it is in none), and whether that is undecided."""
        kind = self.typed.resource_in(item, run) if self.typed else None
        unsure = False
        for position, one in self.all if kind is None else self.by_kind.get(kind, self.others):
            verdict = one.match(item, run) if one.match else None
            if verdict:
                return position, False
            unsure = unsure or verdict is None
        return None, unsure


def compiled(checks: Checks, element: Element, named: str) -> Sliced:
    """The function for the slices of an element, over all its items."""
    how = element.slicing or _usual(element)
    slices = [_slice(checks, one, name, element, how, named) for name, one in element.slices.items()]
    named_slices = [one for one in slices if one.name != _DEFAULT]
    default = next((one for one in slices if one.name == _DEFAULT), None)
    definition = f"{named}#{element.id}"
    choice = _Choice(named_slices)

    def check(found: list[Picked], at: At, run: Run) -> None:
        taken: dict[str, list[Picked]] = {one.name: [] for one in slices}
        undecided = False
        order = -1
        for item in found:
            position, unsure = choice.position(item, run)
            undecided = undecided or unsure
            if position is None:
                if default:
                    taken[_DEFAULT].append(item)
                elif unsure:
                    run.say("slice-undecided", item.at, "whether this is one of the slices cannot be decided here",
                            "information", definition=definition)  # fmt: skip
                elif how.rules == "closed":
                    run.say("slice-closed", item.at, f"none of the allowed slices fits: {_told(named_slices)}",
                            definition=definition)  # fmt: skip
                elif how.rules == "openAtEnd":
                    order = len(named_slices)
                continue
            if position < order and (how.ordered or order == len(named_slices)):
                run.say("slice-order", item.at, f"slice {named_slices[position].name} stands after one that follows it",
                        definition=definition)  # fmt: skip
            order = max(order, position)
            taken[named_slices[position].name].append(item)
        for one in slices:
            _count(one, taken[one.name], element, at, run, undecided)
            if one.rule:
                for item in taken[one.name]:
                    one.rule(item, run)
            if one.within:
                one.within(taken[one.name], at, run)

    return check


def _count(one: _Slice, taken: list[Picked], element: Element, at: At, run: Run, undecided: bool) -> None:
    if len(taken) < one.element.min and not undecided:
        least = one.element.min
        told = f"the slice {one.name} of {element.name} is {'missing' if not taken else 'not there often enough'}; "
        told += "it is required" if least == 1 else f"at least {least} are required"
        run.say(
            "slice-missing",
            at,
            told,
            fix=f"add one of {element.name}: {one.match.told}" if one.match and one.match.told else "",
            definition=one.definition,
        )
    most = one.element.max
    if (
        most is not None
        and len(taken) > most
        and (element.max is None or most < element.max or len(taken) <= element.max)
    ):
        told = f"the slice {one.name} of {element.name} is there {len(taken)} times; at most {most} may be"
        run.say("slice-too-many", at, told, definition=one.definition)


def _told(slices: list[_Slice]) -> str:
    return "; ".join(f"{one.name} ({one.match.told})" if one.match else one.name for one in slices[:8])


def _slice(checks: Checks, one: Element, name: str, element: Element, how: Slicing, named: str) -> _Slice:
    from fhir_case.validation.profiles import rule_of

    # What the sliced element itself demands is checked for every item: the slice adds to that.
    rule = rule_of(checks, one, element, named)
    within = compiled(checks, one, named) if one.slices else None
    match = None if name == _DEFAULT else matcher(checks, how, one)
    return _Slice(name, one, match, rule, within, f"{named}#{one.id}")


def _usual(element: Element) -> Slicing:
    """Slicing that the specification implies: extensions by url, choices by type."""
    if element.choice:
        return Slicing((("type", "$this"),))
    return Slicing((("value", "url"),)) if element.name in ("extension", "modifierExtension") else Slicing(())
