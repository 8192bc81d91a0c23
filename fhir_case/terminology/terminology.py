"""`Terminology`: the value sets and code systems of some definitions, each made on first use."""

from __future__ import annotations

from typing import Any

from fhir_case.terminology.builtin import Grammar, builtin, listed
from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.composing import Definitions, composed, name_of
from fhir_case.terminology.implicit import implicit
from fhir_case.terminology.reading import Resource, objects
from fhir_case.terminology.value_set import ValueSet

_MOST = 100
"""Wrong addresses for which the right one is looked for: each takes 10 ms."""


class Terminology:
    """The value sets and code systems of `definitions`, and those that are built in (UCUM, languages, countries, …).

    Immutable for its users, safe to share between threads; a pickle holds the definitions alone.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        # By what was asked, and by what it is.
        self._asked_sets: dict[tuple[str, str], ValueSet | None] = {}
        self._asked_systems: dict[tuple[str, str, str], CodeSystem | None] = {}
        self._sets: dict[str, ValueSet] = {}
        self._systems: dict[str, CodeSystem] = {}
        self._meant: dict[str, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (Terminology, (self._definitions,))

    def value_set(self, canonical: str, near: str = "") -> ValueSet | None:
        """The value set of that url, or `url|version`; None if it is not known.

        `near` is the canonical of the definition that refers to it, as in `Definitions.find`. The implicit value sets of
        SNOMED CT, LOINC and UCUM are known too.
        """
        key = (canonical, near)
        if key not in self._asked_sets:
            resource = self._definitions.find(canonical, "ValueSet", near=near) or implicit(canonical)
            self._asked_sets[key] = self._made(resource) if resource else None
        return self._asked_sets[key]

    def of(self, resource: Resource) -> ValueSet:
        """The value set of a ValueSet resource that the definitions do not hold, such as a contained one."""
        return composed(resource, "", self._definitions, self.code_system, self._sets)

    def code_system(self, url: str, version: str | None = None, near: str = "") -> CodeSystem | None:
        """The code system of that URI; None if it is not known, or not in that version. `near` as in `value_set`."""
        key = (url, version or "", near)
        if key not in self._asked_systems:
            self._asked_systems[key] = self._system(url, version, near)
        return self._asked_systems[key]

    def meant(self, url: str) -> str:
        """The code system whose address was likely meant by one that is not known, or ""."""
        if url not in self._meant:
            if len(self._meant) >= _MOST:
                return ""
            from fhir_case.terminology.external import meant  # only a wrong address needs it

            known = [one.partition("|")[0] for one in self._definitions.urls("CodeSystem")]
            self._meant[url] = meant(url, known)
        return self._meant[url]

    def _made(self, resource: Resource) -> ValueSet:
        name = name_of(resource)
        if name not in self._sets:
            composed(resource, name, self._definitions, self.code_system, self._sets)
        return self._sets[name]

    def _system(self, url: str, version: str | None, near: str) -> CodeSystem | None:
        own = builtin(url)
        if isinstance(own, Grammar):  # a list of some of its codes says less than the grammar does
            return own
        asked = f"{url}|{version}" if version else url
        resource = self._definitions.find(asked, "CodeSystem", near=near)
        if resource is None or (own is not None and not objects(resource, "concept")):
            return own
        name = name_of(resource)
        found = self._systems.get(name)
        return found if found is not None else self._systems.setdefault(name, listed(resource))
