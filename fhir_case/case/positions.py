"""Where each value of a case file stands: kept beside the data, never on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, Protocol

from fhir_case.issues import Place

Step = str | int
Path = tuple[Step, ...]
"""A path through the data: keys and list indices, as the data has them."""


class Mark(Protocol):
    """A point in a text: line and column count from 0, and so do the characters before it."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def index(self) -> int: ...


class Point(NamedTuple):
    """A mark of our own making (PyYAML makes its own)."""

    line: int
    column: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here


class Spot:
    """The place of one value in the text, of its key, and of the values inside it."""

    __slots__ = ("end", "flow", "inside", "key", "start")

    def __init__(self, start: Mark, end: Mark, key: Mark | None) -> None:
        self.start, self.end, self.key = start, end, key
        self.inside: dict[Step, Spot] | None = None
        """For a mapping by key, for a list by index; None for a scalar."""
        self.flow = False
        """Written in brackets or braces?"""


class Positions:
    """The places of all values of one file, found by path."""

    def __init__(self, file: str, find: Callable[[], Spot]) -> None:
        self.file, self._find = file, find
        self.parts: dict[Step, Positions] = {}
        """Those of the sections that stand in files of their own."""

    @cached_property
    def root(self) -> Spot:
        """The place of the whole."""
        return self._find()

    def spot(self, path: Path) -> tuple[Spot, int]:
        """The spot at the path or, where there is none, of the nearest parent; and how many steps led there."""
        if path and path[0] in self.parts:
            spot, taken = self.parts[path[0]].spot(path[1:])
            return spot, taken + 1
        spot = self.root
        for taken, step in enumerate(path):
            below = (spot.inside or {}).get(step)
            if below is None:
                return spot, taken
            spot = below
        return spot, len(path)

    def value(self, path: Path) -> Place:
        """Where the value at the path starts; the nearest parent's key where there is no such value."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].value(path[1:])
        spot, taken = self.spot(path)
        return self.place(spot.start if taken == len(path) else spot.key or spot.start)

    def key(self, path: Path) -> Place:
        """Where the key at the path stands (of a list's entry: the entry); the nearest parent's where there is none."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].key(path[1:])
        spot, _ = self.spot(path)
        return self.place(spot.key or spot.start)

    def place(self, mark: Mark) -> Place:
        """A mark as people count: from 1."""
        return Place(self.file, mark.line + 1, mark.column + 1)


def dotted(path: Path) -> str:
    """The path as people write it: `diagnoses.jdm.quotes[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def place_after(before: str, file: str) -> Place:
    """The place that follows this much of a file."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
