"""Which entries are at fault for a refusal, and what becomes of the others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from fhir_case.client.messages import Step
from fhir_case.client.writing import single, transaction
from fhir_case.delivery.carrying import State, carried
from fhir_case.delivery.entries import Entry
from fhir_case.delivery.find import found
from fhir_case.delivery.narrow import narrowed, only_the_probe, probe, rejections, suspects
from fhir_case.delivery.order import groups, reaching
from fhir_case.delivery.places import local
from fhir_case.delivery.planning import Job, Work, planned
from fhir_case.delivery.pushed import Rejection, Stored, What
from fhir_case.delivery.sending import transaction_of
from fhir_case.issues import Conflict, Issue, Refused, ServerError, Unreachable
from fhir_case.json import Json


def named(job: Job, work: Work, state: State, error: ServerError) -> Step[tuple[ServerError, bool]]:
    """The refusal with the entries that are at fault; and whether, with `partial`, the push goes on without them."""
    part = next(part for part in work.parts if any(entry.address not in state.settled for entry in part.entries))
    circles = groups(part.entries)
    if job.choices.partial:
        bad, complete = yield from narrowed(circles, _landing(job, work, state), error)
        _hold_back(job, work, state, bad)
        return error, bool(bad) and complete
    bad, complete = yield from _dry(job, work, circles, error)
    if not bad:
        return error, False
    shown = "; ".join(worded(one) for one in bad[:5]) + (f"; and {len(bad) - 5} more" if len(bad) > 5 else "")
    more = "" if complete else " (there may be more)"
    return type(error)(
        f"the server refuses {len(bad)} of {len(part.entries)} entries{more}: {shown}", bad[0].outcome, error.status,
        error.stored, error.not_stored, tuple(issue_of(replace(one, held=())) for one in bad),
    ), False  # fmt: skip


def _hold_back(job: Job, work: Work, state: State, bad: Sequence[Rejection]) -> None:
    """What reaches a bad entry is not sent either, in this part and in the later ones."""
    later = [entry for part in work.parts for entry in part.entries]
    for one in bad:
        state.done[one.address] = Stored(one.address, "refused", "")
        held = tuple(dict.fromkeys((*one.held, *reaching(later, [one.address]))))
        held = tuple(address for address in held if address not in state.places)
        for address in held:
            state.done.setdefault(address, Stored(address, "held back", ""))
        state.rejections.append(replace(one, held=held))


def _landing(job: Job, work: Work, state: State) -> Callable[[list[Entry]], Step[ServerError | None]]:
    """Attempts that store what they can. Each looks first at what is there: not every server rolls back."""
    alone = replace(job, choices=replace(job.choices, patient=None, ask=False, withdraw=""), looks=False)

    def attempt(entries: list[Entry]) -> Step[ServerError | None]:
        left = tuple(entry for entry in entries if entry.address not in state.settled)
        if not left:
            return None
        fresh = yield from planned(replace(alone, entries=left), {**work.places, **state.places}, state.limit)
        for one in fresh.plan.of("unchanged", "keep"):
            what: What = "kept" if one.action == "keep" else "unchanged"
            if one.action == "unchanged" and one.address not in work.have:
                what = "created"  # by an attempt that was refused as a whole, on a server that does not roll back
            state.done[one.address] = Stored(one.address, what, one.reference, one.version)
            state.places[one.address] = one.reference
        try:
            yield from carried(job, fresh, state)
        except Refused as no:
            if not no.not_stored:
                raise
            return no
        return None

    return attempt


def _dry(
    job: Job, work: Work, circles: Sequence[tuple[Entry, ...]], error: ServerError
) -> Step[tuple[list[Rejection], bool]]:
    """The bad entries, found without storing any: each attempt has an entry in it that is always refused.

    Where the server has shown that it stores what is refused in part, or takes references to what is not there, there
    is no such entry; then its own words have to do.
    """
    every = [entry for circle in circles for entry in circle]
    told = suspects(every, error.outcome)
    guess = rejections(told, error, ()) if len(told) == 1 else []
    new = [entry for entry in every if entry.address not in work.have and entry.criterion is not None]
    if len(every) == 1:
        return rejections(every, error, ()), True
    if not job.can.transaction or (yield from found(job.base, new)):
        return guess, not guess
    token = f"fhir-case-probe-{uuid.uuid4().hex[:12]}"

    def attempt(entries: list[Entry]) -> Step[ServerError | None]:
        body = transaction_of(entries, work.have, work.places, job.base, job.can)
        try:
            answer, _ = yield from transaction(job.base, {**body, "entry": [*body["entry"], probe(token)]})
        except (Refused, Conflict) as no:
            return None if only_the_probe(no, token) else no
        yield from _taken_back(job, answer, token)
        raise _TakesAnythingError

    try:
        refusal = yield from attempt([])
        if refusal is not None:
            return guess, not guess
        return (yield from narrowed(circles, attempt, error))
    except (_TakesAnythingError, Unreachable):
        return guess, not guess


class _TakesAnythingError(Exception):
    """The server took the probe."""


def _taken_back(job: Job, answer: dict[str, Json], token: str) -> Step[None]:
    """Delete the probe that a server has stored."""
    for entry in answer.get("entry") or ():
        location = str((entry.get("response") or {}).get("location") or "")
        where = local("/".join(location.partition("/_history/")[0].split("/")[-2:]), job.base)
        if where and where[0].startswith("Basic/"):
            yield from single(job.base, {"request": {"method": "DELETE", "url": where[0]}})


def worded(one: Rejection) -> str:
    """`entry 3 (status): …`."""
    return f"entry {one.number + 1}{f' ({one.element})' if one.element else ''}: {one.reason}"


def issue_of(one: Rejection) -> Issue:
    """A rejection as an issue with its place in the bundle."""
    path = f"Bundle.entry[{one.number}]" + (f".resource.{one.element}" if one.element else "")
    refer = "1 that refers" if len(one.held) == 1 else f"{len(one.held)} that refer"
    held = f"; {refer} to it could not be stored either" if one.held else ""
    return Issue(
        "push-rejected", f"the server refuses this: {one.reason}{held}", "error", path if one.number >= 0 else ""
    )
