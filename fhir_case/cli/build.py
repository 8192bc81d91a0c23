"""`fhir-case build`: the case as a FHIR R4 Bundle."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import FINDINGS, counted, pieces_of, say, stop, tell
from fhir_case.issues import Report

if TYPE_CHECKING:
    from fhir_case import Case


class As(StrEnum):
    """The types of bundle that a case can become."""

    TRANSACTION = "transaction"
    DOCUMENT = "document"
    COLLECTION = "collection"


def build(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="A case file, YAML or JSON.")],
    as_: Annotated[
        As, typer.Option("--as", help="For a server, as an IPS document, or as a mere collection.")
    ] = As.TRANSACTION,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there, not to stdout.")
    ] = None,
    recorded: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="When a document is put together, where the case does not say it: an instant, or now.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say of each value where it went or comes from, and why; list all findings."),
    ] = False,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE", help="Write there, as JSON, what --explain says.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="GUIDE",
            help="Claim the profiles of a guide, us-core@6.1.0 or a package, and say what is not stated.",
        ),
    ] = None,
    validate: Annotated[
        bool, typer.Option("--validate/--no-validate", help="Validate the bundle, too.", show_default=True)
    ] = True,
    package: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME@VERSION", help="Validate with this FHIR package, too: from the cache, a .tgz, a folder."
        ),
    ] = None,
) -> None:
    """Make the FHIR R4 Bundle of a case.

    It is validated against R4 and the packages of fhir-case.toml. Errors make the exit status 1; the bundle is written all
    the same. What cannot be decided here (SNOMED CT, LOINC) is only counted.
    """
    from fhir_case import Case, dumps
    from fhir_case.cli.files import write_whole

    held = Case.load(case)
    if recorded is not None:
        _record(held, recorded)
    built = held.build(as_.value, profile=profile)
    text = dumps(built.bundle, indent=2)
    if output is None:
        say(text)
    else:
        write_whole(output, text + "\n")
        tell(f"{output}: {counted(len(built.bundle['entry']), 'resource')}, {as_.value}")
    remark(built.report, explain)
    if explain or ledger is not None:
        from fhir_case.formats import ledger as forms

        accounts = held.explain(as_.value)
        if explain:
            tell(forms.built(accounts))
        if ledger is not None:
            write_whole(ledger, dumps(forms.plain(accounts), indent=2) + "\n")
    if validate:
        from fhir_case.api.conforming import package_of
        from fhir_case.cli import findings

        guide = [str(package_of(profile))] if profile else []
        result = findings.found_in(held, built, case, [*(package or ()), *guide])
        findings.show(result, explain)
        if not result.report.ok:
            raise typer.Exit(FINDINGS)


def _record(case: Case, instant: str) -> None:
    """Say when the case is put together. An instant that the case states is not overwritten; stop where it is none."""
    from datetime import UTC, datetime

    if case.recorded is not None:
        stop("the case states already when it was recorded", "change it there, or leave --recorded out")
    try:
        case.recorded = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant == "now" else instant
    except ValueError:
        stop(f"{instant[:60]!r} is no instant with its zone", "write it as 2026-11-22T09:30:00Z, or now")


def remark(report: Report, explain: bool) -> None:
    """Say beside the result what the standard forced the build to add, and what it had to drop."""
    added = [issue for issue in report.issues if issue.code == "required-unknown"]
    if added:
        hint = "" if explain else "; --explain names them"
        tell(f"note: {counted(len(added), 'element')} marked as not stated, since the standard demands them{hint}")
    for issue in report.issues:
        if explain or issue not in added:
            tell(f"  {issue.severity}: ", *pieces_of(issue))
