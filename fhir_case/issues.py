"""What was found: issues with a stable code, a place, and the fix; and the one tree of exceptions.

FHIRCaseError
 ├── CaseError         a case file or a resource that cannot be read as a case: holds all issues, not just the first
 ├── DefinitionError   a FHIR package or profile that cannot be used
 └── ServerError       a server did not do what was asked: outcome, stored, not_stored
      ├── Unreachable  no answer, or none that is FHIR R4
      ├── Refused      an answer that says no
      └── Conflict     the server holds something newer, or several matches for one identity
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Severity = Literal["fatal", "error", "warning", "information"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "information")


class _Counted:
    """What is filled in when somebody first asks for it."""

    __slots__ = ("_count",)
    _count: Callable[[], tuple[int, int]]

    def __getattr__(self, name: str) -> int:
        # Python comes here only while `line` and `column` are not set.
        if name not in ("line", "column"):
            raise AttributeError(f"{type(self).__name__} has no {name}")
        for one, value in zip(("line", "column"), self._count(), strict=True):
            object.__setattr__(self, one, value)
        return int(object.__getattribute__(self, name))


@dataclass(frozen=True, slots=True)
class Place(_Counted):
    """A place in a file; `line` and `column` count from 1, 0 where the file has no lines to count."""

    file: str
    line: int = 0
    column: int = 0

    @classmethod
    def counted(cls, file: str, count: Callable[[], tuple[int, int]]) -> Self:
        """A place whose line and column `count` tells when they are first asked for."""
        made = cls.__new__(cls)
        object.__setattr__(made, "file", file)
        object.__setattr__(made, "_count", count)
        return made

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: a stable code, what was expected and found, where, and the likely fix."""

    code: str
    message: str
    severity: Severity = "error"
    path: str = ""
    """The field of the case (`diagnoses.jdm.code`) or the element of the resource (`Condition.code`)."""
    place: Place | None = None
    fix: str = ""
    definition: str = ""
    """The profile and the element that demands it: `http://…/us-core-patient#Patient.name`."""
    link: str = ""
    """Where the specification says so."""
    origin: Place | None = None
    """The line of the case file that the value came from."""
    value: str = ""
    """What stands there, for those who ask to see values."""

    def __str__(self) -> str:
        parts = [f"{self.place}: " if self.place else "", f"{self.path}: " if self.path else "", self.message]
        return "".join(parts) + (f" ({self.fix})" if self.fix else "") + f" [{self.code}]"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, in the order of their places."""

    issues: tuple[Issue, ...] = ()

    @property
    def ok(self) -> bool:
        """No error among the issues."""
        return not any(issue.severity in ("fatal", "error") for issue in self.issues)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many issues there are of each severity."""
        return {s: sum(issue.severity == s for issue in self.issues) for s in SEVERITIES}

    def to_outcome(self) -> dict[str, Any]:
        """The report as an OperationOutcome (http://hl7.org/fhir/R4/operationoutcome.html)."""
        return {"resourceType": "OperationOutcome", "issue": [*map(_outcome, self.issues)] or [_NOTHING_FOUND]}

    def __add__(self, other: Report) -> Report:
        return Report(self.issues + other.issues)


CODES = "urn:fhir-case:issue"
"""The code system of our issue codes, in OperationOutcomes."""

_NOTHING_FOUND = {"severity": "information", "code": "informational", "details": {"text": "nothing was found"}}
"""An OperationOutcome has at least one issue."""


def _outcome(issue: Issue) -> dict[str, Any]:
    """An issue of an OperationOutcome; `code` is one of http://hl7.org/fhir/R4/valueset-issue-type.html."""
    from fhir_case.catalogue import CATALOGUE

    known = CATALOGUE.get(issue.code)
    made: dict[str, Any] = {
        "severity": issue.severity,
        "code": known.type if known else "processing",
        "details": {"coding": [{"system": CODES, "code": issue.code}], "text": issue.message or issue.code},
    }
    if said := " ".join(filter(None, (issue.fix, issue.link))):
        made["diagnostics"] = said
    if issue.place and issue.place.line:
        made["location"] = [f"line {issue.place.line}, column {issue.place.column}"]
    if issue.path:
        made["expression"] = [issue.path]
    return made


class FHIRCaseError(Exception):
    """Whatever this package raises on purpose."""


@dataclass(eq=False)
class CaseError(FHIRCaseError):
    """A case that cannot be read: all the issues, each with its place and its fix."""

    issues: tuple[Issue, ...]

    def __post_init__(self) -> None:
        super().__init__(*self.args)

    def __str__(self) -> str:
        return "\n".join(map(str, self.issues))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.issues,))


class DefinitionError(FHIRCaseError):
    """A FHIR package or a profile that cannot be used."""


@dataclass(eq=False)
class ServerError(FHIRCaseError):
    """A server did not do what was asked. `stored` and `not_stored` name the entries (their fullUrls)."""

    message: str
    outcome: dict[str, Any] | None = None
    """The OperationOutcome the server answered with."""
    status: int | None = None
    stored: tuple[str, ...] = field(default=())
    not_stored: tuple[str, ...] = field(default=())
    issues: tuple[Issue, ...] = field(default=())
    """What is wrong with each entry that is at fault, as far as that could be found out."""

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.outcome, self.status, self.stored, self.not_stored, self.issues))


class Unreachable(ServerError):
    """No answer came, or none that is FHIR R4."""


class Refused(ServerError):
    """The server answered, and its answer is no."""


class Conflict(ServerError):
    """The server holds a newer version, or several resources match one identity."""
