"""Cases and bundles in files: read whichever it is, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fhir_case.cli.output import counted, stop, tell

if TYPE_CHECKING:
    from fhir_case import Case


def case_or_bundle(path: Path) -> Case:
    """The case in a file, be it a case (YAML, JSON) or a FHIR resource in JSON. Raises `CaseError`."""
    from fhir_case import Case

    if not is_fhir(path):
        return Case.load(path)
    reading = Case.read(path)
    carried = [issue for issue in reading.report.issues if issue.code == "carried"]
    if carried:
        tell(f"note: {path}: {counted(len(carried), 'resource')} of no kind that a case has, kept verbatim")
    for issue in reading.report.issues:
        if issue.severity != "information":
            tell(f"{issue.severity}: {path}: {issue}")
    return reading.case


def is_fhir(path: Path) -> bool:
    """Whether the file holds a FHIR resource, and not a case."""
    from fhir_case.json import JSONError, loads

    try:
        text = path.read_bytes()
        if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        found = loads(text)
    except (OSError, JSONError):
        return False  # what is wrong with it is said by who reads it as a case
    return isinstance(found, dict) and "resourceType" in found


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: whoever reads it never sees half of it."""
    made = ""
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # mkstemp makes files that only their owner can read; the old file's mode stays, a new one gets the usual mode.
        os.chmod(made, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(made, path)
    except OSError as error:
        if made and os.path.exists(made):
            os.unlink(made)
        stop(f"{path} cannot be written: {error.strerror or error}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
