"""`fhir-case check`: the case file alone. Quotes found, codes known, references and times that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import FINDINGS, UNREADABLE, counted, pieces_of, plain_of, say
from fhir_case.issues import CaseError, Issue

if TYPE_CHECKING:
    from fhir_case import Case


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Checked:
    """One case file: its issues, or what is in it."""

    file: str
    issues: tuple[Issue, ...]
    case: Case | None

    @property
    def status(self) -> int:
        """What it means for the exit status: a file that cannot be read at all is no finding in a case."""
        if not self.issues:
            return 0
        return UNREADABLE if any(issue.code.startswith("file-") for issue in self.issues) else FINDINGS


def check(
    cases: Annotated[list[Path], typer.Argument(metavar="CASE", help="Case files, YAML or JSON.")],
    format: Annotated[Format, typer.Option(help="Text for people, JSON for programs.")] = Format.TEXT,
) -> None:
    """Check case files.

    Every error with its line and column, the field, and the likely fix; a case without errors with what is in it.
    """
    from fhir_case import dumps

    found = [_checked(path) for path in cases]
    if format is Format.JSON:
        say(dumps([_plain(one) for one in found], indent=2))
    else:
        for one in found:
            _print(one)
        if len(found) > 1:
            wrong = sum(1 for one in found if one.issues)
            say(f"{counted(len(found), 'case')}: {len(found) - wrong} clean, {wrong} with errors")
    raise typer.Exit(max(one.status for one in found))


def _checked(path: Path) -> Checked:
    from fhir_case import Case

    try:
        return Checked(str(path), (), Case.load(path))
    except CaseError as error:
        return Checked(str(path), error.issues, None)


def _print(one: Checked) -> None:
    for issue in one.issues:
        say(*pieces_of(issue))
    if one.case is None:
        say((f"{one.file}: {counted(len(one.issues), 'error')}", "bold red"))
        return
    sections, quotes = contents(one.case)
    say((one.file, "bold"), ": ", ("no errors", "green"))
    say(f"  {counted(sum(sections.values()), 'item')}: ", ", ".join(f"{n} {name}" for name, n in sections.items()))
    text = one.case.source.text if one.case.source else None
    found = f"  {counted(quotes, 'quote')}, all found in the source" if quotes else "  no quotes"
    say(found if text else "  no source text, so no quotes")


def contents(case: Case) -> tuple[dict[str, int], int]:
    """How many items each section has, and how many quotes there are."""
    sections: dict[str, int] = {}
    quotes = 0
    for entry in case.entries():
        sections[entry.kind] = sections.get(entry.kind, 0) + 1
        quotes += len(entry.item.quotes)
    if case.resources:
        sections["resources"] = len(case.resources)
    return sections, quotes


def _plain(one: Checked) -> dict[str, Any]:
    made: dict[str, Any] = {"file": one.file, "ok": not one.issues, "issues": _all(one.issues)}
    if one.case is not None:
        sections, quotes = contents(one.case)
        made |= {"id": one.case.id, "items": sections, "quotes": quotes}
    return made


def _all(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    return [plain_of(issue) for issue in issues]
