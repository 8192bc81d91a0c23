"""How a package is called: `name#version` as FHIR tools write it, `name@version` as npm does.

https://confluence.hl7.org/display/FHIR/NPM+Package+Specification, https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fhir_case.definitions.versions import SortKey, order
from fhir_case.issues import DefinitionError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+$_-]*")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class PackageName:
    """A package and its version; a version that is asked for may also be a range (`6.1.x`), or "": the newest."""

    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name}#{self.version}" if self.version else self.name

    @property
    def order(self) -> tuple[str, SortKey]:
        """A key that sorts by name, then by version, oldest first."""
        return (self.name, order(self.version))


def parsed(text: str) -> PackageName:
    """`name`, `name@version` or `name#version`. Raises `DefinitionError` for what can't be the name of a package."""
    name, _, version = text.replace("@", "#", 1).partition("#")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or ".." in name:
        raise DefinitionError(
            f"{text[:80]!r} is not the name of a package; expected lower-case letters, digits, dots and hyphens, and a "
            "version, such as hl7.fhir.us.core@6.1.0"
        )
    return checked(name, version) if version else PackageName(name)


def checked(name: object, version: object) -> PackageName:
    """A name and a version that can stand in a path; `latest` is no version. Raises `DefinitionError` for others."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST or ".." in name:
        raise DefinitionError(
            f"{_shown(name)} is not the name of a package; expected lower-case letters, digits, dots and hyphens"
        )
    if not isinstance(version, str) or not _VERSION.fullmatch(version) or len(version) > _LONGEST or ".." in version:
        raise DefinitionError(f"{_shown(version)} is not a version of {name}; expected one such as 6.1.0")
    return PackageName(name, "" if version == "latest" else version)


def _shown(value: object) -> str:
    return repr(value)[:80] if value is not None else "nothing"
