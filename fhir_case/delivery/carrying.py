"""A plan carried out: part by part, each answer mapped to its entry; what is written is noted at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fhir_case.client.answers import outcome_text
from fhir_case.client.messages import Step
from fhir_case.client.writing import single, transaction
from fhir_case.delivery.entries import Entry
from fhir_case.delivery.find import found
from fhir_case.delivery.narrow import element_of
from fhir_case.delivery.order import Part
from fhir_case.delivery.places import local, place
from fhir_case.delivery.planning import Job, Work, version_of
from fhir_case.delivery.pushed import Rejection, Stored, What
from fhir_case.delivery.sending import takes_few_conditions, transaction_of, unconditional
from fhir_case.issues import Conflict, Issue, Refused
from fhir_case.json import Json


@dataclass(slots=True)
class State:
    """How far a push has come."""

    limit: int = 0
    done: dict[str, Stored] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Of what is done and refers no more to what is not."""
    tried: dict[str, What] = field(default_factory=dict)
    """What became of entries whose answer was lost, if they are found to have been stored."""
    again: dict[str, str] = field(default_factory=dict)
    """Entries that failed for now, alone: the status of each."""
    rejections: list[Rejection] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    plain: bool = False
    """The server takes only a few conditions in one transaction."""
    half: set[str] = field(default_factory=set)
    """What was written without its references to what was not there yet."""

    @property
    def settled(self) -> frozenset[str]:
        """The entries that need no further look."""
        return frozenset(self.done).difference(self.half)


def carried(job: Job, work: Work, state: State) -> Step[None]:
    """Write what the plan says, noting in `state` what was done. Raises `Conflict`, `Refused` or `Unreachable` at the
    first part that was not stored."""
    have, places = dict(work.have), dict(work.places)
    whole = {entry.address for part in work.parts if part.again for entry in part.entries}
    for part in work.parts:
        yield from _part(job, work, part, state, have, places)
        for entry in part.entries:
            if (one := state.done.get(entry.address)) is None:
                continue
            if one.reference:
                places[entry.address] = one.reference
                id_ = one.reference.partition("/")[2]
                meta = {"versionId": one.version} if one.version else {}
                have[entry.address] = {"resourceType": entry.type, "id": id_, "meta": meta}
            if entry.address in whole and not part.again:
                state.half.add(entry.address)
            else:
                state.half.discard(entry.address)
                if one.reference:
                    state.places[entry.address] = one.reference
    for where in work.removals:
        yield from _removed(job, where, state)


def _part(
    job: Job, work: Work, part: Part, state: State, have: dict[str, dict[str, Json]], places: dict[str, str]
) -> Step[None]:
    """Write one part. Where the answer is lost, `state.tried` says what it would have been."""
    body = transaction_of(part.entries, have, places, job.base, job.can)
    tried = {entry.address: _tried(entry, work, job) for entry in part.entries}
    kind = "batch" if job.batch else "transaction"
    if state.plain:
        body = unconditional(body)
    lost = frozenset(state.tried).intersection(tried)
    state.tried.update(tried)
    repeated = False
    try:
        if not job.can.transaction and not job.batch:
            response, repeated = yield from single(job.base, body["entry"][0])
        else:
            response, repeated = yield from _transaction(job, {**body, "type": kind}, state)
    except (Conflict, Refused) as no:
        if no.not_stored:  # it was refused for certain, so nothing of it is there by our doing
            for address in tried:
                state.tried.pop(address, None)
        raise
    answers = yield from _answers(job.base, part.entries, response)
    bad: dict[str, str] = {}
    for entry, (status, where, version, outcome) in zip(part.entries, answers, strict=True):
        if status and status[0] != "2":
            bad[entry.address] = status
            state.tried.pop(entry.address, None)
            if status in _LATER:
                state.again[entry.address] = status
            else:
                reason = outcome_text(outcome) or f"status {status}"
                element = element_of(entry, outcome)
                state.rejections.append(Rejection(entry.address, entry.number, reason, element, outcome))
                state.done[entry.address] = Stored(entry.address, "refused", "")
            continue
        what = tried[entry.address] if repeated or part.again or entry.address in lost else None
        one = _stored(entry, status, where, version, have.get(entry.address), what, work)
        if entry.address in state.half:
            one = Stored(one.address, state.done[entry.address].what, one.reference, one.version)
        state.done[entry.address] = one
        state.tried.pop(entry.address, None)
        state.again.pop(entry.address, None)


_LATER = frozenset({"408", "409", "412", "425", "429", "500", "502", "503", "504"})


def _tried(entry: Entry, work: Work, job: Job) -> What:
    if not entry.puts:
        return "sent"
    if entry.address.startswith(job.base):
        return "withdrawn"
    return "updated" if entry.address in work.have else "created"


def _transaction(job: Job, body: dict[str, Json], state: State) -> Step[tuple[dict[str, Json], bool]]:
    try:
        return (yield from transaction(job.base, body))
    except Refused as no:
        plain = unconditional(body)
        if not takes_few_conditions(no) or plain == body:
            raise
    state.plain = True
    state.issues.append(
        Issue(
            "push-unconditional",
            "the server takes only a few conditional requests in one transaction, so what it was seen not to have was "
            "created without condition: pushing again creates nothing, but two pushes at one moment could create twice",
            "warning",
        )
    )
    return (yield from transaction(job.base, plain))


Answer = tuple[str, str, str, dict[str, Json] | None]
"""Status (`201`), place (`Type/id`), version and outcome of an entry, as far as the server states them."""


def _answers(base: str, send: Sequence[Entry], response: dict[str, Json]) -> Step[list[Answer]]:
    """The answer to each entry. They stand in the order of the entries (https://hl7.org/fhir/R4/http.html#trules);
    where they cannot (HAPI folds entries it takes for one), the server is asked where the resources are."""
    answers = [_answer(base, entry) for entry in response.get("entry") or ()]
    if len(answers) == len(send) and all(
        where.partition("/")[0] in ("", entry.type) for entry, (_, where, _, _) in zip(send, answers, strict=True)
    ):
        return answers
    now = yield from found(base, send)
    return [("", place(now.get(one.address, {})) or "", version_of(now.get(one.address)), None) for one in send]


def _answer(base: str, entry: Json) -> Answer:
    stated = entry.get("response") if isinstance(entry, dict) else None
    stated = stated if isinstance(stated, dict) else {}
    location = str(stated.get("location") or "")
    where = local(location, base) or local("/".join(location.partition("/_history/")[0].split("/")[-2:]), base)
    version = re.search(r"/_history/([^/]+)$", location) or re.fullmatch(r'(?:W/)?"(.*)"', str(stated.get("etag", "")))
    outcome = stated.get("outcome")
    return (
        str(stated.get("status") or "").partition(" ")[0],
        where[0] if where else "",
        version[1] if version else version_of(entry.get("resource")),
        outcome if isinstance(outcome, dict) else None,
    )


def _stored(
    entry: Entry, status: str, where: str, version: str, held: dict[str, Json] | None, tried: What | None, work: Work
) -> Stored:
    what: What = "updated" if held else "created"
    if not entry.puts:
        what = "sent"
    elif entry.address.startswith(work.plan.base):
        what = "withdrawn"
    elif tried is not None:
        what = tried  # an earlier sending of it may have been what stored it
    elif held and version and version == version_of(held):
        what = "unchanged"
    elif not held and status == "200":
        # Someone else created it between the search and the transaction.
        what = "kept" if entry.method == "POST" else "updated"
    return Stored(entry.address, what, where or (place(held) if held else "") or "", version)


def _removed(job: Job, where: str, state: State) -> Step[None]:
    """Delete one resource. What others refer to stays, and is told of."""
    address = f"{job.base}/{where}"
    try:
        yield from single(job.base, {"request": {"method": "DELETE", "url": where}})
    except (Conflict, Refused) as no:
        if no.status not in (404, 410):
            state.issues.append(Issue("push-not-withdrawn", f"{where} was not deleted: {no}", "warning", where))
            state.done[address] = Stored(address, "kept", where)
            return
    state.done[address] = Stored(address, "withdrawn", where)
