"""`fhir-case export` and `fhir-case import`: a server's bulk data into a folder, and from NDJSON to cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import FINDINGS, counted, pieces_of, say, stop, tell, tracked
from fhir_case.cli.servers import Connection, with_server

if TYPE_CHECKING:
    from fhir_case.issues import Issue


@with_server
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, or one of the same export.")],
    server: Connection,
    of: Annotated[
        str, typer.Option("--of", metavar="Patient|Group/ID", help="Only the patients, or only this group.")
    ] = "",
    type: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Only resources of this type.")
    ] = None,
    since: Annotated[str, typer.Option("--since", metavar="INSTANT", help="Only what was changed since then.")] = "",
) -> None:
    """Bulk export from a FHIR server, as NDJSON files. The same command again goes on where the last one stopped.

    The exit status is 1 where something is missing.
    """
    import re

    if of and not re.fullmatch(r"Patient|Group/[A-Za-z0-9\-.]{1,64}", of):
        stop(f"expected Patient or a group such as Group/7, found {of[:80]!r}")
    from fhir_case.cli.files import writing

    with server.open(f"exporting to {folder} from") as client, writing(folder):
        found = client.export(folder, of, since=since, types=type or (), seen=_seen)
    say(f"{folder}: {counted(found.resources, 'resource')} in {counted(len(found.files), 'file')}")
    if found.time:
        say(f"next time: --since {found.time}")
    _tell(found.issues)
    if any(issue.severity == "error" for issue in found.issues):
        raise typer.Exit(FINDINGS)


def import_(
    source: Annotated[Path, typer.Argument(metavar="FOLDER|NDJSON", help="What export brought, or NDJSON files.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="CASES", help="A folder: a case file for each patient.")
    ],
    server: Annotated[
        str,
        typer.Option("--server", metavar="URL", help="Where the resources are from; the folder of an export knows."),
    ] = "",
) -> None:
    """Make a case of each patient in NDJSON files. A case file that is there already is left as it is.

    No server is asked: it is named since references are relative to it. The exit status is 1 where lines could not be read.
    """
    from fhir_case import dumps
    from fhir_case.api.bulk import state_of
    from fhir_case.api.importing import Import
    from fhir_case.cli.files import write_whole, writing

    paths = sorted(source.glob("*.ndjson")) if source.is_dir() else [source]
    paths = [path for path in paths if not path.name.startswith(("errors.", "deleted."))]
    if not paths or not all(path.is_file() for path in paths):
        stop(f"{source}: expected NDJSON, or a folder with files named .ndjson")
    base = (state_of(source).get("base") if source.is_dir() else "") or server
    if not base:
        stop("which server are these from?", "--server URL: their references are relative to it; it is not asked")
    with writing(output):
        output.mkdir(parents=True, exist_ok=True)
    made = remarks = 0

    def file_of(patient: str) -> Path:
        return output / f"{patient.partition('/')[2]}.yaml"

    with Import(paths, str(base).rstrip("/")) as held:
        done = {patient for patient in held.index.patients() if file_of(patient).exists()}
        there, every = len(done), sum(1 for _ in held.index.patients())
        for one in tracked("cases", held.cases(done), every - there):
            path = file_of(one.patient)
            # The case comes last, so that one that is there is whole, whenever an import was stopped.
            write_whole(path.with_suffix(".origin.json"), dumps(one.reading.case.origin, indent=2) + "\n")
            with writing(path):
                one.reading.case.save(path)
            made += 1
            remarks += len(one.reading.report.issues)
    kept = f", {there} were there already" if there else ""
    say(f"{output}: {counted(made, 'case')}{kept}, from {counted(len(held.index.spots), 'resource')}")
    if remarks:
        tell(f"{counted(remarks, 'remark')} on what is only carried, or in none of the files")
    _tell(held.issues[:50])
    if len(held.issues) > 50:
        tell(f"and {len(held.issues) - 50} more")
    if any(issue.severity == "error" for issue in held.issues):
        raise typer.Exit(FINDINGS)


def _seen(text: str) -> None:
    if text:
        tell((text, "dim"))


def _tell(issues: tuple[Issue, ...] | list[Issue]) -> None:
    for issue in issues:
        tell(f"{issue.severity}: ", *pieces_of(issue))
