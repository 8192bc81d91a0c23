"""`fhir-case pull`: what a FHIR server has of a patient, as a case file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fhir_case.cli.output import counted, pieces_of, say, stop, tell
from fhir_case.cli.servers import Connection, with_server
from fhir_case.issues import CaseError


@with_server
def pull(
    patient: Annotated[str, typer.Argument(metavar="Patient/ID", help="The patient on the server.")],
    server: Connection,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="CASE", help="The case file to write; CASE.origin.json stands beside it."
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each value where it is in the case, and why it is not in a field.")
    ] = False,
) -> None:
    """Bring home, as a case, what a FHIR R4 server has of a patient."""
    import re

    from fhir_case import dumps
    from fhir_case.cli.files import save, write_whole

    if not re.fullmatch(r"Patient/[A-Za-z0-9\-.]{1,64}", patient):
        stop(f"expected a patient such as Patient/123, found {patient[:80]!r}")
    _check(output)  # what cannot be overwritten is found before the server is asked
    with server.open(f"pulling {patient} from") as client:
        reading = client.read(patient)
    case = reading.case
    if output is None:
        say(case.to_yaml().rstrip("\n"))
    else:
        where = save(case, output)
        beside = output.with_suffix(".origin.json")
        write_whole(beside, dumps(case.origin, indent=2) + "\n")
        items = sum(1 for _ in case.entries()) + len(case.resources)
        tell(f"{where}: {counted(items, 'item')}; {beside}: where they are on the server")
    for issue in reading.report.issues:
        tell(f"{issue.severity}: ", *pieces_of(issue))
    if explain:
        from fhir_case.formats import ledger

        tell(ledger.read(reading.explain()))


def _check(output: Path | None) -> None:
    """A case file may be written anew, and its comments stay; another kind of file is not overwritten."""
    from fhir_case import Case

    if output is None or not output.exists():
        return
    try:
        Case.load(output)
    except (CaseError, OSError, UnicodeDecodeError):
        stop(f"{output} is there already and is no case file without errors", "give another name, or remove it")
