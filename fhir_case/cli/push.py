"""`fhir-case push`: a case, or a bundle, onto a FHIR server; what is there already is not sent again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import SERVER, counted, pieces_of, say, stop, tell, working
from fhir_case.issues import ServerError

if TYPE_CHECKING:
    from fhir_case.delivery.pushed import Pushed

Server = Annotated[
    str, typer.Option("--server", envvar="FHIR_CASE_SERVER", metavar="URL", help="The FHIR base address of the server.")
]


def push(
    source: Annotated[Path, typer.Argument(metavar="CASE|BUNDLE", help="A case file, or a FHIR Bundle in JSON.")],
    server: Server,
    patient: Annotated[
        str | None, typer.Option(metavar="Patient/ID", help="Attach it to this patient, who stays as he is there.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Update the patient, practitioners and organizations too, if they differ.")
    ] = False,
) -> None:
    """Store a case on a FHIR R4 server. Doing it again creates nothing and makes no new version."""
    from fhir_case.api.client import FHIRClient
    from fhir_case.cli.files import case_or_bundle

    case = case_or_bundle(source)
    names = case.build("transaction").origins
    try:
        with FHIRClient(server) as client, working(f"pushing to {server}"):
            pushed = client.push(case, patient=patient, own=own)
    except ServerError as error:
        for text, which in (("stored", error.stored), ("not stored", error.not_stored)):
            if which:
                tell(f"{text}: {counted(len(which), 'resource')}: {_listed([names.get(one, one) for one in which])}")
        if not error.stored:
            tell("nothing was stored" if error.not_stored else "nothing was sent")
        stop(str(error), status=SERVER)
    show(pushed, names)


def show(pushed: Pushed, names: dict[str, str]) -> None:
    """What became of each resource, by what became of it; those that are unchanged are only counted."""
    for what in ("created", "updated", "kept", "attached"):
        for one in pushed.entries:
            if one.what == what:
                remark = " (shared, differs, left as it is; --own updates it)" if what == "kept" else ""
                say((f"{what:<9} ", "bold"), f"{one.reference}  {names.get(one.address, one.address)}", (remark, "dim"))
    say(summary(pushed))
    if pushed.patient:
        say("patient: ", (pushed.patient, "bold"))
    for issue in pushed.issues:
        tell(f"{issue.severity}: ", *pieces_of(issue))


def summary(pushed: Pushed) -> str:
    """`3 created, 1 updated, 50 unchanged`."""
    kept = f", {len(pushed.kept)} shared left as they are" if pushed.kept else ""
    attached = ", attached to the patient there" if pushed.attached else ""
    return f"{len(pushed.created)} created, {len(pushed.updated)} updated, {len(pushed.unchanged)} unchanged{kept}{attached}"


def _listed(names: list[str]) -> str:
    shown = 6
    more = f", and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
