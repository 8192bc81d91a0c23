"""`Validator` and `validate`: resources against R4 and profiles, in process and offline."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fhir_case.api.sources import has_floats, positions, resource_of
from fhir_case.definitions import Definitions, r4
from fhir_case.issues import CaseError, DefinitionError, Issue, Place, Report
from fhir_case.json import tolerant
from fhir_case.validation.settings import ValidationSettings
from fhir_case.validation.validator import faults, validated
from fhir_case.xml.sniffing import is_xml

Source = bytes | str | Path | dict[str, Any] | Any


class Validator:
    """Checks resources against R4, their own profiles, and those given here. Built once, then immutable; threads may share it.

    `packages` are FHIR packages: `name@version` from the cache, a .tgz, a folder. `definitions` are conformance resources, or
    files and folders of them. `profiles` are canonicals every resource must meet. A pickle holds what it was made of.

    Raises `DefinitionError` for a package, definition or profile that cannot be used.
    """

    def __init__(
        self,
        packages: Iterable[str | Path] = (),
        definitions: Iterable[Source] = (),
        profiles: Iterable[str] = (),
        settings: ValidationSettings | None = None,
    ) -> None:
        from fhir_case.api.definitions import loaded

        self.settings = settings or ValidationSettings()
        self.profiles = _several(profiles)
        self.definitions = loaded(_several(packages), _several(definitions))
        self._prepare()
        for url in self.profiles:
            if self._checks.profile(url) is None:
                raise DefinitionError(f"the profile {url} is not known: give the package or file that has it")

    def _prepare(self) -> None:
        from fhir_case.terminology.terminology import Terminology
        from fhir_case.validation.checks import Checks

        terminology = Terminology(self.definitions)
        if self.settings.terminology:
            from fhir_case.api.asking import Asking

            terminology = Asking(self.definitions, self.settings.terminology)
        self._checks = Checks(self.definitions, terminology, self.settings)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What could not be loaded, and whether the terminology server is gone."""
        return self.definitions.issues + getattr(self._checks.terminology, "issues", ())

    def __getstate__(self) -> tuple[Definitions, tuple[str, ...], ValidationSettings]:
        return self.definitions, self.profiles, self.settings

    def __setstate__(self, state: tuple[Definitions, tuple[str, ...], ValidationSettings]) -> None:
        self.definitions, self.profiles, self.settings = state
        self._prepare()

    def validate(self, resource: Source, *, name: str = "", profiles: Iterable[str] = ()) -> Report:
        """What is wrong with a resource: bytes or text (JSON or XML), a path, a dict or a `fhir.resources` model.

        Text gives each issue its line and column. Never raises for what the resource is. `name` stands for the file;
        `profiles` are what it must meet besides.
        """
        wanted = (*self.profiles, *profiles)
        text: str | bytes | None = None
        if isinstance(resource, Path):
            name = name or str(resource)
            try:
                if (size := resource.stat().st_size) > self.settings.max_size:
                    return self._too_large(size, name)
                text = resource.read_bytes()
            except OSError as error:
                told = f"the file cannot be read: {error.strerror or error}"
                return Report((Issue("file-unreadable", told, "fatal", place=Place(name)),))
        elif isinstance(resource, (str, bytes)):
            text = resource
        if text is None:
            return self._of_value(resource, name, wanted)
        if len(text) > self.settings.max_size:
            return self._too_large(len(text), name)
        read = _read(text)
        found = faults(read, name)
        if not any(one.severity == "fatal" for one in found):
            found += validated(self._checks, read.value, partial(positions, text), name, wanted)
        return Report(tuple(found))

    def _too_large(self, size: int, name: str) -> Report:
        told = f"{size:,} bytes are more than the {self.settings.max_size:,} of max_size, and were not read"
        return Report((Issue("limit-size", told, "fatal", place=Place(name) if name else None),))

    def _of_value(self, resource: Any, name: str, profiles: tuple[str, ...]) -> Report:
        """The issues of a dict or a model; one note says that floats have lost digits."""
        try:
            value = resource_of(resource)
        except CaseError as error:
            return Report(error.issues)
        notes: tuple[Issue, ...] = ()
        if value is resource and has_floats(value):
            told = "the numbers came as floats, which have lost their digits (7.20 is 7.2)"
            notes = (Issue("digits-lost", told, "information", fix="read the JSON with fhir_case.loads"),)
        return Report((*notes, *validated(self._checks, value, None, name, profiles)))


def _several(given: Any) -> tuple[Any, ...]:
    """What is given as several; one alone (a name, a path, a resource) is not taken apart."""
    return (given,) if isinstance(given, (str, bytes, Path, dict)) else tuple(given)


def _read(text: str | bytes) -> tolerant.Read:
    """The value of a text, JSON or XML, and what is wrong with the text."""
    if is_xml(text):
        from fhir_case.xml.reader import read

        return read(text)
    return tolerant.read(text)


@lru_cache(maxsize=1)
def _plain() -> Validator:
    return Validator()


def validate(resource: Source) -> Report:
    """What is wrong with a resource, held against R4 and the profiles of R4 that it claims; offline."""
    return _plain().validate(resource)


__all__ = ["Validator", "r4", "validate"]
