"""Large parts of a case in files beside its own, named in it: `files: {labs: case.labs.yaml}`.

A section so named stands whole in that file, as it would stand below its key. Nothing outside the folder of the case is
read or written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Any

from fhir_case.case.model import CaseModel
from fhir_case.case.positions import Path, dotted
from fhir_case.case.problems import nearest
from fhir_case.case.reading import Document, read_data
from fhir_case.case.writing import write_yaml
from fhir_case.issues import CaseError, Issue, Place

FILES = "files"
"""The key of a case file under which they stand, by section."""

WHOLE, APART = 2000, 250
"""A case of up to so many lines is one file; of a longer one each section of more than so many has its own."""

_HEADER = ("id", "title", "recorded", "language", "source", "patient")
SECTIONS = tuple(name for name in CaseModel.model_fields if name not in _HEADER)
"""What can stand in a file of its own."""

_SUFFIXES = (".yaml", ".yml", ".json")


# --- reading ----------------------------------------------------------------------------------------------------------


def gather(document: Document, folder: FilePath | None) -> None:
    """Put the sections that stand in files of their own where the model has them; their places are those of these files.

    `folder`: that of the case; None for a case that is no file. Raises `CaseError` with all that is wrong with them.
    """
    if FILES not in document.data:
        return
    issues: list[Issue] = []
    taken: dict[FilePath, str] = {}
    stated = document.data.pop(FILES)
    if stated is not None and not isinstance(stated, dict):
        raise CaseError((_wrong(document, (FILES,), "expected the name of a file for each section"),))
    for section, name in (stated or {}).items():
        found = list(_refused(document, section, name, folder, taken))
        issues += found if found or folder is None else _put(document, section, folder / name)
    if issues:
        raise CaseError(tuple(issues))


def _refused(
    document: Document, section: str, name: Any, folder: FilePath | None, taken: dict[FilePath, str]
) -> Iterator[Issue]:
    """Why a file cannot be taken, if so."""
    at: Path = (FILES, section)
    if section not in SECTIONS:
        fix = nearest(section, SECTIONS) or "leave it out"
        yield _wrong(document, at, f"{section[:60]!r} is no section that can stand in a file of its own", fix)
    elif section in document.data:
        yield _wrong(document, at, f"{section} stands here and in a file", "leave one of them out")
    elif folder is None:
        yield _wrong(document, at, "a case that is no file has no files beside it", "give the sections themselves")
    elif not isinstance(name, str) or (target := _inside(name, folder)) is None:
        near = nearest(str(name), sorted(one.name for one in folder.iterdir() if one.suffix in _SUFFIXES))
        fix = near or "keep it beside the case file, and name it relative to that"
        yield _wrong(document, at, f"{str(name)[:60]!r} is no file in the folder of the case", fix)
    elif target.suffix.lower() not in _SUFFIXES:
        yield _wrong(document, at, f"{name[:60]!r} is no YAML or JSON by its name", f"end it in {_SUFFIXES[0]}")
    elif target == _real(FilePath(document.positions.file)):
        yield _wrong(document, at, "this is the case file itself", "give the section a file of its own")
    elif target in taken:
        yield _wrong(document, at, f"{name[:60]!r} is the file of {taken[target]} already", "give each section its own")
    else:
        taken[target] = section


def _inside(name: str, folder: FilePath) -> FilePath | None:
    """The file of that name; None for a name that leads out of the folder, by itself or by a link, or names no file."""
    try:
        target = _real(folder / name)
        stays = not PurePath(name).is_absolute() and target.is_relative_to(_real(folder))
        return target if stays and target.is_file() else None
    except (OSError, ValueError):  # no file can have such a name
        return None


def _real(path: FilePath) -> FilePath:
    """The path with its links followed; a circle of them is no error (as it is for `Path.resolve`)."""
    return FilePath(os.path.realpath(path))


def _put(document: Document, section: str, file: FilePath) -> list[Issue]:
    """Read a file and put what it says into the case; what is wrong with it."""
    try:
        part = read_data(file.read_bytes(), str(file), empty=True)
    except OSError as error:
        reason = error.strerror or str(error)
        return [_wrong(document, (FILES, section), f"the file {file.name!r} cannot be read: {reason}")]
    except CaseError as error:
        return list(error.issues)
    document.data[section] = part.data
    document.positions.parts[section] = part.positions
    return []


def _wrong(document: Document, path: Path, message: str, fix: str = "") -> Issue:
    place: Place = document.positions.value(path)
    return Issue("case-files", message, path=dotted(path), place=place, fix=fix)


# --- writing ----------------------------------------------------------------------------------------------------------


def set_apart(plain: dict[str, Any], stem: str) -> dict[str, str]:
    """The sections of a case that is written anew which get files of their own, and the names of these."""
    lines = {key: write_yaml({key: value}).count("\n") for key, value in plain.items()}
    if sum(lines.values()) <= WHOLE:
        return {}
    return {key: f"{stem}.{key}.yaml" for key in SECTIONS if lines.get(key, 0) > APART}


def without(plain: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    """What the case file itself says where these sections stand in files of their own."""
    if not files:
        return plain
    head = {key: value for key, value in plain.items() if key in _HEADER}
    rest = {key: value for key, value in plain.items() if key not in head and key not in files}
    return {**head, FILES: dict(files), **rest}


def headed(section: str, case_file: str) -> str:
    """The first line of a file that is a part of a case: whoever opens it knows what of, and so do we."""
    return f"{section} of the case in {case_file}"
