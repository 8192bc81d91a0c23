"""Cases and bundles in files: read whichever it is, and written whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fhir_case.cli.output import counted, pieces_of, stop, tell
from fhir_case.issues import CaseError

if TYPE_CHECKING:
    from fhir_case import Case


def bytes_of(path: Path) -> tuple[bytes, str]:
    """What is in a file, and its name; `-` is standard input. Where it cannot be read, say why and stop."""
    if str(path) == "-":
        return sys.stdin.buffer.read(), "stdin"
    try:
        return path.read_bytes(), str(path)
    except OSError as error:
        stop(f"{path}: the file cannot be read: {error.strerror or error}")


@contextmanager
def lines_of(path: Path) -> Iterator[tuple[Iterable[bytes], str]]:
    """The lines of a file as they are taken, and its name; `-` is standard input. Where it cannot be read, say why and stop."""
    if str(path) == "-":
        yield sys.stdin.buffer, "stdin"
        return
    try:
        rows = path.open("rb")
    except OSError as error:
        stop(f"{path}: the file cannot be read: {error.strerror or error}")
    with rows:
        yield rows, str(path)


def case_or_bundle(path: Path) -> Case:
    """The case in a file of any format that tells one. Raises `CaseError`, too, where only a part of it can be read."""
    from fhir_case.api.opening import opened

    text, name = bytes_of(path)
    case, issues = opened(text, name, path=None if str(path) == "-" else path).as_case()
    missing = tuple(issue for issue in issues if issue.severity in ("error", "fatal"))
    if missing:
        raise CaseError(missing)
    carried = [issue for issue in issues if issue.code == "carried"]
    if carried:
        tell(f"note: {name}: {counted(len(carried), 'resource')} of no kind that a case has, kept verbatim")
    for issue in issues:
        if issue.severity != "information":
            tell(f"{issue.severity}: ", *pieces_of(issue))
    return case


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a file whole or not at all; where that cannot be done, say why and stop."""
    from fhir_case.api import files

    with writing(path):
        files.write_whole(path, text)


def save(case: Case, path: Path) -> str:
    """Write a case to a file, its large sections beside it; which files, in words."""
    with writing(path):
        *beside, _ = case.save(path)
    return f"{path}, {counted(len(beside), 'file')} beside it" if beside else str(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Where the file cannot be written, say why and stop."""
    try:
        yield
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}")
