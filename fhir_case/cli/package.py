"""`fhir-case package`: the FHIR packages on this machine, in the folder that every FHIR tool shares."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import counted, pieces_of, say, tell, working

if TYPE_CHECKING:
    from fhir_case.definitions.cache import PackageCache
    from fhir_case.issues import Issue

package = typer.Typer(no_args_is_help=True, help="FHIR packages: add, list, remove (~/.fhir/packages).")


class Format(StrEnum):
    """How packages are listed."""

    TEXT = "text"
    JSON = "json"


@package.command()
def add(
    sources: Annotated[
        list[str], typer.Argument(metavar="PACKAGE", help="A name (hl7.fhir.us.core@6.1.0), a .tgz file, or a folder.")
    ],
    registry: Annotated[
        str, typer.Option(envvar="FHIR_CASE_REGISTRY", help="Where names are looked up: a registry of npm's kind.")
    ] = "https://packages.fhir.org",
) -> None:
    """Add packages, by name with all they depend on.

    A dependency that can't be had is named, and the rest goes on.
    """
    from fhir_case.definitions.cache import PackageCache

    cache = PackageCache()
    for source in sources:
        path = Path(source)
        if path.exists() or "/" in source or source.endswith(".tgz"):
            _add_file(path, cache)
        else:
            _fetch(source, cache, registry)


def _add_file(path: Path, cache: PackageCache) -> None:
    from fhir_case.definitions.resolving import opened

    name = cache.add(path)
    say("added ", (str(name), "bold"))
    _tell(opened([name], cache).issues)


def _fetch(source: str, cache: PackageCache, registry: str) -> None:
    from fhir_case.api.packages import fetch

    before = set(cache.list())
    with working(f"fetching {source}"):
        found = fetch(source, cache, registry)
    for name in found.packages:
        say("here already: " if name in before else "added ", (str(name), "bold"))
    _tell(found.issues)


def _tell(issues: tuple[Issue, ...]) -> None:
    for issue in issues:
        tell(*pieces_of(issue))


@package.command("list")
def list_packages(
    format: Annotated[Format, typer.Option(help="Text for people, JSON for programs.")] = Format.TEXT,
) -> None:
    """List the packages that are here."""
    from fhir_case import dumps
    from fhir_case.definitions.cache import PackageCache

    cache = PackageCache()
    found = cache.list()
    if format is Format.JSON:
        plain = [{"name": one.name, "version": one.version, "folder": str(cache.root / str(one))} for one in found]
        say(dumps(plain, indent=2))
        return
    for one in found:
        say((str(one), "bold"))
    tell(f"{counted(len(found), 'package')} in {cache.root}")


@package.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="PACKAGE", help="Name and version: hl7.fhir.us.core@6.1.0.")],
) -> None:
    """Remove packages."""
    from fhir_case.definitions.cache import PackageCache
    from fhir_case.definitions.names import parsed

    cache = PackageCache()
    for name in names:
        wanted = parsed(name)
        cache.remove(wanted)
        say("removed ", (str(wanted), "bold"))
