"""The mappings in use: those of this package and those that others register."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.metadata import EntryPoint
from pickle import PicklingError
from typing import Any

from pydantic import BaseModel, Field, create_model

from fhir_case.case.base import Item, ItemId
from fhir_case.case.model import OTHER, NoOthers
from fhir_case.issues import Issue
from fhir_case.lens import Mapping
from fhir_case.lens.modifiers import modifiers_of
from fhir_case.mappings import (
    care,
    condition,
    document,
    encounter,
    genomics,
    imaging,
    medication,
    observation,
    people,
    prevention,
    procedure,
    report,
    things,
)


class Mappings:
    """Mappings by the section of the case they belong to, and by resource type in the order in which they are tried."""

    def __init__(self, mappings: Iterable[Mapping], issues: Iterable[Issue] = ()) -> None:
        self.all = tuple(mappings)
        self.issues = tuple(issues)
        """What is installed and cannot be used, and why."""
        self._by_kind = {mapping.kind: mapping for mapping in self.all}
        self._by_type: dict[str, tuple[Mapping, ...]] = {}
        for mapping in self.all:
            self._by_type[mapping.type or ""] = (*self._by_type.get(mapping.type or "", ()), mapping)
        times = [(mapping.type or "", point, path) for mapping in self.all for point, path in mapping.points.items()]
        self._paths = {(type, point): path for type, point, path in times}
        self._points = {(type, path): point for type, point, path in times}

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled, those installed are those installed where they are unpickled: lines are functions, which have no pickle."""
        if self is not installed():
            raise PicklingError(
                "only the mappings that are installed can be pickled; make others where they are needed"
            )
        return installed, ()

    def of_kind(self, kind: str) -> Mapping:
        """The mapping of a section of the case."""
        return self._by_kind[kind]

    def of_type(self, type: str) -> tuple[Mapping, ...]:
        """The mappings of a resource type; empty where there is none."""
        return self._by_type.get(type, ())

    @cached_property
    def others(self) -> type[BaseModel]:
        """The model of the section `other`: a field for each kind that others map."""
        sections: dict[str, Any] = {
            one.kind.removeprefix(f"{OTHER}."): (dict[ItemId, one.model], Field(default_factory=dict))  # type: ignore[name-defined]
            for one in self.all
            if one.kind.startswith(f"{OTHER}.")
        }
        return create_model("Other", __base__=NoOthers, **sections)

    def path_of(self, type: str, point: str) -> str | None:
        """The element that holds the named time of items of a type."""
        return self._paths.get((type, point))

    def point_at(self, type: str, path: str) -> str | None:
        """And back: the name of the time that an element holds."""
        return self._points.get((type, path))


@cache
def own() -> Mappings:
    """The mappings of this package."""
    modules = (
        people, encounter, condition, genomics, observation, procedure, imaging, report, medication, prevention, care, things,
        document,
    )  # fmt: skip
    return Mappings(mapping for module in modules for mapping in module.MAPPINGS)


@cache
def installed() -> Mappings:
    """The mappings of this package and of all that are installed beside it (entry points of `fhir_case.mappings`)."""
    from importlib.metadata import entry_points

    return joined(own(), entry_points(group=GROUP))


GROUP = "fhir_case.mappings"
"""The group of entry points; each names a mapping, or a list of them."""


def joined(own: Mappings, points: Iterable[EntryPoint]) -> Mappings:
    """These mappings with those of others: new kinds, and what takes the place of one of ours.

    A plugin that cannot be used is left out, with an issue that says why; nothing else suffers.
    """
    by_kind = {mapping.kind: mapping for mapping in own.all}
    added: dict[str, Mapping] = {}
    issues: list[Issue] = []
    for point in sorted(points, key=lambda one: (one.name, one.value)):
        try:
            for mapping in _mappings_of(point, by_kind, added):
                added[mapping.kind] = mapping
        except Exception as error:  # code of others: whatever it does wrong
            told = str(error) or type(error).__name__
            issues.append(
                Issue(
                    "plugin-broken", f"the mapping {point.name} ({point.value}) is left out: {told}", "warning",
                    fix="repair or uninstall the package that brings it",
                )
            )  # fmt: skip
    ours = [added.pop(mapping.kind, mapping) for mapping in own.all]
    return Mappings([*added.values(), *ours], issues)  # who maps less comes first


def _mappings_of(point: EntryPoint, own: dict[str, Mapping], added: dict[str, Mapping]) -> list[Mapping]:
    """The mappings of an entry point. Raises `TypeError` or `ValueError` for what is none, or has no place here."""
    found = point.load()
    found = list(found) if isinstance(found, list | tuple) else [found]
    for one in found:
        if not isinstance(one, Mapping):
            raise TypeError(f"expected a Mapping, found {type(one).__name__}")
        if one.kind in added:
            raise ValueError(f"another package maps {one.kind} already")
        ours = own.get(one.kind)
        if ours is not None and (one.type, one.model) != (ours.type, ours.model):
            raise ValueError(f"{one.kind} are {ours.model.__name__} ↔ {ours.type}, and stay so")
        if ours is None and not (_OTHERS.fullmatch(one.kind) and one.type and issubclass(one.model, Item)):
            raise ValueError(f"expected the kind other.<name> of items with a resource type, found {one.kind!r}")
    return [one if one.kind in own else _aware(one) for one in found]


def _aware(one: Mapping) -> Mapping:
    """The mapping, which reads no resource with a modifier that it does not know."""
    return Mapping(
        one.model, one.type, *one.lines, kind=one.kind, points=one.points, modifiers=modifiers_of(one.type or "")
    )


_OTHERS = re.compile(rf"{OTHER}\.[a-z][a-z0-9_]*")
