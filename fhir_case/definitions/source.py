"""Where definitions come from: R4's table, a package, resources given by hand. All answer the same two questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from fhir_case import json
from fhir_case.definitions.entry import Entry, entry_of
from fhir_case.definitions.stripping import stripped
from fhir_case.issues import DefinitionError, Issue

Resource = dict[str, Any]


class Source(Protocol):
    """Some definitions, indexed by url and read one at a time."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str:
        """sha256, hex, over what is in it."""

    @property
    def dependencies(self) -> Mapping[str, str]:
        """Names of packages it builds on, with the versions asked for."""

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What of it can't be used."""

    @property
    def by_url(self) -> Mapping[str, Sequence[Entry]]: ...
    def read(self, entry: Entry) -> Resource:
        """The resource, stripped to what validation needs. Raises `DefinitionError` when it can't be read."""


def by_url(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries by their url."""
    made: dict[str, list[Entry]] = {}
    for entry in entries:
        made.setdefault(entry.url, []).append(entry)
    return made


class Given:
    """Resources given by hand, as plain JSON."""

    name, version = "", ""
    dependencies: Mapping[str, str] = {}
    issues: tuple[Issue, ...] = ()

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)

    @cached_property
    def by_url(self) -> Mapping[str, Sequence[Entry]]:
        # The one given last comes first: it wins over an equal one before it.
        return by_url(entry_of(self.resources[at], str(at)) for at in reversed(range(len(self.resources))))

    @cached_property
    def digest(self) -> str:
        import hashlib

        made = hashlib.sha256()
        for resource in self.resources:
            try:
                made.update(hashlib.sha256(json.canonical(resource)).digest())
            except (RecursionError, TypeError, ValueError) as error:
                raise DefinitionError(f"{str(resource.get('url'))[:200]} can't be written as JSON: {error}") from None
        return made.hexdigest()

    def read(self, entry: Entry) -> Resource:
        return stripped(self.resources[int(entry.place)])
