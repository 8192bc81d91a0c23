"""`fhir-case plan`: what a push would do, resource by resource; nothing is written."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import FINDINGS, Piece, pieces_of, say, tell
from fhir_case.cli.sending import (
    AsDocument,
    Ask,
    Attach,
    Limit,
    Overwrite,
    Own,
    Sent,
    Source,
    Withdraw,
    choices,
    sent_from,
    transactions,
)  # fmt: skip
from fhir_case.cli.servers import Connection, with_server

if TYPE_CHECKING:
    from fhir_case.delivery.plan import Plan, Planned


class Format(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"


@with_server
def plan(
    source: Source,
    server: Connection,
    patient: Attach = None,
    own: Own = False,
    overwrite: Overwrite = False,
    withdraw: Withdraw = None,
    as_document: AsDocument = False,
    ask: Ask = False,
    limit: Limit = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PLAN", help="Save it for push --plan PLAN.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Text for people, JSON for programs.")] = Format.TEXT,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show what changes, not only which elements.")
    ] = False,
) -> None:
    """Show what a push would do; nothing is written.

    The exit status is 1 where a push would be stopped, by a conflict or by what the server cannot store.
    """
    from fhir_case import dumps
    from fhir_case.cli.files import write_whole

    sent = sent_from(source)
    chosen = choices(patient=patient, own=own, overwrite=overwrite, withdraw=withdraw, ask=ask, limit=limit)
    with server.open("asking") as client:
        made = client.plan(sent.source, as_document=as_document, **chosen)
    plain: dict[str, Any] = {
        **made.to_dict(values=show_values),
        "file": str(source.resolve()),
        "as_document": as_document,
    }
    if output is not None:
        write_whole(output, dumps(plain, indent=2) + "\n")
        output.chmod(0o600)
    if format is Format.JSON:
        say(dumps(plain, indent=2))
    else:
        show(made, sent, values=show_values)
    for issue in made.issues:
        tell(f"{issue.severity}: ", *pieces_of(issue))
    if made.stopped:
        raise typer.Exit(FINDINGS)


_STYLES = {
    "create": "green", "update": "yellow", "conflict": "bold red", "refuse": "bold red", "withdraw": "red",
    "withdrawn": "yellow",
}  # fmt: skip

_SHOWN = 6
"""Elements named in a line of the plan."""


def show(made: Plan, sent: Sent, *, values: bool) -> None:
    """The plan as a table; what is unchanged is only counted."""
    lines = [one for one in made.entries if one.action != "unchanged"]
    wide = max((len(one.reference or one.type) for one in lines), default=0)
    named = max((len(_name(one, sent)) for one in lines), default=0)
    for one in lines:
        rest = _rest(one, values=values)
        name = f"{_name(one, sent):<{named}}" if rest else _name(one, sent)
        tail: tuple[Piece, ...] = ("  ", (rest, "dim")) if rest else ()
        say(
            (f"{one.action:<9}", _STYLES.get(one.action, "bold")),
            f"  {one.reference or one.type:<{wide}}  {name}",
            *tail,
        )
        if values:
            for change in one.changes:
                say(f"    {change.path}: ", (_value(change.before), "red"), " -> ", (_value(change.after), "green"))
    say(summary(made))
    say(f"{transactions(made.transactions)} to {made.base}" + _twice(made))
    say("guarantee: ", (made.guarantee, "bold"), f": {made.because}")


def summary(made: Plan) -> str:
    """`3 to create, 1 to update, 50 unchanged`."""
    words = {
        "create": "to create", "update": "to update", "send": "to send as they are", "withdraw": "to withdraw",
        "unchanged": "unchanged", "keep": "shared left as they are", "attach": "attached to",
        "withdrawn": "no longer in the case", "conflict": "in conflict", "refuse": "refused",
    }  # fmt: skip
    always = ("create", "update", "unchanged")
    counts = {action: sum(one.action == action for one in made.entries) for action in words}
    return ", ".join(f"{counts[one]} {text}" for one, text in words.items() if counts[one] or one in always)


def _name(one: Planned, sent: Sent) -> str:
    return "" if one.action in ("withdraw", "withdrawn") else sent.name(one.address)


def _rest(one: Planned, *, values: bool) -> str:
    changes = ""
    if one.changes and not values:
        paths = [change.path for change in one.changes]
        changes = ", ".join(paths[:_SHOWN]) + (f", and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
    return "; ".join(filter(None, (one.why, changes)))


def _value(value: Any) -> str:
    from fhir_case import dumps

    text = "nothing" if value is None else dumps(value)
    return text if len(text) <= 100 else text[:99] + "…"


def _twice(made: Plan) -> str:
    if not made.twice:
        return ""
    return (
        f"; {len(made.twice)} are written twice, since their references go in a circle larger than a transaction may be"
    )
