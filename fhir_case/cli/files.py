"""Cases and bundles in files: read whichever it is, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    """Write a file whole or not at all; where that cannot be done, say why and stop."""
    from fhir_case.api import files

    with writing(path):
        files.write_whole(path, text)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Where the file cannot be written, say why and stop."""
    try:
        yield
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}")
