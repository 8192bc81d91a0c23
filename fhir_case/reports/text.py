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
from fhir_case.reports.lines import excerpt, harmless, masking
from fhir_case.reports.result import UNDECIDED, Result, counts, level, link, summary

Piece = str | tuple[str, str]
"""A text, or a text and its style (of rich)."""

STYLES = {
    "fatal": "bold red", "error": "bold red", "warning": "yellow", "information": "cyan", UNDECIDED: "magenta"
}  # fmt: skip
NAMES = {"information": "remark"}
"""What a level is called here, where it is called otherwise."""


def lines(results: Iterable[Result], *, values: bool = False, undecided: bool = True) -> Iterator[list[Piece]]:
    """The lines of the report, each in pieces; files in which nothing was found are counted only.

    Without `undecided`, so is what could not be decided here.
    """
    done = []
    for result in results:
        done.append(result)
        listed = [issue for issue in result.issues if undecided or level(issue) != UNDECIDED]
        if listed:
            yield [(harmless(result.name), "bold")]
            text = result.text.split("\n") if result.text is not None else []
            for issue in listed:
                yield from _issue(issue, result, text, values)
            yield []
    hint = "" if undecided or not counts(done)[UNDECIDED] else " (--undecided lists them)"
    yield [summary(done), (hint, "dim")]


def _issue(issue: Issue, result: Result, text: list[str], values: bool) -> Iterator[list[Piece]]:
    place = result.spot(issue)
    where = f"{place.line}:{place.column}" if place and place.line else ""
    here = place is not None and place.file == result.name  # a case has parts of it in other files
    where = where if here or not where else str(place)
    kind = level(issue)
    name = NAMES.get(kind, kind)
    head: list[Piece] = [f"  {where:>6}  " if where else "  ", (name, STYLES[kind]), "  "]
    if issue.path:
        head += [(harmless(issue.path), "cyan"), ": "]
    found = f" – found {issue.value!r}" if values and issue.value else ""
    yield [*head, harmless(issue.message + found), (f"  [{issue.code}]", "dim")]
    margin = " " * (len(where.rjust(6)) + 4 if where else 4)
    if place and here and 0 < place.line <= len(text):
        line, carets = excerpt(text[place.line - 1], place.column, values, masking(result.name, result.text or ""))
        number = str(place.line)
        yield [margin, (f"{number} │ ", "dim"), line]
        yield [margin, (f"{' ' * len(number)} │ ", "dim"), (carets, STYLES[kind])]
    origin = "" if place is issue.origin else str(issue.origin or "")
    for label, said in (("fix", issue.fix), ("from", origin), ("demanded by", issue.definition), ("see", link(issue))):
        if said:
            yield [margin, (f"{label}: ", "green" if label == "fix" else "dim"), harmless(said)]


def rendered(results: Iterable[Result], *, values: bool = False, undecided: bool = True) -> str:
    """The report as plain text."""
    shown = (
        "".join(piece if isinstance(piece, str) else piece[0] for piece in line)
        for line in lines(results, values=values, undecided=undecided)
    )
    return "\n".join(line.rstrip() for line in shown) + "\n"
