"""What a report is made of: inputs, and what was found in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from fhir_case.catalogue import CATALOGUE, kind_of
from fhir_case.issues import Issue, Place, Report
from fhir_case.json import Json

UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An issue that is known, and the reason why it may stay."""

    issue: Issue
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """One input: a file, or a line of one."""

    name: str
    report: Report
    text: str | None = None
    """The text of the input, for reports that show the line an issue is on."""
    suppressed: tuple[Suppressed, ...] = field(default=())

    @property
    def issues(self) -> list[Issue]:
        """The issues in the order of their places."""
        return sorted(self.report.issues, key=self._line)

    def spot(self, issue: Issue) -> Place | None:
        """The place of an issue in this input: in a case file, that of the line the value came from."""
        return issue.origin if issue.origin and issue.origin.file == self.name else issue.place

    def _line(self, issue: Issue) -> tuple[int, int]:
        place = self.spot(issue)
        return (place.line, place.column) if place else (0, 0)


def level(issue: Issue) -> str:
    """The severity of an issue; `undecided` for what could not be decided here, unless that is an error all the same."""
    grave = issue.severity in ("fatal", "error")
    return UNDECIDED if not grave and kind_of(issue.code) == UNDECIDED else issue.severity


def link(issue: Issue) -> str:
    """Where the specification says so: for this issue, or for all of its code."""
    return issue.link or (CATALOGUE[issue.code].link if issue.code in CATALOGUE else "")


def counts(results: Iterable[Result]) -> Counter[str]:
    """How many issues there are of each level, and how many are suppressed."""
    found: Counter[str] = Counter()
    for result in results:
        found.update(map(level, result.report.issues))
        found["suppressed"] += len(result.suppressed)
    return found


def summary(results: list[Result]) -> str:
    """The counts in words: `3 files: 2 errors, 1 warning, 4 undecided`."""
    found = counts(results)
    said = [_counted(found["fatal"] + found["error"], "error"), _counted(found["warning"], "warning")]
    for name, words in (("information", "remark"), (UNDECIDED, ""), ("suppressed", "")):
        if found[name]:
            said.append(_counted(found[name], words) if words else f"{found[name]} {name}")
    return f"{_counted(len(results), 'file')}: {', '.join(said)}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def plain(issue: Issue, values: bool = False) -> dict[str, Json]:
    """An issue as JSON: always the same keys."""
    place, origin = issue.place, issue.origin
    return {
        "code": issue.code, "class": kind_of(issue.code), "severity": issue.severity,
        "file": place.file if place else None, "line": (place.line or None) if place else None,
        "column": (place.column or None) if place else None,
        "path": issue.path, "message": issue.message, "value": (issue.value or None) if values else None,
        "fix": issue.fix, "definition": issue.definition, "link": link(issue),
        "origin": {"file": origin.file, "line": origin.line, "column": origin.column} if origin else None,
    }  # fmt: skip
