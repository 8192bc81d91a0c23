"""`Package`: the definitions of one FHIR package, in a folder on disk, indexed once and read one at a time.

The index is made from the first words of each file, not from the package's `.index.json`: that takes 8 ms for US Core
6.1.0 and can't be out of date. It is kept in the user's cache with the sizes and times of the files, so that opening
again only looks at those. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec

from fhir_case.definitions.entry import Entry, entry_of
from fhir_case.definitions.source import Resource, by_url
from fhir_case.definitions.stripping import stripped
from fhir_case.issues import DefinitionError, Issue
from fhir_case.json import number

_FORMAT = 1
_LARGEST = 256 << 20
_TURNS = 5
_NOT_TERMINOLOGY = frozenset(
    ("http://snomed.info/sct", "http://dicom.nema.org/resources/ontology/DCM", "http://nucc.org/provider-taxonomy")
)
"""What hl7.terminology has of these is wrong, and HL7's validator leaves it out (CanonicalResourceManager.see)."""


class _Head(msgspec.Struct):
    """The beginning of a resource; anything can stand in a file."""

    resourceType: Any = None  # noqa: N815
    url: Any = None
    version: Any = None
    type: Any = None
    derivation: Any = None
    supplements: Any = None


class _Index(msgspec.Struct):
    """What is kept of a package in the user's cache."""

    format: int
    files: str
    """sha256 over names, sizes and times: what says that the rest is still true."""
    digest: str
    name: str
    version: str
    fhir_versions: list[str]
    dependencies: dict[str, str]
    entries: list[Entry]
    issues: list[tuple[str, str]]
    """File and reason for each that can't be read."""


_HEAD = msgspec.json.Decoder(_Head)
_INDEX = msgspec.json.Decoder(_Index)
_RESOURCE = msgspec.json.Decoder(dict[str, Any], float_hook=number)


class Package:
    """The package in `folder`, which holds the files themselves or `package/`; `indexes` is where its index is kept.

    A folder without package.json is a package without name. Raises `DefinitionError` when there is no folder, or a
    package.json that says nothing.
    """

    def __init__(self, folder: Path, indexes: Path | None = None) -> None:
        inner = folder / "package"
        self.folder = inner if (inner / "package.json").is_file() or not folder_has_json(folder) else folder
        if not self.folder.is_dir():
            raise DefinitionError(f"{folder} is no folder with a FHIR package in it")
        self._indexes = indexes
        held = _index(self.folder, indexes)
        self.name, self.version, self.digest = held.name, held.version, held.digest
        self.fhir_versions = tuple(held.fhir_versions)
        self.dependencies: Mapping[str, str] = held.dependencies
        self.entries = held.entries
        self._bad = held.issues

    def __str__(self) -> str:
        return f"{self.name}#{self.version}" if self.name else str(self.folder)

    def __repr__(self) -> str:
        return f"Package({str(self.folder)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Package, (self.folder, self._indexes))

    @cached_property
    def by_url(self) -> Mapping[str, Sequence[Entry]]:
        return by_url(self.entries)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What of it can't be used."""
        made = [
            Issue("definition-unreadable", f"{file} of {self} can't be read and is left out: {why}", "warning")
            for file, why in self._bad
        ]
        if self.fhir_versions and not any(one.startswith("4.0") for one in self.fhir_versions):
            found = ", ".join(self.fhir_versions)
            made.append(
                Issue(
                    "package-fhir-version",
                    f"{self} is for FHIR {found}; resources are validated as FHIR 4.0.1",
                    "warning",
                )
            )
        return tuple(made)

    def read(self, entry: Entry) -> Resource:
        """The resource of an entry, stripped. Raises `DefinitionError` when its file can't be read any more."""
        try:
            resource = _RESOURCE.decode(_content(self.folder / entry.place))
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise DefinitionError(f"{entry.place} of {self} can't be read: {error}") from None
        if entry_of(resource, entry.place) != entry:
            raise DefinitionError(f"{entry.place} of {self} has changed since the package was opened")
        return stripped(resource)


def folder_has_json(folder: Path) -> bool:
    """JSON files stand in the folder itself."""
    return (folder / "package.json").is_file() or any(folder.glob("*.json"))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"more than {_LARGEST:,} bytes")
    return content.removeprefix(b"\xef\xbb\xbf")


def _index(folder: Path, indexes: Path | None) -> _Index:
    kept = indexes / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:40]}.json" if indexes else None
    try:
        for _ in range(_TURNS):
            files = _files(folder)
            stated = hashlib.sha256(repr(files).encode()).hexdigest()
            held = _kept(kept)
            if held is not None and held.format == _FORMAT and held.files == stated:
                return held
            made = _made(folder, [name for name, _, _ in files], stated)
            if files == _files(folder):  # else somebody has put another package here meanwhile
                break
        else:
            raise DefinitionError(f"{folder} is being written by somebody else")
    except OSError as error:
        raise DefinitionError(f"{folder} can't be read: {error.strerror or error}") from None
    if kept is not None:
        with suppress(OSError):  # a cache that can't be written costs time, nothing else
            _keep(kept, msgspec.json.encode(made))
    return made


def _kept(path: Path | None) -> _Index | None:
    """The index as it was kept; None when there is none that can be read."""
    if path is not None:
        with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _INDEX.decode(path.read_bytes())
    return None


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of the JSON files in a folder, package.json among them."""
    with os.scandir(folder) as found:
        return sorted(
            (one.name, (stat := one.stat()).st_size, stat.st_mtime_ns)
            for one in found
            if one.name.endswith(".json") and not one.name.startswith(".") and one.is_file()
        )


def _made(folder: Path, names: list[str], stated: str) -> _Index:
    digest = hashlib.sha256()
    about: dict[str, Any] = {}
    entries: list[Entry] = []
    bad: list[tuple[str, str]] = []
    for name in names:
        try:
            content = _content(folder / name)
        except (OSError, ValueError) as error:
            bad.append((name, str(error)))
            continue
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(content).digest())
        try:
            if name == "package.json":
                about = msgspec.json.decode(content, type=dict[str, Any])
                continue
            head = _HEAD.decode(content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            bad.append((name, f"it is not JSON ({error})"))
            continue
        entry = entry_of(msgspec.structs.asdict(head), name)
        if entry.kind and entry.url:
            entries.append(entry)
    made = _Index(_FORMAT, stated, digest.hexdigest(), *_stated(about, folder), entries, bad)
    if made.name.startswith("hl7.terminology"):
        made.entries = [entry for entry in entries if entry.url not in _NOT_TERMINOLOGY]
    return made


def _stated(about: dict[str, Any], folder: Path) -> tuple[str, str, list[str], dict[str, str]]:
    """Name, version, FHIR versions and dependencies as a package.json gives them."""
    if not about:
        return "", "", [], {}
    name, version = about.get("name"), about.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        raise DefinitionError(f"{folder / 'package.json'} has no name and version")
    versions = about.get("fhirVersions", about.get("fhir-version-list"))
    dependencies = about.get("dependencies")
    return (
        name,
        version,
        [one for one in versions if isinstance(one, str)] if isinstance(versions, list) else [],
        {a: b for a, b in dependencies.items() if isinstance(b, str)} if isinstance(dependencies, dict) else {},
    )


def _keep(path: Path, content: bytes) -> None:
    """Write a file that nobody sees half of."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}-{os.getpid()}-{get_ident()}")
    part.write_bytes(content)
    part.replace(path)
