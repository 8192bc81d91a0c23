"""Text for people: by file, each issue with its place, what to do about it, and the line it is on.

patient.json
  12:16  error  Patient.birthDate: 30 February is no day of the calendar  [value-format]
         12 │ "birthDate": "··········"
            │              ^^^^^^^^^^^^
         fix: write it as YYYY-MM-DD
         see: http://hl7.org/fhir/R4/datatypes.html#date

1 file: 1 error, 0 warnings
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fhir_case.issues import Issue
from fhir_case.reports.lines import excerpt, harmless
from fhir_case.reports.result import UNDECIDED, Result, level, link, summary

Piece = str | tuple[str, str]
"""A text, or a text and its style (of rich)."""

STYLES = {
    "fatal": "bold red", "error": "bold red", "warning": "yellow", "information": "cyan", UNDECIDED: "magenta"
}  # fmt: skip
NAMES = {"information": "remark"}
"""What a level is called here, where it is called otherwise."""


def lines(results: Iterable[Result], *, values: bool = False) -> Iterator[list[Piece]]:
    """The lines of the report, each in pieces; files in which nothing was found are counted only."""
    done = []
    for result in results:
        done.append(result)
        if result.report.issues:
            yield [(harmless(result.name), "bold")]
            text = result.text.split("\n") if result.text is not None else []
            for issue in result.issues:
                yield from _issue(issue, text, values)
            yield []
    yield [summary(done)]


def _issue(issue: Issue, text: list[str], values: bool) -> Iterator[list[Piece]]:
    where = f"{issue.place.line}:{issue.place.column}" if issue.place and issue.place.line else ""
    kind = level(issue)
    name = NAMES.get(kind, kind)
    head: list[Piece] = [f"  {where:>6}  " if where else "  ", (name, STYLES[kind]), "  "]
    if issue.path:
        head += [(harmless(issue.path), "cyan"), ": "]
    found = f" – found {issue.value!r}" if values and issue.value else ""
    yield [*head, harmless(issue.message + found), (f"  [{issue.code}]", "dim")]
    margin = " " * (len(where.rjust(6)) + 4 if where else 4)
    if issue.place and 0 < issue.place.line <= len(text):
        line, carets = excerpt(text[issue.place.line - 1], issue.place.column, values)
        number = str(issue.place.line)
        yield [margin, (f"{number} │ ", "dim"), line]
        yield [margin, (f"{' ' * len(number)} │ ", "dim"), (carets, STYLES[kind])]
    for label, said in (
        ("fix", issue.fix), ("from", str(issue.origin or "")), ("demanded by", issue.definition), ("see", link(issue))
    ):  # fmt: skip
        if said:
            yield [margin, (f"{label}: ", "green" if label == "fix" else "dim"), harmless(said)]


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as plain text."""
    shown = (
        "".join(piece if isinstance(piece, str) else piece[0] for piece in line)
        for line in lines(results, values=values)
    )
    return "\n".join(line.rstrip() for line in shown) + "\n"
