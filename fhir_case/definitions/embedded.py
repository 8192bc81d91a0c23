"""The tables that come with the program: R4 itself (`r4`), and the International Patient Summary.

`tables/ips.bin` (`scripts/definitions/build_ips.py` makes it) holds of hl7.fhir.uv.ips 2.0.0 the profiles and value sets,
stripped (see `stripping`); and the extensions that a case's bundles use and R4 does not define: those that IPS refers to and
`derivation-reference`, of HL7's extension pack (hl7.fhir.uv.extensions.r4 5.3.0-ballot-tc1), race and ethnicity with their
value sets, of US Core 6.1.0. So it is whole by itself: a bundle that `fhir-case build` makes is validated with no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fhir_case.definitions.entry import Entry
from fhir_case.definitions.names import PackageName
from fhir_case.definitions.shelf import Shelf
from fhir_case.definitions.source import Resource, by_url
from fhir_case.definitions.versions import fits
from fhir_case.issues import Issue

TABLES = Path(__file__).with_name("tables")
IPS = PackageName("hl7.fhir.uv.ips", "2.0.0")


class Embedded:
    """A table as a source of definitions; its resources are read when they are asked for."""

    dependencies: Mapping[str, str] = {}
    issues: tuple[Issue, ...] = ()

    def __init__(self, file: str, package: PackageName) -> None:
        self._made_of = file, package
        self._shelf = Shelf(TABLES / file)
        self.name, self.version = package.name, package.version
        self.about = self._shelf.about
        self.digest: str = self.about["digest"]

    def __reduce__(self) -> tuple[Any, ...]:
        return (Embedded, self._made_of)

    def __str__(self) -> str:
        return f"{self.name}#{self.version}"

    @cached_property
    def by_url(self) -> Mapping[str, Sequence[Entry]]:
        return by_url(self._shelf.entries)

    def read(self, entry: Entry) -> Resource:
        return self._shelf.read(entry)


def embedded(wanted: PackageName) -> Embedded | None:
    """The package of that name, if it comes with the program and is of a version that fits."""
    fitting = not wanted.version or wanted.version == IPS.version or fits(IPS.version, wanted.version) == 3
    return _ips() if wanted.name == IPS.name and fitting else None


@cache
def _ips() -> Embedded:
    return Embedded("ips.bin", IPS)
