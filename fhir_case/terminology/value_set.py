"""Value sets: is this code in the set? True, False, or None where it can't be told here, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from fhir_case.terminology.concept import Concept, Designation
from fhir_case.terminology.decided import any_of, minus
from fhir_case.terminology.expansion import Expansion, names
from fhir_case.terminology.include import Include, Members
from fhir_case.terminology.reading import Resource, text

_MOST = 5  # reasons that are told
_LONGEST = 400  # characters of them
_KEPT = 4096  # answers that are kept


class Casing:
    """How the codes of a code system that doesn't care about case are compared."""

    def __init__(self, codes: frozenset[str]) -> None:
        self._folded = {code.casefold() for code in codes}

    def __contains__(self, code: str) -> bool:
        return code.casefold() in self._folded


class ValueSet:
    """A value set, made of what it includes and excludes, and of its published expansion where those can't be decided.

    https://hl7.org/fhir/R4/valueset.html
    """

    def __init__(
        self,
        resource: Resource,
        includes: Sequence[Include] = (),
        excludes: Sequence[Include] = (),
        expansion: Expansion | None = None,
        case_matters: Callable[[str], bool] = lambda system: True,
        supplemented: Callable[[str, str], list[Designation]] = lambda system, code: [],
        why: str = "",
        depth: int = 0,
    ) -> None:
        self.url = text(resource, "url")
        self.version = text(resource, "version")
        self.name = text(resource, "title") or text(resource, "name") or self.url
        self.depth = depth
        """How many value sets deep its imports go."""
        self._resource, self._includes, self._excludes = resource, includes, excludes
        self._case_matters, self._supplemented = case_matters, supplemented
        self._composed = None if why else _composed(includes, excludes)
        reasons = [why] if why else [one.why for one in (*includes, *excludes) if one.why]
        self._expansion = expansion if self._composed is None and (reasons or not includes) else None
        known = self._expansion is not None and self._expansion.complete
        if not reasons and not includes:
            reasons = ["it says neither what it includes nor what it expands to"]
        self.undecided = "" if known or self._composed is not None else _told(reasons)
        """Why it can't be decided for every code, or nothing."""
        self.members: Members | None = self._expansion.members if known and self._expansion else self._composed
        """All its codes by code system, where they can be listed."""
        self._cases: dict[str, Casing] = {}
        self._answers: dict[tuple[str | None, str, str | None], bool | None] = {}

    def contains(self, system: str | None, code: str, version: str | None = None) -> bool | None:
        """Is this code in the set? None where that can't be told here (see `undecided`).

        `system` is the code system's URI; None where the element has none (type code): any system of the set will do.
        A version matters only where the value set names one.
        """
        members = self.members
        if members is not None and (version is None or not self._versioned):
            if system is not None:
                codes = members.get(system)
                return codes is not None and (code in codes or self._in_any_case(system, code))
            return code in self.all_codes or any(self._in_any_case(one, code) for one in members)
        # Kept, so that value sets which import one another many times over cost no more than each of them once.
        key = (system, code, version)
        try:
            return self._answers[key]
        except KeyError:
            answer = self._decided(system, code, version)
        if len(self._answers) >= _KEPT:
            self._answers.clear()
        self._answers[key] = answer
        return answer

    @cached_property
    def all_codes(self) -> frozenset[str]:
        """All codes that can be listed, whatever their system."""
        members = self.members or {}
        return next(iter(members.values())) if len(members) == 1 else frozenset().union(*members.values())

    @property
    def canonical(self) -> str:
        """`url|version`, or the url alone: what its code systems are found `near`."""
        return f"{self.url}|{self.version}" if self.version else self.url

    @property
    def codes(self) -> frozenset[str] | None:
        """All its codes whatever their code system, where they can be listed: for elements of type code."""
        return self.all_codes if self.members is not None else None

    @property
    def pairs(self) -> frozenset[tuple[str, str]] | None:
        """(system, code) of all its codes, where they can be listed."""
        if self.members is None:
            return None
        return frozenset((system, code) for system, codes in self.members.items() for code in codes)

    @property
    def systems(self) -> frozenset[str] | None:
        """The code systems that its codes can be of; None where that isn't known."""
        if self.members is not None:
            return frozenset(self.members)
        found: set[str] = set()
        for one in self._includes:
            if one.systems is None:
                return None
            found |= one.systems
        return frozenset(found) if self._includes else None

    def designations(self, system: str, code: str) -> list[Designation]:
        """The names that the value set, or the supplements it asks for, give to a code: good as displays too."""
        return [*self._names.get((system, code), ()), *self._supplemented(system, code)]

    def nearest(self, code: str) -> str | None:
        """The code of the set that was likely meant, or None."""
        from fhir_case.terminology.nearest import nearest

        return nearest(code, self._named)

    def sample(self, most: int = 10) -> list[str]:
        """Some of its codes, the first ones in order, for a message."""
        return sorted(self.all_codes)[:most]

    @cached_property
    def _named(self) -> dict[str, Concept | None]:
        shown = {code: found[0].value for (_, code), found in self._names.items()}
        return {code: Concept(code, shown.get(code, "")) for code in sorted(self.all_codes)}

    @cached_property
    def _names(self) -> dict[tuple[str, str], list[Designation]]:
        found: dict[tuple[str, str], list[Designation]] = {}
        for system, code, name in names(self._resource):
            found.setdefault((system, code), []).append(name)
        return found

    @cached_property
    def _versioned(self) -> bool:
        return any(one.version for one in (*self._includes, *self._excludes))

    def _in_any_case(self, system: str, code: str) -> bool:
        if self._case_matters(system):
            return False
        known = self._cases.get(system)
        if known is None:
            known = self._cases[system] = Casing((self.members or {}).get(system, frozenset()))
        return code in known

    def _decided(self, system: str | None, code: str, version: str | None) -> bool | None:
        if system is None:
            return self._of_any_system(code)
        found = self._by_compose(system, code, version)
        if found is None and self._expansion is not None:
            if code in self._expansion.members.get(system, ()):
                return True
            return False if self._expansion.complete else None
        return found

    def _by_compose(self, system: str, code: str, version: str | None) -> bool | None:
        if not self._includes:
            return None
        included = any_of(one.contains(system, code, version) for one in self._includes)
        if included is False or not self._excludes:
            return included
        return minus(included, any_of(one.contains(system, code, version) for one in self._excludes))

    def _of_any_system(self, code: str) -> bool | None:
        systems = self.systems
        if systems is None:
            listed = self._expansion.members if self._expansion else {}
            return True if any(code in codes for codes in listed.values()) else None
        return any_of(self.contains(system, code) for system in systems)


def _told(reasons: list[str]) -> str:
    distinct = list(dict.fromkeys(reasons))
    more = f"; and {len(distinct) - _MOST} more reasons" if len(distinct) > _MOST else ""
    told = "; ".join(distinct[:_MOST]) + more
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def _composed(includes: Sequence[Include], excludes: Sequence[Include]) -> Members | None:
    """All codes that are included and not excluded, if they can be listed."""
    found: dict[str, frozenset[str]] = {}
    for one in includes:
        if one.members is None:
            return None
        for system, codes in one.members.items():
            found[system] = found[system] | codes if system in found else codes
    for one in excludes:
        if one.members is not None:
            for system, codes in one.members.items():
                if system in found:
                    found[system] -= codes
        elif one.systems is None or one.systems & found.keys():
            return None
    return found if includes else None
