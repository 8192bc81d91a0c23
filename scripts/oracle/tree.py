"""A resource that is about to be changed, and the list of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TypeVar

from shapes import Node, Shapes, Site

from fhir_case.definitions import Definitions

Thing = TypeVar("Thing")


class Tree:
    """A copy of a resource that one change may be made to."""

    def __init__(self, resource: Node, shapes: Shapes, pick: Random, profiles: Iterable[str] = ()) -> None:
        self.resource, self.shapes, self.pick = resource, shapes, pick
        self.given = tuple(profiles)
        self.text: str | None = None
        """The text, where the change is one that a resource cannot show."""

    @property
    def definitions(self) -> Definitions:
        """All that is known of types and profiles."""
        return self.shapes.definitions

    @cached_property
    def sites(self) -> list[Site]:
        """Every value in the resource."""
        return list(self.shapes.sites(self.resource))

    def a(self, wanted: Callable[[Site], bool]) -> Site:
        """One value of that sort, drawn; raises `Inapplicable` where there is none."""
        return self.one([site for site in self.sites if wanted(site)])

    def of(self, *kinds: str) -> Site:
        """One value of one of these types."""
        return self.a(lambda site: site.kind in kinds)

    def one(self, things: Iterable[Thing]) -> Thing:
        """One of these, drawn."""
        held = list(things)
        if not held:
            raise Absent
        return self.pick.choice(held)


class Inapplicable(Exception):
    """The resource has nothing that this change could be made to."""


class Absent(Inapplicable):
    """There is nothing to draw from: drawing again would not help."""


Change = Callable[[Tree], str]
"""Makes a change to the tree, and gives the place of it. Raises `Inapplicable`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A change with its name, and whether it is meant to break the resource."""

    name: str
    breaks: bool
    change: Change


KINDS: list[Kind] = []


def breaking(change: Change) -> Change:
    """A change that is meant to make the resource invalid; what it made of it is for the oracle to say."""
    KINDS.append(Kind(change.__name__.replace("_", "-"), True, change))
    return change


def legal(change: Change) -> Change:
    """A change that is meant to leave the resource valid."""
    KINDS.append(Kind(change.__name__.replace("_", "-"), False, change))
    return change
