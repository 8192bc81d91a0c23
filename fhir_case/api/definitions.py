"""The definitions a validator works with: R4, packages, and single resources from files, folders and memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhir_case.api.sources import resource_of
from fhir_case.definitions import Definitions, r4
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.resolving import opened
from fhir_case.issues import CaseError, DefinitionError, Issue, Place


def loaded(packages: tuple[str | Path, ...], definitions: tuple[Any, ...]) -> Definitions:
    """R4 with packages (`name@version` from the cache, .tgz, folder) and resources (dicts, text, files, folders) on top.

    What cannot be used of folders is noted in `issues`. Raises `DefinitionError` for a package or file that cannot be used.
    """
    if not packages and not definitions:
        return r4()
    found = opened(packages, PackageCache())
    notes: list[Issue] = list(found.issues)
    resources = [resource for source in definitions for resource in _resources(source, notes)]
    return r4().extended(found.packages, resources, notes)


def _resources(source: Any, notes: list[Issue]) -> Iterator[dict[str, Any]]:
    path = (
        Path(source)
        if isinstance(source, Path) or (isinstance(source, str) and not source.lstrip().startswith("{"))
        else None
    )
    if path is None:
        yield _resource(source)
    elif path.is_dir():
        for file in sorted(path.rglob("*.json")):
            try:
                yield _resource(file)
            except DefinitionError as error:
                notes.append(Issue("definition-unusable", str(error), "warning", place=Place(str(file))))
    else:
        yield _resource(path)


def _resource(source: Any) -> dict[str, Any]:
    try:
        found = resource_of(source)
    except CaseError as error:
        raise DefinitionError(str(error)) from None
    if not isinstance(found.get("resourceType"), str):
        where = f"{source}: " if isinstance(source, Path) else ""
        raise DefinitionError(f"{where}a definition is a FHIR resource, and this has no resourceType")
    return found
