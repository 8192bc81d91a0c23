"""One `include` or `exclude` of a value set: codes of one code system, of other value sets, or of both at once.

https://hl7.org/fhir/R4/valueset.html#compositions: what stands in one include is an intersection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from fhir_case.terminology import filters
from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.decided import all_of
from fhir_case.terminology.reading import Resource, objects, text

Members = dict[str, frozenset[str]]
"""Codes by code system."""


class CodeSet(Protocol):
    """What an include may take codes from: another value set."""

    @property
    def members(self) -> Members | None: ...
    @property
    def systems(self) -> frozenset[str] | None: ...
    @property
    def undecided(self) -> str: ...
    def contains(self, system: str | None, code: str, version: str | None = None) -> bool | None: ...


class Include:
    """One include or exclude, made of the code system it names (if any) and the value sets it names (if any).

    `members`: all its codes where they can be listed; `why`: what of it can't be decided here, or nothing.
    """

    def __init__(
        self, include: Resource, system: CodeSystem | None, imports: Sequence[CodeSet], with_inactive: bool = True
    ) -> None:
        self.system = text(include, "system").partition("|")[0] or None
        self.version = text(include, "version")
        self._imports = imports
        self._code_system = system
        concepts = objects(include, "concept")
        self._listed = frozenset(code for one in concepts if (code := text(one, "code"))) if concepts else None
        self._filters: list[filters.Filter] = []
        if self.system and self._listed is None and system is not None:
            self._filters = [filters.read(one, system) for one in objects(include, "filter")]
            if not with_inactive:
                self._filters.append(filters.Filter(self._active))
        self.why = "; ".join(dict.fromkeys(self._reasons(include)))
        self.members: Members | None = self._members()

    @property
    def systems(self) -> frozenset[str] | None:
        """The code systems that its codes can be of; None where that isn't known."""
        if self.system:
            return frozenset((self.system,))
        found = [one.systems for one in self._imports]
        known = [one for one in found if one is not None]
        return frozenset.intersection(*known) if known else None

    def contains(self, system: str, code: str, version: str | None) -> bool | None:
        """Is this code among those that it takes?"""
        if self.system:
            if system != self.system or (self.version and version and not _compatible(self.version, version)):
                return False
            if self._code_system is not None:
                code = self._code_system.canonical(code)
            own = self._has(code)
            if own is False:
                return False
        elif not self._imports:
            return False
        else:
            own = True
        return all_of([own, *(one.contains(system, code, version) for one in self._imports)])

    def _has(self, code: str) -> bool | None:
        if self._listed is not None:
            return code in self._listed
        if self._code_system is None:
            return None
        if not self._filters:
            return self._code_system.contains(code)
        passes = all_of(one.test(code) for one in self._filters)
        if passes is False or (passes and any(code in one.named for one in self._filters)):
            return passes
        # A code that passes a filter by its shape alone need not exist.
        return all_of((passes, self._code_system.contains(code)))

    def _members(self) -> Members | None:
        sets: list[Mapping[str, frozenset[str]]] = []
        if self.system:
            codes = self._own_codes()
            if codes is None:
                return None
            sets.append({self.system: codes})
        for one in self._imports:
            members = one.members
            if members is None:
                return None
            sets.append(members)
        if not sets:
            return {}
        common = frozenset.intersection(*(frozenset(one) for one in sets))
        if len(sets) == 1:
            return dict(sets[0])
        return {system: frozenset.intersection(*(one[system] for one in sets)) for system in common}

    def _own_codes(self) -> frozenset[str] | None:
        if self._listed is not None:
            return self._listed
        codes = self._code_system.codes if self._code_system is not None else None
        if codes is None or not self._filters:
            return codes
        tested = [(code, all_of(one.test(code) for one in self._filters)) for code in codes]
        if any(passes is None for _, passes in tested):
            return None
        return frozenset(code for code, passes in tested if passes)

    def _reasons(self, include: Resource) -> list[str]:
        found: list[str] = []
        if self.system and self._listed is None:
            if self._code_system is None:
                version = f" version {self.version}" if self.version else ""
                found.append(f"the code system {self.system}{version} is not known here")
            else:
                found.append(self._code_system.undecided)
                found += [one.why for one in self._filters]
        found += [one.undecided for one in self._imports]
        return [one for one in found if one]

    def _active(self, code: str) -> bool | None:
        concept = self._code_system.lookup(code) if self._code_system else None
        return None if concept is None else not concept.inactive


def _compatible(asked: str, given: str) -> bool:
    """The same version, or one that says less: `http://snomed.info/sct/731000124108` names an edition, at any date."""
    return asked.startswith(given) or given.startswith(asked)
