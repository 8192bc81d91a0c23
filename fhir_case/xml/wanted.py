"""Values whose places are asked for, as a tree; the reader notes in it where they stand."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_case.json.places import Path, Point


class Wanted:
    """One value that is asked for, or that leads to such: those in it, and where its element begins."""

    __slots__ = ("held", "start")

    def __init__(self) -> None:
        self.held: dict[str | int, Wanted] = {}
        self.start: Point | None = None

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Wanted:
        """The tree of these paths."""
        root = cls()
        for path in paths:
            node = root
            for step in path:
                node = node.held.setdefault(step, cls())
        return root

    def under(self, *steps: str | int) -> Wanted | None:
        """The value these steps further in, if it is asked for."""
        found: Wanted | None = self
        for step in steps:
            if found is None:
                return None
            found = found.held.get(step)
        return found

    def at(self, point: Point) -> None:
        """Note where it begins; the first place counts."""
        if self.start is None:
            self.start = point
