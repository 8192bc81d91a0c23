"""The mappings in use: those of this package and those that others register."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from fhir_case.lens import Mapping
from fhir_case.mappings import (
    condition,
    document,
    encounter,
    imaging,
    medication,
    observation,
    people,
    prevention,
    procedure,
    report,
)


class Mappings:
    """Mappings by the section of the case they belong to, and by resource type in the order in which they are tried."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self.all = tuple(mappings)
        self._by_kind = {mapping.kind: mapping for mapping in self.all}
        self._by_type: dict[str, tuple[Mapping, ...]] = {}
        for mapping in self.all:
            self._by_type[mapping.type or ""] = (*self._by_type.get(mapping.type or "", ()), mapping)
        times = [(mapping.type or "", point, path) for mapping in self.all for point, path in mapping.points.items()]
        self._paths = {(type, point): path for type, point, path in times}
        self._points = {(type, path): point for type, point, path in times}

    def of_kind(self, kind: str) -> Mapping:
        """The mapping of a section of the case."""
        return self._by_kind[kind]

    def of_type(self, type: str) -> tuple[Mapping, ...]:
        """The mappings of a resource type; empty where there is none."""
        return self._by_type.get(type, ())

    def path_of(self, type: str, point: str) -> str | None:
        """The element that holds the named time of items of a type."""
        return self._paths.get((type, point))

    def point_at(self, type: str, path: str) -> str | None:
        """And back: the name of the time that an element holds."""
        return self._points.get((type, path))


@cache
def installed() -> Mappings:
    """The mappings of this package."""
    modules = (people, encounter, condition, observation, procedure, imaging, report, medication, prevention, document)
    return Mappings(mapping for module in modules for mapping in module.MAPPINGS)
