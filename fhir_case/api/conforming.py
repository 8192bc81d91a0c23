"""A bundle held against a guide (US Core, say): each resource claims the profile of its type that it meets.

What a profile requires and the case does not state is reported, with the field that would supply it; nothing is made up.
Driven by the guide's own definitions: whatever package of profiles is given. A resource that several profiles of the
guide fit claims the most specific ones; where none fits but for what is missing, the one that lacks least.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fhir_case.api.validation import Validator
from fhir_case.bundle.build import Build
from fhir_case.bundle.registry import Mappings
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.resolving import opened
from fhir_case.issues import Issue, Report
from fhir_case.json import Json
from fhir_case.lens import Mapping, unknown
from fhir_case.mappings.tables import IPS

_MISSING = frozenset({"element-missing", "slice-missing", "invariant"})
"""The codes of what is not there; all others say that something is not as the profile has it. The invariants of guides
ask for the one or the other element."""

_EXCUSED = {"us-core-6": ("name", "patient.name")}
"""Invariants that data-absent-reason satisfies: on which element it stands then, and the field that would supply it."""


_PLACES = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class _Profile:
    """A profile of the guide."""

    url: str
    name: str
    bases: frozenset[str]
    """The profiles that it is made from."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a resource fits a profile."""

    profile: _Profile
    missing: tuple[Issue, ...]
    wrong: tuple[Issue, ...]


def package_of(guide: str) -> str | Path:
    """The package of a guide: `us-core@6.1.0` is `hl7.fhir.us.core@6.1.0`; a path or a whole name is what it says."""
    name, _, version = guide.partition("@")
    if Path(guide).exists() or "." in name:
        return Path(guide) if Path(guide).exists() else guide
    return f"hl7.fhir.{name.replace('-', '.')}@{version}"


def conformed(build: Build, guide: str, mappings: Mappings) -> Build:
    """The build with the profiles of the guide in the `meta` of its resources, and a report of what they lack.

    Raises `DefinitionError` for a guide that cannot be had.
    """
    package = package_of(guide)
    validator = Validator(packages=[package])
    profiles = _profiles(validator, package)
    issues: list[Issue] = []
    for n, entry in enumerate(build.bundle.get("entry", ())):
        resource = entry.get("resource") or {}
        candidates = profiles.get(resource.get("resourceType", ""), [])
        if not candidates:
            continue
        where = f"Bundle.entry[{n}].resource"
        chosen = _chosen(fits := list(_fits(validator, resource, candidates)))
        excused = [key for fit in chosen for one in fit.missing if (key := one.message.split(":")[0]) in _EXCUSED]
        issues += [_excuse(resource, key, where) for key in excused]
        if excused:
            chosen = _chosen(fits := list(_fits(validator, resource, candidates)))
        if chosen:
            _claim(resource, [fit.profile.url for fit in chosen])
        else:
            issues.append(_unfit(fits, where))
        origin = build.origins.get(entry.get("fullUrl", ""), "")
        for fit in chosen:
            issues += [_not_stated(one, fit.profile, where, origin, mappings) for one in fit.missing]
    return replace(build, report=build.report + Report(tuple(issues)))


def _profiles(validator: Validator, package: str | Path) -> dict[str, list[_Profile]]:
    """The profiles of the guide's own package, by the type that they constrain."""
    found: dict[str, list[_Profile]] = {}
    guide = opened([package], PackageCache()).packages[0]
    entries = [one for held in guide.by_url.values() for one in held if one.kind == "StructureDefinition"]
    for entry in sorted(entries, key=lambda one: one.canonical):
        made = validator.definitions.structure(entry.canonical) or {}
        if made.get("derivation") == "constraint" and made.get("kind") == "resource" and not made.get("abstract"):
            profile = _Profile(made["url"], str(made.get("name") or made["url"]), frozenset(_bases(validator, made)))
            found.setdefault(made["type"], []).append(profile)
    return found


def _bases(validator: Validator, structure: Json) -> Iterator[str]:
    for _ in range(20):
        base = structure.get("baseDefinition")
        structure = validator.definitions.structure(base) if base else None
        if not structure or structure.get("derivation") != "constraint":
            return
        yield structure["url"]


def _fits(validator: Validator, resource: dict[str, Json], profiles: list[_Profile]) -> Iterator[_Fit]:
    """What each profile finds wrong with a resource that its type does not."""
    known = {(one.code, one.path, one.message) for one in validator.validate(resource).issues}
    for profile in profiles:
        errors = [
            one
            for one in validator.validate(resource, profiles=[profile.url]).issues
            if one.severity in ("fatal", "error") and (one.code, one.path, one.message) not in known
        ]
        missing = tuple(one for one in errors if one.code in _MISSING)
        yield _Fit(profile, missing, tuple(one for one in errors if one.code not in _MISSING))


def _chosen(fits: list[_Fit]) -> list[_Fit]:
    """The most specific of those that fit; else the one that lacks least, if something is only missing.

    Where several lack as little, what is missing is what would tell which it is: to claim one would be to make it up.
    """
    met = [fit for fit in fits if not fit.missing and not fit.wrong]
    bases = {base for fit in met for base in fit.profile.bases}
    if met:
        return [fit for fit in met if fit.profile.url not in bases]
    nearest = _nearest(fits)
    return nearest if len(nearest) == 1 else []


def _nearest(fits: list[_Fit]) -> list[_Fit]:
    """Those that lack least, if something is only missing; of such that are made from one another the most general."""
    lacking = [fit for fit in fits if not fit.wrong]
    least = min((len(fit.missing) for fit in lacking), default=0)
    nearest = [fit for fit in lacking if len(fit.missing) == least]
    urls = {fit.profile.url for fit in nearest}
    return [fit for fit in nearest if not fit.profile.bases & urls]


def _claim(resource: dict[str, Json], urls: list[str]) -> None:
    """In the place of those of IPS, which a bundle claims by default: not every resource can meet both."""
    meta = resource.get("meta") or {}
    held = [url for url in meta.get("profile") or [] if not url.startswith(IPS)]
    resource["meta"] = {**meta, "profile": [*held, *(url for url in urls if url not in held)]}


def _excuse(resource: dict[str, Json], key: str, where: str) -> Issue:
    """Say that the entries of an element are not known in full."""
    name, field = _EXCUSED[key]
    resource[name] = [{**unknown(), **one} for one in resource.get(name) or [{}]]
    told = "not stated, and the profile requires the element"
    return Issue("required-unknown", told, "information", f"{where}.{name}", fix=f"state {field}")


def _not_stated(issue: Issue, profile: _Profile, where: str, origin: str, mappings: Mappings) -> Issue:
    if issue.code == "invariant":
        told = f"the case does not state what {profile.name} requires: {issue.message}"
        return Issue("profile-not-stated", told, "warning", where, definition=profile.url)
    place = _element(issue)
    fields = _fields(place.split("."), origin, mappings)
    fix = f"state {' or '.join(f'{origin}.{name}' for name in fields)}" if fields else "no field of a case holds it"
    return Issue(
        "profile-not-stated", f"{profile.name} requires {place}, and the case does not state it", "warning",
        f"{where}.{place.partition('.')[2]}", fix=fix, definition=profile.url,
    )  # fmt: skip


def _element(issue: Issue) -> str:
    """The element that is missing: the place where it should be, and its name."""
    name = re.match(r"(?:the slice \S+ of )?(\S+)", issue.message)
    place = _PLACES.sub("", issue.path)
    return f"{place}.{name[1]}" if name else place


def _fields(steps: list[str], origin: str, mappings: Mappings) -> list[str]:
    """The fields of the item that an element is written from."""
    section, _, key = origin.rpartition(".")
    try:
        mapping: Mapping = mappings.of_kind(section or key)
    except KeyError:
        return []
    return [name for line in mapping.lines if len(steps) > 1 and line.key == steps[1] for name in line.fields]


def _unfit(fits: list[_Fit], where: str) -> Issue:
    if several := _nearest(fits):
        names = " or ".join(fit.profile.name for fit in several)
        missing = ", ".join(dict.fromkeys(_element(one) for fit in several for one in fit.missing))
        told = f"it could be {names}: the case does not state which ({missing})"
        return Issue("profile-not-claimed", told, "warning", where, definition=several[0].profile.url)
    nearest = min(fits, key=lambda fit: (len(fit.wrong), len(fit.missing), fit.profile.url))
    first: Any = nearest.wrong[0]
    return Issue(
        "profile-not-claimed", f"no profile of the guide fits; the nearest is {nearest.profile.name}: {first.message}",
        "warning", where, definition=nearest.profile.url,
    )  # fmt: skip
