"""The packages that are wanted, with all that they depend on, as far as it is here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.embedded import Embedded, embedded
from fhir_case.definitions.names import PackageName, checked, parsed
from fhir_case.definitions.package import Package
from fhir_case.issues import DefinitionError, Issue

EMBEDDED = ("hl7.fhir.r4.core", "hl7.fhir.r4.examples", "hl7.fhir.r4.expansions", "hl7.fhir.r4.elements")
"""R4 itself, which is always there."""
CUMULATIVE = ("hl7.terminology", "hl7.fhir.uv.extensions")
"""Packages whose newer versions have all that the older ones had, so that one may stand in for the other."""
_MOST = 200
Held = Package | Embedded
"""What a package is here: a folder, or a table that comes with the program."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Packages in the order in which they were asked for, dependencies after; and a note for each that is not here."""

    packages: tuple[Held, ...]
    issues: tuple[Issue, ...]


def opened(wanted: Iterable[str | Path | PackageName | Package], cache: PackageCache) -> Opened:
    """Open packages and, with them, what they depend on. A dependency that is not here is noted, and the rest goes on.

    Raises `DefinitionError` for a package that was asked for itself and is not here.
    """
    packages: dict[str, Held] = {}
    missing: dict[str, Issue] = {}
    asked: list[Held] = [one if isinstance(one, Package) else _open(one, cache) for one in wanted]
    for package in asked:
        packages.setdefault(_key(package), package)
    todo = deque(asked)
    while todo and len(packages) < _MOST:
        package = todo.popleft()
        for name, version in package.dependencies.items():
            if name in EMBEDDED or _met(name, version, packages.values()):
                continue
            found, note = _dependency(name, version, package, cache)
            if note is not None:
                missing.setdefault(f"{name}#{version}", note)
            if found is not None and _key(found) not in packages:
                packages[_key(found)] = found
                todo.append(found)
    return Opened(tuple(packages.values()), tuple(missing.values()))


def _open(wanted: str | Path | PackageName, cache: PackageCache) -> Held:
    """A package from the cache, a file or a folder; or, where the cache has none, the one that comes with the program."""
    try:
        return cache.open(wanted)
    except DefinitionError:
        named = None if isinstance(wanted, Path) or "/" in str(wanted) else str(wanted)
        found = embedded(parsed(named)) if named else None
        if found is None:
            raise
        return found


def _key(package: Held) -> str:
    return f"{package.name}#{package.version}" if isinstance(package, Embedded) or package.name else str(package.folder)


def _met(name: str, version: str, packages: Iterable[Held]) -> bool:
    return any(one.name == name and one.version == version for one in packages)


def _dependency(name: str, version: str, of: Held, cache: PackageCache) -> tuple[Held | None, Issue | None]:
    """The package that answers a dependency, and a note where it isn't quite that, or isn't here."""
    try:
        wanted = checked(name, version)
        there = cache.newest(name, version) or stand_in(wanted, cache)
        if there is None and (ours := embedded(wanted)) is not None:
            return ours, None
        if there is None:
            where = f"{of} depends on the package {wanted}, which is not here"
            return None, Issue(
                "package-missing", f"{where}: what only it defines is unknown", "information",
                fix=f"fhir-case package add {name}@{version}",
            )  # fmt: skip
        note = None
        if there.version != version and not set(version) & set("xX*"):
            note = Issue("package-version", f"{of} depends on {wanted}; {there.version} is here and stands in for it",
                         "information", fix=f"fhir-case package add {name}@{version}")  # fmt: skip
        return cache.open(there), note
    except DefinitionError as error:
        return None, Issue("package-missing", f"a dependency of {of} can't be used: {error}", "information")


def stand_in(wanted: PackageName, cache: PackageCache) -> PackageName | None:
    """Another version that does for a missing one: a patch of it, or a newer one of a package that only grows."""
    parts = wanted.version.partition("-")[0].split(".")
    if len(parts) == 3 and (patch := cache.newest(wanted.name, f"{parts[0]}.{parts[1]}.x")):
        return patch
    newest = cache.newest(wanted.name) if wanted.name.startswith(CUMULATIVE) else None
    return newest if newest and newest.order > wanted.order else None
