"""`fhir-case convert`: between cases, FHIR in JSON and XML, NDJSON and phenopackets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import FINDINGS, counted, pieces_of, stop, tell
from fhir_case.formats.names import Format, by_name
from fhir_case.issues import Issue

if TYPE_CHECKING:
    from fhir_case.api.converting import Converted

STREAM = Path("-")


def convert(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A case, FHIR in JSON or XML, NDJSON, a phenopacket; or -")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to; its suffix says the format. - for stdout.")
    ] = STREAM,
    to: Annotated[Format | None, typer.Option("--to", help="The format, where the suffix does not say it.")] = None,
    from_: Annotated[
        Format | None, typer.Option("--from", help="The format of FILE, where it is not seen from it.")
    ] = None,
) -> None:
    """Convert a case, FHIR (JSON, XML, NDJSON), a phenopacket.

    From each to each. Suffixes: .yaml a case, .json and .xml FHIR, .ndjson one resource a line, .phenopacket.json,
    .case.json. What was written is read again: whatever is not as it was is named, and makes the exit status 1.
    """
    from fhir_case.api.converting import STREAMED, converted, streamed
    from fhir_case.api.opening import opened
    from fhir_case.cli.files import bytes_of, lines_of

    target = to or (by_name(output.name) if output != STREAM else None)
    if target is None:
        choices = ", ".join(Format)
        stop(f"the format of {output} is not told" if output != STREAM else "the format is not told", f"--to {choices}")
    if (from_ or by_name(file.name)) is Format.NDJSON and target in STREAMED:
        with lines_of(file) as (rows, name):
            made = streamed(rows, name, target)
            where = _write(made, output)
    else:
        text, name = bytes_of(file)
        made = converted(opened(text, name, from_, None if file == STREAM else file), target)
        where = _write(made, output)
    _told(made.report.issues, where, target)
    if not made.report.ok:
        raise typer.Exit(FINDINGS)


def _write(made: Converted, output: Path) -> str:
    """Write what was made; where it stands then, in words."""
    from fhir_case.cli.files import save, write_whole

    if output == STREAM:
        sys.stdout.writelines(made.text)
        return "stdout"
    if made.case is not None:
        return save(made.case, output)
    write_whole(output, made.text)
    return str(output)


_NO_ROOM = ("phenopacket-left-out", "phenopacket-code")
"""What a format cannot say, by its nature."""


def _told(issues: tuple[Issue, ...], where: str, target: Format) -> None:
    """What there is to say: errors and warnings whole; of notes the first of each kind, since there can be very many."""
    notes: dict[str, list[Issue]] = {}
    for issue in issues:
        if issue.code == "carried" or (issue.severity == "information" and issue.code != "format-frame"):
            notes.setdefault(issue.code, []).append(issue)
        else:
            tell(f"{'note' if issue.severity == 'information' else issue.severity}: ", *pieces_of(issue))
    if carried := notes.pop("carried", None):
        tell(f"note: {counted(len(carried), 'resource')} of no kind that a case has, kept verbatim")
    for first, *more in notes.values():
        tell("note: ", *pieces_of(first), f", and {len(more)} more" if more else "")
    lost = sum(issue.severity in ("error", "fatal") for issue in issues)
    framed = any(issue.code == "format-frame" for issue in issues)
    no_room = sum(len(notes.get(code, ())) for code in _NO_ROOM)
    fine = "all resources, nothing of them lost" if framed else "nothing lost"
    if no_room:
        fine = f"{counted(no_room, 'value')} left out, which it has no room for"
    tell(f"{where}: {target}, " + (counted(lost, "loss", "losses") if lost else fine))
