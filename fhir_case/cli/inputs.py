"""What `validate` works with: its validator, and its inputs (JSON, XML, NDJSON with one resource a line, case files, folders)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fhir_case.cli.output import pieces_of, tell, working
from fhir_case.definitions.embedded import IPS
from fhir_case.issues import CaseError, Issue, Place, Report
from fhir_case.reports.result import Result

if TYPE_CHECKING:
    from fhir_case import Case
    from fhir_case.api.project import Project
    from fhir_case.api.validation import Validator
    from fhir_case.bundle.build import Build
    from fhir_case.validation.settings import ValidationSettings

STDIN = Path("-")

SHOWN = 50_000_000
"""Bytes of an input up to which its lines can be shown beside the issues."""


def validator_of(
    project: Project,
    settings: ValidationSettings,
    packages: Iterable[str] | None = None,
    definitions: Iterable[Path] | None = None,
    profiles: Iterable[str] | None = None,
    cases: bool = False,
) -> Validator:
    """The validator of a project, with what the command line adds; what it cannot use is said.

    `cases`: bundles of cases are among what it is for; they say of themselves that they are International Patient Summaries.
    """
    from fhir_case.api.validation import Validator

    wanted = [*project.packages, *(packages or ())]
    if cases and not any(IPS.name in one for one in wanted):
        wanted.append(str(IPS))
    with working("reading definitions"):
        made = Validator(
            packages=wanted,
            definitions=[*map(Path, project.definitions), *(definitions or ())],
            profiles=[*project.profiles, *(profiles or ())],
            settings=settings,
        )
    for issue in _joined(made.definitions.issues):
        tell(*pieces_of(issue))
    return made


def _joined(issues: Iterable[Issue]) -> Iterator[Issue]:
    """The issues; of packages that are missing one for all, since there are often many."""
    missing = [issue for issue in issues if issue.code == "package-missing"]
    yield from (issue for issue in issues if len(missing) < 3 or issue.code != "package-missing")
    if len(missing) >= 3:
        told = f"{len(missing)} packages that others depend on are not here: what only they define is unknown"
        add = " ".join(dict.fromkeys(issue.fix.rpartition(" ")[2] for issue in missing))
        yield Issue("package-missing", told, "warning", fix=f"fhir-case package add {add}")


def files(paths: Iterable[Path], left_out: list[Path]) -> Iterator[Path]:
    """The files that are meant: themselves, and of folders those that hold resources or cases, or are broken.

    `left_out` gets the files of folders that could hold some, and hold something else.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if hidden or not file.is_file():
                continue
            if file.suffix.lower() == ".ndjson" or _is_fhir(file) or is_case(file) or _is_broken(file):
                yield file
            elif file.suffix.lower() in (*_MARKS, *_YAML):
                left_out.append(file)


_MARKS = {".json": b'"resourceType"', ".xml": b"http://hl7.org/fhir"}
"""What stands in each file with a resource in it."""


def _is_fhir(file: Path) -> bool:
    mark = _MARKS.get(file.suffix.lower())
    return mark is not None and _holds(file, mark)


def _holds(file: Path, mark: bytes) -> bool:
    try:
        with file.open("rb") as stream:
            while part := stream.read(1 << 20):
                if mark in part:
                    return True
    except OSError:
        return True  # what is wrong with it is said when it is read
    return False


def _is_broken(file: Path) -> bool:
    """Whether a file says that it is JSON, and is not: cut off, empty, of another kind."""
    if file.suffix.lower() != ".json" or file.stat().st_size >= SHOWN:
        return False
    try:
        msgspec.json.decode(file.read_bytes(), type=msgspec.Raw)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return True
    return False


def validated(file: Path, validator: Validator) -> Result:
    """The issues of one file, or (`-`) of standard input."""
    if file == STDIN:
        return _stream(sys.stdin.buffer.read(), validator)
    if file.suffix.lower() in _YAML or is_case(file):
        return _case(file, validator)
    try:
        if file.suffix.lower() == ".ndjson":
            with file.open("rb") as rows:
                found = _lines(rows, str(file), validator)
            short = found.report.issues and file.stat().st_size < SHOWN
            return replace(found, text=_text(file.read_bytes())) if short else found
        return _resource(file.read_bytes(), str(file), validator)
    except OSError as error:
        return _unreadable(file, error)


def _stream(data: bytes, validator: Validator) -> Result:
    """The issues of a text that has no name to say what it is."""
    from fhir_case import Case
    from fhir_case.formats.names import Format
    from fhir_case.formats.recognition import recognised

    name, kind = "stdin", recognised(data)
    if kind is Format.NDJSON:
        return replace(_lines(data.splitlines(), name, validator), text=_text(data))
    if kind is not Format.CASE:
        return _resource(data, name, validator)
    try:
        case = Case.loads(data, name)
        found = of_case(case, case.build(), Path(name), validator)
    except CaseError as error:
        found = Result(name, Report(error.issues))
    return replace(found, text=_text(data))


def _resource(data: bytes, name: str, validator: Validator) -> Result:
    report = _told(validator.validate(data, name=name), data)
    return Result(name, report, _text(data) if report.issues else None)


def _told(report: Report, data: bytes) -> Report:
    """The report, with one issue for what is of another kind altogether: a phenopacket, a resource of R5."""
    from fhir_case.api.other_version import told_once
    from fhir_case.formats.names import Format
    from fhir_case.formats.recognition import recognised

    if any(issue.code == "resource-type-missing" and issue.path == "" for issue in report.issues):
        if recognised(data) is Format.PHENOPACKET:
            what = "this is a phenopacket, and no FHIR"
            fix = "fhir-case convert FILE -o case.yaml makes a case of it, which validate and build take"
            return Report((replace(report.issues[0], code="not-fhir", message=what, fix=fix, link=""),))
        return report
    return told_once(report, data)


_YAML = (".yaml", ".yml")
_OF_A_CASE = ("id", "title")
"""What every case file states of itself."""


def is_case(file: Path) -> bool:
    """Whether YAML or JSON is a case: it says what every case does, and is no resource."""
    if (
        file.suffix.lower() not in (".json", *_YAML)
        or not file.is_file()
        or file.stat().st_size >= SHOWN
        or _is_fhir(file)
    ):
        return False
    try:
        data = file.read_bytes()
    except OSError:
        return False
    if file.suffix.lower() in _YAML:
        return all(re.search(rb"^%s\s*:" % name.encode(), data, re.M) for name in _OF_A_CASE)
    try:
        return set(_OF_A_CASE) <= msgspec.json.decode(data, type=dict[str, msgspec.Raw]).keys()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _case(file: Path, validator: Validator) -> Result:
    """A case is validated as the Bundle it becomes; its issues name the lines of the case."""
    from fhir_case import Case

    try:
        case = Case.load(file)
        build = case.build()
    except CaseError as error:
        return Result(str(file), Report(error.issues), _text_of(file))
    return of_case(case, build, file, validator)


def of_case(case: Case, build: Build, file: Path, validator: Validator) -> Result:
    """The issues of a case that has been built."""
    from fhir_case.api.origins import validated

    report = validated(case, build, validator, file)
    return Result(str(file), report, _text_of(file) if report.issues else None)


def _text_of(file: Path) -> str | None:
    try:
        return _text(file.read_bytes())
    except OSError:
        return None


def _lines(rows: Iterable[bytes], name: str, validator: Validator) -> Result:
    """A resource on each line; empty lines count, and are nothing."""
    issues: list[Issue] = []
    for number, line in enumerate(rows, 1):
        if line.strip():
            report = _told(validator.validate(line, name=name), line)
            issues += (_moved(one, name, number) for one in report.issues)
    return Result(name, Report(tuple(issues)))


def _moved(issue: Issue, name: str, line: int) -> Issue:
    column = issue.place.column if issue.place and issue.place.line else 1
    return replace(issue, place=Place(name, line, column))


def _text(data: bytes) -> str | None:
    return data.decode("utf-8-sig", "replace") if len(data) < SHOWN else None


def _unreadable(file: Path, error: OSError) -> Result:
    message = f"the file cannot be read: {error.strerror or error}"
    return Result(str(file), Report((Issue("file-unreadable", message, "fatal", place=Place(str(file))),)))
