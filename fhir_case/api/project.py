"""`fhir-case.toml`: what a project says once and for all about validating its files.

[validation]
packages = ["hl7.fhir.uv.ips@2.0.0"]
definitions = ["profiles/"]                # beside this file
profiles = ["http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"]
displays = "error"                         # and every other field of ValidationSettings

[server]                                   # which server, and how to get in: `server_settings`
url = "https://fhir.example/r4"

[[suppress]]
code = "code-display"
path = "Bundle.entry.resource.code.*"
reason = "our laboratory prints these names"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhir_case.api.server_settings import server_faults, server_table
from fhir_case.catalogue import CATALOGUE, nearest
from fhir_case.issues import CaseError, Issue, Place
from fhir_case.reports.suppress import Suppression
from fhir_case.validation.settings import ValidationSettings, from_table

NAME = "fhir-case.toml"
_LISTS = ("packages", "definitions", "profiles")


@dataclass(frozen=True, slots=True)
class Project:
    """What `fhir-case.toml` says; everything is empty, and the settings the usual ones, where there is none."""

    settings: ValidationSettings = field(default_factory=ValidationSettings)
    packages: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    server: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def found(cls, start: Path | None = None) -> Project:
        """The project that a folder is in: that of the nearest fhir-case.toml, in the folder or above it."""
        here = (start or Path.cwd()).resolve()
        file = next((folder / NAME for folder in (here, *here.parents) if (folder / NAME).is_file()), None)
        return cls.load(file) if file else cls()

    @classmethod
    def load(cls, file: Path) -> Project:
        """The project of a file. Raises `CaseError` with all that is wrong with it."""
        try:
            text = file.read_text("utf-8-sig")
            data = tomllib.loads(text)
        except OSError as error:
            raise _wrong(
                "settings-unreadable", f"the file cannot be read: {error.strerror}", Place(str(file))
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _wrong("settings-unreadable", f"this is not TOML: {error}", Place(str(file))) from None
        issues = [*_unknown(data, text, file)]
        said = data.get("validation", {})
        if not isinstance(said, dict):
            issues.append(
                Issue(
                    "settings-value",
                    "validation: expected a section, [validation]",
                    place=_place(text, file, "validation"),
                )
            )
            said = {}
        table = {name.replace("-", "_"): value for name, value in said.items()}  # as in [server], and as flags have it
        lists = {name: _list(table.pop(name, []), name, text, file, issues) for name in _LISTS}
        settings = ValidationSettings()
        try:
            settings = from_table(table)
        except ValueError as error:
            code = "settings-unknown" if "no such setting" in str(error) else "settings-value"
            issues.append(Issue(code, str(error), place=_place(text, file, str(error).split(":")[0])))
        said = data.get("server", {})
        issues += [Issue(code, message, place=_place(text, file, name)) for code, name, message in server_faults(said)]
        suppressions = tuple(_suppressions(data.get("suppress", []), text, file, issues))
        if issues:
            raise CaseError(tuple(issues))
        folder = file.parent
        return cls(
            settings,
            tuple(_beside(folder, name, must=False) for name in lists["packages"]),
            tuple(_beside(folder, name, must=True) for name in lists["definitions"]),
            lists["profiles"],
            suppressions,
            server_table(said, folder),
        )


def _unknown(data: dict[str, Any], text: str, file: Path) -> Iterator[Issue]:
    for name in data:
        if name not in ("validation", "server", "suppress"):
            message = f"{name}: there is no such section; expected [validation], [server] or [[suppress]]"
            yield Issue("settings-unknown", message, place=_place(text, file, name))


def _list(held: Any, name: str, text: str, file: Path, issues: list[Issue]) -> tuple[str, ...]:
    if not isinstance(held, list) or not all(isinstance(one, str) for one in held):
        issues.append(Issue("settings-value", f"{name}: expected a list of texts", place=_place(text, file, name)))
        return ()
    return tuple(held)


def _suppressions(held: Any, text: str, file: Path, issues: list[Issue]) -> Iterator[Suppression]:
    starts = [found.start() for found in re.finditer(r"^[ \t]*\[\[\s*suppress\s*\]\]", text, re.M)]
    for number, one in enumerate(held if isinstance(held, list) else [held]):
        line = text.count("\n", 0, starts[number]) + 1 if number < len(starts) else 0
        place = Place(str(file), line, 1 if line else 0)
        table = one if isinstance(one, dict) else {}
        if wrong := _incomplete(table):
            issues.append(Issue("suppression-invalid", wrong, place=place, fix=_hint(table)))
        else:
            yield Suppression(
                table["code"], table["reason"].strip(), table.get("path", "*"), table.get("file", "*"), place
            )


def _incomplete(table: dict[str, Any]) -> str:
    """What is wrong with a suppression."""
    for name, value in table.items():
        if name not in ("code", "path", "file", "reason"):
            return f"{name}: a suppression has code, path, file and reason, and nothing else"
        if not isinstance(value, str):
            return f"{name}: expected a text"
    for name in ("code", "reason"):
        if not table.get(name, "").strip():
            return f"{name} is missing: a suppression says what may stay, and why"
    return "" if table["code"] in CATALOGUE else f"{table['code']}: there is no such code"


def _hint(table: dict[str, Any]) -> str:
    code = table.get("code")
    like = nearest(code) if isinstance(code, str) and code not in CATALOGUE else ""
    return f"did you mean {like}?" if like else ""


def _place(text: str, file: Path, name: str) -> Place:
    """The line on which a name is given a value."""
    found = re.search(rf"^[ \t]*\[*[ \t]*\"?({re.escape(name).replace('_', '[-_]')})\b", text, re.M)
    if found is None:
        return Place(str(file))
    start = found.start(1)
    return Place(str(file), text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))


def _beside(folder: Path, name: str, must: bool) -> str:
    """A path as seen from the file; a package may be a name instead."""
    path = folder / name
    return str(path) if must or path.exists() else name


def _wrong(code: str, message: str, place: Place) -> CaseError:
    return CaseError((Issue(code, message, "fatal", place=place),))
