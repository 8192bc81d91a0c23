"""Push: a plan made and carried out, again and again until it is settled.

The server is asked first what it has. Entries that are there and equal are not sent; shared resources that are there
are never overwritten; the rest goes as transactions, whose requests stay conditional, so that a push that was killed
at any moment and run again ends as one that was not. Where another writer came in between, or an answer was lost, the
server is read again and it is decided anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from itertools import count

from fhir_case.client.messages import Step, Wait
from fhir_case.delivery.abilities import Abilities
from fhir_case.delivery.carrying import State, carried
from fhir_case.delivery.compare import Comparison
from fhir_case.delivery.entries import entries_of
from fhir_case.delivery.find import found
from fhir_case.delivery.naming import issue_of, named, worded
from fhir_case.delivery.order import on_themselves, reaching
from fhir_case.delivery.places import place
from fhir_case.delivery.plan import Choices, Plan, departed
from fhir_case.delivery.planning import Job, Origin, Work, checked, planned
from fhir_case.delivery.pushed import Pushed, Rejection, Stored, What
from fhir_case.delivery.sending import learned_limit
from fhir_case.issues import Conflict, Issue, Refused, ServerError, Unreachable
from fhir_case.json import Json

ROUNDS = 16
"""How often it is decided anew, for conflicts with other writers and lost answers. Of eight that write the same, HAPI
lets at least one through in each round."""

Chance = Callable[[], float]
"""Between 0 and 1, for the jitter of pauses."""


def job_of(
    base: str, bundle: dict[str, Json], choices: Choices | None = None, *,
    can: Abilities | None = None, origin: Mapping[str, Origin] | None = None, source: str = "", looks: bool = False,
) -> Job:  # fmt: skip
    """What is to be pushed. Raises `Refused` for a bundle that cannot be."""
    choices = choices or Choices()
    checked(choices.patient)
    entries = tuple(entries_of(bundle))
    return Job(base, entries, choices, can or Abilities(), origin or {}, source, bundle.get("type") == "batch", looks)


def plan_of(job: Job) -> Step[Plan]:
    """What a push would do. Nothing is written.

    Raises `Conflict` where several resources match one identity (they are named), `Refused` and `Unreachable`.
    """
    return (yield from planned(job)).plan


def push(job: Job, *, expected: Plan | None = None, chance: Chance = random.random) -> Step[Pushed]:
    """Store what differs from what the server has; where nothing differs, nothing is sent.

    `expected`: a plan, which is carried out exactly, or not at all.

    Raises `Unreachable`, `Refused` or `Conflict`: `stored` and `not_stored` are the fullUrls of the entries of which it
    is known whether this push stored them, `issues` what is wrong with each that is at fault.
    https://hl7.org/fhir/R4/http.html#transaction
    """
    state = State(job.choices.limit)
    lost: ServerError | None = None
    for number in count(1):
        try:
            work = yield from planned(job, state.places, state.limit, state.settled)
            _check_expected(expected, work.plan, state)
            work = _startable(job, work, state)
        except ServerError as error:
            if isinstance(error, Unreachable) and error.status == 200 and number < ROUNDS:
                yield Wait(_pause(number, chance))  # a success that is no FHIR: somebody in between has answered
                continue
            if lost is not None and isinstance(error, Unreachable):
                lost.message += ". Push again: what is stored already is found, and not stored twice"
                error = lost
            _account(error, job, state, {})
            raise error from None
        try:
            yield from carried(job, work, state)
        except ServerError as error:
            if limit := _limit(error, work, state):
                state.limit = limit
                continue
            if _passing(error) and number < ROUNDS:
                if error.status == 500 and on_themselves(work.entries):
                    job = replace(job, can=replace(job.can, self_references=False))
                lost = error if state.tried else None
                yield Wait(_pause(number, chance))
                continue
            if isinstance(error, Refused) and error.not_stored and not job.batch:
                try:
                    error, goes_on = yield from named(job, work, state, error)
                except ServerError as other:
                    error, goes_on = other, _passing(other) and number < ROUNDS
                if goes_on:
                    continue
            yield from _tell(error, job, work, state)
            raise error from None
        if not state.again or number == ROUNDS:
            break
        yield Wait(_pause(number, chance))
    made = _settled(job, work, state)
    if made.rejections and not job.choices.partial and not job.batch:
        raise _refused_alone(job, made)
    return made


def _pause(number: int, chance: Chance) -> float:
    """Full jitter, at most five seconds."""
    return chance() * float(min(5.0, 0.1 * 2**number))


def _passing(error: ServerError) -> bool:
    """Whether reading again and deciding anew may settle it: a version that was stale, or an answer that was lost."""
    if isinstance(error, Conflict):
        return True
    lost = isinstance(error, Unreachable) and not error.not_stored
    return lost or (error.status is not None and error.status >= 500 and error.status != 501)


def _limit(error: ServerError, work: Work, state: State) -> int:
    """The limit that the server has shown by refusing, where it is lower than what was known."""
    largest = max((len(part.entries) for part in work.parts), default=0)
    limit = learned_limit(error, largest) if isinstance(error, Refused) and error.not_stored else 0
    return limit if limit and (not state.limit or limit < state.limit) else 0


def _check_expected(expected: Plan | None, now: Plan, state: State) -> None:
    why = departed(expected, now, {*state.done, *state.tried}) if expected is not None else ()
    if why:
        more = f"; and {len(why) - 5} more" if len(why) > 5 else ""
        raise Refused(f"the plan can no longer be applied: {'; '.join(why[:5])}{more}. Nothing was sent; plan again")


def _startable(job: Job, work: Work, state: State) -> Work:
    """The work, if nothing stops it; with `partial`, without what is stopped and what reaches it."""
    stopped = [one for one in work.plan.stopped if one.address not in state.done]
    if not stopped:
        return work
    number = {entry.address: entry.number for entry in job.entries}
    made = [
        Rejection(one.address, number.get(one.address, -1), f"{one.reference or one.type}: {one.why}")
        for one in stopped
    ]
    if not job.choices.partial and not job.batch:
        kind = Conflict if any(one.action == "conflict" for one in stopped) else Refused
        listed = "; ".join(one.reason for one in made[:5]) + (f"; and {len(made) - 5} more" if len(made) > 5 else "")
        fix = "Pull again and look at both, or push with --overwrite. " if kind is Conflict else ""
        raise kind(f"{listed}. {fix}Nothing was stored", issues=tuple(map(issue_of, made)))
    absent = [one.address for one in stopped if one.action == "refuse" and not one.reference]
    held = reaching([*(e for e in job.entries if e.address in absent), *work.entries], absent)
    state.rejections += [
        replace(one, held=tuple(a for a, cause in held.items() if cause == one.address)) for one in made
    ]
    for one in stopped:
        state.done[one.address] = Stored(one.address, "refused", one.reference, one.version)
    return _without(work, set(held), state)


def _without(work: Work, held: set[str], state: State) -> Work:
    """The work without what is held back."""
    for address in held:
        state.done[address] = Stored(address, "held back", "")
    parts = [
        replace(part, entries=tuple(e for e in part.entries if e.address not in state.done or part.again))
        for part in work.parts
    ]
    return replace(work, parts=tuple(part for part in parts if part.entries))


def _refused_alone(job: Job, made: Pushed) -> Refused:
    """Not what a transaction may do, but it was seen (metriport#446): a 200 whose entries failed."""
    bad = made.rejections
    message = f"the server took the transaction but refused {len(bad)} of {len(job.entries)} entries"
    return Refused(
        f"{message}: {'; '.join(worded(one) for one in bad[:5])}", bad[0].outcome, None,
        tuple(one.address for one in made.entries if one.what not in ("refused", "held back")),
        tuple(one.address for one in made.not_stored), tuple(map(issue_of, bad)),
    )  # fmt: skip


_SAID: dict[str, What] = {
    "create": "created", "update": "updated", "unchanged": "unchanged", "keep": "kept", "attach": "attached",
    "send": "sent", "withdraw": "withdrawn",
}  # fmt: skip


def _settled(job: Job, work: Work, state: State) -> Pushed:
    """What became of each entry: as it was written, else as the last plan found it."""
    last = {one.address: one for one in work.plan.entries}
    made: dict[str, Stored] = {}
    settled = 0
    for entry in job.entries:
        one = state.done.get(entry.address)
        if one is None:
            plan = last[entry.address]
            what = _SAID.get(plan.action, "refused")
            if plan.action in ("unchanged", "keep") and entry.address in state.tried:
                what, settled = state.tried[entry.address], settled + 1
            if entry.address in state.again:
                what = "refused"
                reason = f"status {state.again[entry.address]} each time"
                state.rejections.append(Rejection(entry.address, entry.number, reason))
            one = Stored(entry.address, what, plan.reference, plan.version)
        made[entry.address] = one
    for address, one in state.done.items():
        made.setdefault(address, one)
    issues = [*work.plan.issues, *state.issues, *map(issue_of, state.rejections)]
    if settled:
        issues.append(
            Issue(
                "push-settled",
                f"the answer for {settled} resources was lost; the server was read instead, and has them as they should be",
                "information",
            )
        )
    who = next((one.reference for one in made.values() if one.reference.startswith("Patient/")), "")
    return Pushed(tuple(made.values()), who, tuple(dict.fromkeys(issues)), tuple(state.rejections))


def _account(
    error: ServerError, job: Job, state: State, there: dict[str, bool], before: Container[str] = frozenset()
) -> None:
    """Name in the error what this push is known to have stored, and what not; neither what was there `before` it."""
    stored = {one.address for one in state.done.values() if one.what not in ("refused", "held back")}
    stored |= {address for address, is_there in there.items() if is_there}
    error.stored = tuple(entry.address for entry in job.entries if entry.address in stored)
    unsure = stored.union(state.tried)
    error.not_stored = tuple(
        entry.address for entry in job.entries if entry.address not in unsure and entry.address not in before
    )


def _tell(error: ServerError, job: Job, work: Work, state: State) -> Step[None]:
    """Write into the error what was stored and what was not, by asking the server: not all of them roll back."""
    before = {one.address for one in work.plan.of("unchanged", "keep", "attach")}.difference(state.tried)
    entries = [one for one in job.entries if one.address not in state.done and one.address not in before]
    if isinstance(error, Unreachable) and error.not_stored:
        _account(error, job, state, {}, before)
        return
    try:
        have = yield from found(job.base, [entry for entry in entries if entry.criterion is not None])
    except ServerError:
        if error.not_stored:
            _account(error, job, state, {}, before)
            error.message += ". Nothing was stored" if not error.stored else f". {_counted(error, job)} were stored"
        else:
            error.stored = tuple(entry.address for entry in job.entries if entry.address in state.done)
            error.message += ". Push again: what is stored already is found, and not stored twice"
        return
    known = {where: address for address, where in {**work.places, **state.places}.items()}
    known.update({where: address for address, resource in have.items() if (where := place(resource))})
    comparison = Comparison(known, job.base)
    there = {
        entry.address: comparison.difference(held, entry.resource or {}) != "content"
        for entry in entries
        if (held := have.get(entry.address))
    }
    _account(error, job, state, there, before)
    error.message += f". {_counted(error, job)} {'was' if len(error.stored) < 2 else 'were'} stored"


def _counted(error: ServerError, job: Job) -> str:
    return "Nothing" if not error.stored else f"{len(error.stored)} of {len(job.entries)} entries"
