"""What validation found in a bundle that was built, said beside the result: errors whole, the rest as short as it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fhir_case.cli.output import STYLES, counted, pieces_of, tell
from fhir_case.issues import Issue
from fhir_case.reports.result import Result, level

if TYPE_CHECKING:
    from fhir_case import Case
    from fhir_case.bundle.build import Build

LISTED = 20
"""Errors that are listed before the rest is only counted."""
NAMED = 4
"""Code systems that are named."""


def found_in(case: Case, build: Build, file: Path, packages: Iterable[str] = ()) -> Result:
    """What validation finds in the bundle of a case, as the project of the working folder demands it."""
    from fhir_case.api.project import Project
    from fhir_case.cli import inputs
    from fhir_case.reports.suppress import Suppressions

    project = Project.found()
    validator = inputs.validator_of(project, project.settings, packages, cases=True)
    return Suppressions(project.suppressions).applied(inputs.of_case(case, build, file, validator))


def show(result: Result, every: bool) -> None:
    """The errors, and of each other code the first finding; `every` lists all but what is undecided."""
    issues = [issue for issue in result.issues if level(issue) in STYLES]
    errors = [issue for issue in issues if issue.severity in ("fatal", "error")]
    others = [issue for issue in issues if issue not in errors]
    shown = len(errors) if every else LISTED
    for issue in errors[:shown]:
        _tell(result, issue)
    if len(errors) > shown:
        tell(f"  … and {len(errors) - shown} more errors")
    if every:
        for issue in others:
            _tell(result, issue)
    else:
        by_code: dict[str, list[Issue]] = {}
        for issue in others:
            if issue.severity == "warning":
                by_code.setdefault(issue.code, []).append(issue)
        for same in by_code.values():
            _tell(result, same[0], f" and {len(same) - 1} more" if len(same) > 1 else "")
    tell(verdict(result))
    if told := not_looked_up(result):
        tell(f"  {told}")


def _tell(result: Result, issue: Issue, more: str = "") -> None:
    places = [place for place in (result.spot(issue), issue.origin) if place and place.line]
    pieces = pieces_of(replace(issue, place=next(iter(places), None)))
    tell("  ", (issue.severity, STYLES[issue.severity]), ": ", *pieces, (more, "dim"))


def verdict(result: Result) -> str:
    """`validated: 0 errors, 2 warnings, 30 undecided`."""
    from fhir_case.reports.result import summary

    return "validated: " + summary([result]).partition(": ")[2]


def not_looked_up(result: Result) -> str:
    """`30 codes of SNOMED CT, LOINC could not be looked up offline`; "" where there is none."""
    from fhir_case.terminology.code_system import NOT_HERE
    from fhir_case.terminology.systems import title_of

    before, after = NOT_HERE.split("{}")
    said = [issue.message for issue in result.issues if issue.code == "code-undecided"]
    systems = Counter(
        one.removeprefix(before).removesuffix(after) for one in said if one.startswith(before) and one.endswith(after)
    )
    if not systems:
        return ""
    named = ", ".join(title_of(one) for one, _ in systems.most_common(NAMED))
    more = f" and {len(systems) - NAMED} more" if len(systems) > NAMED else ""
    return f"{counted(systems.total(), 'code')} of {named}{more} could not be looked up offline"
