"""Known findings that may stay, each with its reason; and those that are no longer found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from fhir_case.issues import Issue, Place
from fhir_case.reports.result import Result, Suppressed

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Suppression:
    """Issues with this code at this path in this file may stay, for this reason.

    `path` and `file` may have * for any text; a path without indices means the items of lists all alike.
    """

    code: str
    reason: str
    path: str = "*"
    file: str = "*"
    place: Place | None = None

    def covers(self, issue: Issue, file: str) -> bool:
        """Whether it is meant for that issue of that file."""
        if issue.code != self.code or not _matches(self.file, file.replace("\\", "/")):
            return False
        return _matches(self.path, issue.path) or _matches(self.path, _INDEX.sub("", issue.path))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.sub(r"\*+", "*", glob).split("*"))), re.DOTALL)


def _matches(glob: str, text: str) -> bool:
    return _pattern(glob).fullmatch(text) is not None


class Suppressions:
    """The suppressions of a run, and which of them were of use."""

    def __init__(self, held: Iterable[Suppression]) -> None:
        self.held = tuple(held)
        self._used: set[Suppression] = set()

    def applied(self, result: Result) -> Result:
        """The result without what is suppressed; that is kept beside."""
        if not self.held:
            return result
        kept, suppressed = [], list(result.suppressed)
        for issue in result.report.issues:
            found = next((one for one in self.held if one.covers(issue, result.name)), None)
            if found is None:
                kept.append(issue)
            else:
                self._used.add(found)
                suppressed.append(Suppressed(issue, found.reason))
        return replace(result, report=replace(result.report, issues=tuple(kept)), suppressed=tuple(suppressed))

    def unused(self) -> Iterator[Issue]:
        """The suppressions that covered nothing, once all results have been seen."""
        for one in self.held:
            if one not in self._used:
                message = f"{one.code} at {one.path} was not found, so the suppression has no use ({one.reason})"
                yield Issue("suppression-unused", message, "warning", place=one.place, fix="remove it, or correct it")
