"""From ValueSet resources to value sets: those that it imports first, circles and bottomless ones with a clear end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from fhir_case.terminology import expansion
from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.concept import Designation
from fhir_case.terminology.imports import groups
from fhir_case.terminology.include import Include
from fhir_case.terminology.reading import Resource, objects, text, texts
from fhir_case.terminology.value_set import ValueSet

_DEEPEST = 25  # value sets that import value sets
_MOST = 2000  # value sets that one may import, at any depth
_SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"

Systems = Callable[[str, str | None, str], CodeSystem | None]
"""(url, version, near) -> the code system."""


class Definitions(Protocol):
    """Where value sets and code systems come from: `fhir_case.definitions.Definitions`."""

    def find(self, canonical: str, kind: str | None = None, *, near: str = "") -> Resource | None:
        """The resource of that url or `url|version`."""

    def urls(self, kind: str) -> Iterator[str]:
        """The canonicals of all definitions of a kind."""


def name_of(resource: Resource) -> str:
    """`url|version`, or the url alone."""
    url, version = text(resource, "url"), text(resource, "version")
    return f"{url}|{version}" if version else url


def composed(
    resource: Resource, name: str, definitions: Definitions, systems: Systems, made: dict[str, ValueSet]
) -> ValueSet:
    """The value set of a resource. Each named one that is made on the way goes into `made`; `name` may be empty."""
    return _Composer(definitions, systems, made).made(resource, name)


class _Composer:
    def __init__(self, definitions: Definitions, systems: Systems, made: dict[str, ValueSet]) -> None:
        self._definitions, self._systems, self._made = definitions, systems, made
        self._resources: dict[str, Resource] = {}
        self._imports: dict[str, dict[str, str]] = {}  # of a value set: the canonicals it names, and what they are
        self._now: dict[str, ValueSet] = {}

    def made(self, resource: Resource, name: str) -> ValueSet:
        self._resources[name] = resource
        for group in groups(name, self._needed):
            for one in group:
                self._now[one] = self._value_set(one, group)
        self._made.update((one, value_set) for one, value_set in self._now.items() if one)
        return self._now[name]

    def _needed(self, name: str) -> Iterator[str]:
        """The value sets that this one imports, as far as they are known and not made yet."""
        found = self._imports[name] = {}
        for asked in _imported(self._resources[name]):
            resource = self._definitions.find(asked, "ValueSet", near=name)
            if resource is None:
                continue
            other = name_of(resource)
            if other not in self._resources and other not in self._made:
                if len(self._resources) >= _MOST:
                    continue
                self._resources[other] = resource
            found[asked] = other
            if other not in self._made:
                yield other

    def _value_set(self, name: str, group: list[str]) -> ValueSet:
        resource = self._resources[name]
        compose = resource.get("compose")
        with_inactive = not (isinstance(compose, dict) and compose.get("inactive") is False)

        def parts(kind: str) -> list[Include]:
            return [self._include(one, name, group, with_inactive) for one in objects(compose, kind)]

        includes, excludes = parts("include"), parts("exclude")
        imported = [self._import(asked, name, group) for asked in _imported(resource)]
        return ValueSet(
            resource,
            includes,
            excludes,
            expansion.read(resource),
            lambda system: self._case_matters(system, name),
            self._supplemented(resource, name),
            depth=1 + max((one.depth for one in imported), default=0),
        )

    def _include(self, include: Resource, name: str, group: list[str], with_inactive: bool) -> Include:
        url, _, pinned = text(include, "system").partition("|")
        system = self._systems(url, text(include, "version") or pinned or None, name) if url else None
        imports = [self._import(asked, name, group) for asked in texts(include, "valueSet")]
        return Include(include, system, imports, with_inactive)

    def _import(self, asked: str, name: str, group: list[str]) -> ValueSet:
        other = self._imports[name].get(asked)
        if other is None:
            why = "is not known here" if len(self._resources) < _MOST else "is one too many"
            return _nothing(f"the value set {asked}, which {name or 'it'} imports, {why}")
        if other in group:
            circle = " → ".join([*sorted(group)[:3], "…"] if len(group) > 3 else sorted(group))
            return _nothing(f"value sets import one another in a circle: {circle}")
        found = self._now.get(other) or self._made[other]
        if found.depth >= _DEEPEST:
            return _nothing(f"the value set {asked} imports others more than {_DEEPEST} deep")
        return found

    def _case_matters(self, system: str, near: str) -> bool:
        found = self._systems(system, None, near)
        return found is None or found.case_sensitive

    def _supplemented(self, resource: Resource, near: str) -> Callable[[str, str], list[Designation]]:
        """The names that the supplements, which a value set asks for, have for a code."""
        asked = [
            text(one, "valueCanonical") for one in objects(resource, "extension") if text(one, "url") == _SUPPLEMENT
        ]
        found = [self._systems(*_split(one), near) for one in asked if one]
        supplements = [one for one in found if one is not None]

        def names(system: str, code: str) -> list[Designation]:
            return [name for one in supplements if _split(one.supplements)[0] == system for name in one.names(code)]

        return names


def _split(canonical: str) -> tuple[str, str | None]:
    url, _, version = canonical.partition("|")
    return url, version or None


def _imported(resource: Resource) -> list[str]:
    compose = resource.get("compose")
    parts = (*objects(compose, "include"), *objects(compose, "exclude"))
    return list(dict.fromkeys(asked for one in parts for asked in texts(one, "valueSet")))


def _nothing(why: str) -> ValueSet:
    """A value set of which nothing is known but why."""
    return ValueSet({}, why=why)
