"""`fhir-case push`: a case, or a bundle, onto a FHIR server; what is there already is not sent again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import FINDINGS, SERVER, counted, pieces_of, say, stop, tell
from fhir_case.cli.sending import (
    AsDocument,
    Ask,
    Attach,
    Limit,
    Overwrite,
    Own,
    Sent,
    Withdraw,
    choices,
    sent_from,
)  # fmt: skip
from fhir_case.cli.servers import Connection, with_server
from fhir_case.issues import Issue, ServerError

if TYPE_CHECKING:
    from fhir_case.delivery.plan import Plan
    from fhir_case.delivery.pushed import Pushed


@with_server
def push(
    server: Connection,
    source: Annotated[
        Path | None, typer.Argument(metavar="CASE|BUNDLE", help="A case file, or a FHIR Bundle, JSON or XML.")
    ] = None,
    patient: Attach = None,
    own: Own = False,
    overwrite: Overwrite = False,
    withdraw: Withdraw = None,
    partial: Annotated[bool, typer.Option("--partial", help="Store what the server does not refuse.")] = False,
    as_document: AsDocument = False,
    ask: Ask = False,
    limit: Limit = 0,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN", help="Do exactly what plan -o PLAN has said, or nothing.")
    ] = None,
) -> None:
    """Store a case on a FHIR R4 server. Doing it again creates nothing and makes no new version.

    The exit status is 1 where --partial left something out, 3 where nothing was stored.
    """
    expected = None
    if plan is not None:
        expected, file, as_document = _planned(plan)
        source, server = source or file, replace(server, url=server.url or expected.base)
    if source is None:
        stop("expected a case or a Bundle to push", "or --plan PLAN, as plan -o PLAN has saved it")
    sent = sent_from(source)
    chosen = choices(
        patient=patient, own=own, overwrite=overwrite, withdraw=withdraw, partial=partial, ask=ask, limit=limit
    )
    try:
        with server.open("pushing to") as client:
            pushed = client.push(sent.source, plan=expected, as_document=as_document, **chosen)
    except ServerError as error:
        failed(error, sent)
    show(pushed, sent)
    _keep_origin(sent)  # after what was done is said: the disk may be full
    if pushed.rejections:
        raise typer.Exit(FINDINGS)


def _planned(path: Path) -> tuple[Plan, Path, bool]:
    """A saved plan, the file that it is of, and whether that goes as a document."""
    from fhir_case import loads
    from fhir_case.delivery.plan import Plan

    try:
        plain = loads(path.read_bytes())
        return Plan.from_dict(plain), Path(plain["file"]), bool(plain.get("as_document"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        stop(f"{path} cannot be read as a plan: {error}", "fhir-case plan -o writes one")


def _keep_origin(sent: Sent) -> None:
    """Beside a case that was pulled, note the versions that are on the server now."""
    from fhir_case import Case, dumps
    from fhir_case.cli.files import write_whole

    beside = sent.path.with_suffix(".origin.json")
    if isinstance(sent.source, Case) and sent.source.origin is not None and beside.is_file():
        write_whole(beside, dumps(sent.source.origin, indent=2) + "\n")


def failed(error: ServerError, sent: Sent) -> None:
    """What was stored and what was not, each entry at fault with its line, and why; then the end of the command."""
    for text, which in (("stored", error.stored), ("not stored", error.not_stored)):
        if which:
            tell(f"{text}: {counted(len(which), 'resource')}: {sent.listed(which)}")
    if not error.stored:
        tell("nothing was stored" if error.not_stored else "nothing was sent")
    _tell(sent, error.issues)
    stop(str(error), status=SERVER)


def show(pushed: Pushed, sent: Sent) -> None:
    """What became of each resource, by what became of it; those that are unchanged are only counted."""
    remarks = {"kept": " (shared, differs, left as it is; --own updates it)"}
    for what in ("created", "updated", "kept", "attached", "sent", "withdrawn", "refused", "held back"):
        for one in pushed.entries:
            if one.what == what:
                name = sent.name(one.address) if one.address in sent.names else ""
                say((f"{what:<9} ", "bold"), f"{one.reference}  {name}".strip(), (remarks.get(what, ""), "dim"))
    say(summary(pushed))
    if pushed.patient:
        say("patient: ", (pushed.patient, "bold"))
    _tell(sent, pushed.issues)


def _tell(sent: Sent, issues: tuple[Issue, ...]) -> None:
    for issue in sent.placed(issues):
        tell(f"{issue.severity}: ", *pieces_of(issue))


def summary(pushed: Pushed) -> str:
    """`3 created, 1 updated, 50 unchanged`."""
    more = [
        (len(pushed.kept), "shared left as they are"), (len(pushed.withdrawn), "withdrawn"),
        (len(pushed.not_stored), "not stored"),
    ]  # fmt: skip
    said = "".join(f", {number} {text}" for number, text in more if number)
    attached = ", attached to the patient there" if pushed.attached else ""
    return f"{len(pushed.created)} created, {len(pushed.updated)} updated, {len(pushed.unchanged)} unchanged{said}{attached}"
