"""Push: a transaction of which only what differs from the server's is sent.

The server is asked first what it has. Entries that are there and equal are not sent; shared resources that are there
are never overwritten; the rest goes as one transaction, whose requests stay conditional, so that a push that was killed
at any moment and run again ends as one that was not.
"""

from __future__ import annotations

import re

from fhir_case.client.messages import Step
from fhir_case.client.steps import read, transaction
from fhir_case.delivery.compare import comparison
from fhir_case.delivery.find import found
from fhir_case.delivery.places import local, place
from fhir_case.delivery.pushed import Pushed, Stored, What
from fhir_case.delivery.sending import collapsed, request_body, takes_few_conditions, unconditional
from fhir_case.issues import Issue, Refused, ServerError, Unreachable
from fhir_case.json import Json

Entry = dict[str, Json]
Held = dict[str, dict[str, Json]]
"""The server's resources by the fullUrl of their entry."""


def push(base: str, bundle: dict[str, Json], *, patient: str | None = None, own: bool = False) -> Step[Pushed]:
    """Store a transaction Bundle, sending only what differs from what the server has; nothing differs, nothing is sent.

    `patient` (`Patient/123`): the bundle's Patient is left out, and what refers to it refers to that one, which is not
    touched. `own`: shared resources (those created if absent) are updated too.

    Raises `Unreachable`, `Refused` or `Conflict`: `stored` and `not_stored` are the fullUrls of the entries of which it
    is known whether this push stored them.
    https://hl7.org/fhir/R4/http.html#transaction
    """
    entries = collapsed(bundle)
    every = tuple(entry["fullUrl"] for entry in entries)
    done: dict[str, Stored] = {}
    places: dict[str, str] = {}
    try:
        if patient is not None:
            one = _patient(entries)
            there = yield from _existing(base, patient)
            entries = [entry for entry in entries if entry is not one]
            places[one["fullUrl"]] = patient
            done[one["fullUrl"]] = Stored(one["fullUrl"], "attached", patient, _version(there))
        have = yield from found(base, entries)
    except ServerError as error:
        error.stored, error.not_stored = (), every
        raise

    places.update({address: where for address, resource in have.items() if (where := place(resource))})
    difference = comparison({where: address for address, where in places.items()}, base)
    send: list[Entry] = []
    issues: list[Issue] = []
    for entry in entries:
        address, held = entry["fullUrl"], have.get(entry["fullUrl"])
        differs = held is None or difference(held, entry["resource"])
        if held is None or (differs and (own or entry["request"]["method"] != "POST")):
            send.append(entry)
            if differs == "digits":
                issues.append(_digits(places[address]))
        else:
            done[address] = Stored(address, "kept" if differs else "unchanged", places[address], _version(held))

    if send:
        body = request_body(send, have, places, base)
        try:
            response, weaker = yield from _transaction(base, body)
            issues += weaker
            answers = yield from _answers(base, send, response)
        except ServerError as error:
            yield from _tell(error, base, send, places)
            raise
        done.update({one["fullUrl"]: _stored(one, *answer, have) for one, answer in zip(send, answers, strict=True)})
    ordered = tuple(done[address] for address in every)
    who = next((one.reference for one in ordered if one.reference.startswith("Patient/")), "")
    return Pushed(ordered, who, tuple(issues))


def _digits(where: str) -> Issue:
    return Issue(
        "push-digits",
        f"{where} differs from what the server has only in how numbers are written (as 7.20 and 7.2 do); a server that "
        "does not keep digits is sent it again, and makes a new version, with every push",
        "warning",
        where,
    )


def _patient(entries: list[Entry]) -> Entry:
    patients = [entry for entry in entries if (entry["resource"] or {}).get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise Refused(
            f"expected one Patient in the bundle, to be replaced by the one on the server; found {len(patients)}. "
            "Nothing was sent"
        )
    return patients[0]


def _existing(base: str, patient: str) -> Step[dict[str, Json]]:
    if not re.fullmatch(r"Patient/[A-Za-z0-9.-]{1,64}", patient):
        raise Refused(f"{patient[:80]!r} is not the place of a patient; expected Patient/id, such as Patient/123")
    try:
        return (yield from read(base, patient))
    except Refused as no:
        if no.status not in (404, 410):
            raise
        gone = "was deleted from" if no.status == 410 else "is not on"
        message = f"{patient} {gone} the server; expected a patient who is there, to attach the case to"
        raise Refused(f"{message}. Nothing was stored", no.outcome, no.status) from None


def _transaction(base: str, body: dict[str, Json]) -> Step[tuple[dict[str, Json], tuple[Issue, ...]]]:
    try:
        return (yield from transaction(base, body)), ()
    except Refused as no:
        plain = unconditional(body)
        if not takes_few_conditions(no) or plain == body:
            raise
    weaker = Issue(
        "push-unconditional",
        "the server takes only a few conditional requests in one transaction, so what it was seen not to have was "
        "created without condition: pushing again creates nothing, but two pushes at one moment could create twice",
        "warning",
    )
    return (yield from transaction(base, plain)), (weaker,)


Answer = tuple[str, str, str]
"""Status (`201`), place (`Type/id`), version of an entry, as far as the server states them."""


def _answers(base: str, send: list[Entry], response: dict[str, Json]) -> Step[list[Answer]]:
    """The answer to each entry. They stand in the order of the entries (https://hl7.org/fhir/R4/http.html#trules);
    where they cannot (HAPI folds entries it takes for one), the server is asked where the resources are."""
    answers = [_answer(base, entry) for entry in response.get("entry") or ()]
    if len(answers) == len(send) and all(
        where.partition("/")[0] in ("", (entry["resource"] or {}).get("resourceType"))
        for entry, (_, where, _) in zip(send, answers, strict=True)
    ):
        bad = {
            entry["fullUrl"]: one[0] for entry, one in zip(send, answers, strict=True) if one[0] and one[0][0] != "2"
        }
        if bad:
            # Not what a transaction may do, but it was seen (metriport#446): a 200 whose entries failed.
            good = tuple(entry["fullUrl"] for entry in send if entry["fullUrl"] not in bad)
            raise Refused(
                f"the server took the transaction but refused {len(bad)} of {len(send)} entries "
                f"(status {', '.join(sorted(set(bad.values())))})",
                stored=good,
                not_stored=tuple(bad),
            )
        return answers
    now = yield from found(base, send)
    return [("", place(now.get(one["fullUrl"], {})) or "", _version(now.get(one["fullUrl"]))) for one in send]


def _answer(base: str, entry: Json) -> Answer:
    stated = entry.get("response") if isinstance(entry, dict) else None
    stated = stated if isinstance(stated, dict) else {}
    location = str(stated.get("location") or "")
    where = local(location, base) or local("/".join(location.partition("/_history/")[0].split("/")[-2:]), base)
    version = re.search(r"/_history/([^/]+)$", location) or re.fullmatch(r'(?:W/)?"(.*)"', str(stated.get("etag", "")))
    return (
        str(stated.get("status") or "").partition(" ")[0],
        where[0] if where else "",
        version[1] if version else _version(entry.get("resource")),
    )


def _stored(entry: Entry, status: str, where: str, version: str, have: Held) -> Stored:
    address, held = entry["fullUrl"], have.get(entry["fullUrl"])
    what: What = "updated" if held else "created"
    if held and version and version == _version(held):
        what = "unchanged"
    elif not held and status == "200":
        # Someone else created it between the search and the transaction.
        what = "kept" if entry["request"]["method"] == "POST" else "updated"
    return Stored(address, what, where or (place(held) if held else "") or "", version)


def _tell(error: ServerError, base: str, send: list[Entry], places: dict[str, str]) -> Step[None]:
    """Write into the error what was stored and what was not, by asking the server: not all of them roll back."""
    names = tuple(entry["fullUrl"] for entry in send)
    if error.stored or (isinstance(error, Unreachable) and error.not_stored):
        return
    try:
        have = yield from found(base, send)
    except ServerError:
        if error.not_stored:
            error.message += ". Nothing was stored"
        else:
            error.message += ". Push again: what is stored already is found, and not stored twice"
        return
    known = {where: address for address, where in places.items()}
    known.update({where: address for address, resource in have.items() if (where := place(resource))})
    difference = comparison(known, base)
    error.stored = tuple(
        one["fullUrl"]
        for one in send
        if (held := have.get(one["fullUrl"])) and difference(held, one["resource"]) != "content"
    )
    error.not_stored = tuple(name for name in names if name not in error.stored)
    count = "Nothing" if not error.stored else f"{len(error.stored)} of {len(names)} entries"
    error.message += f". {count} {'was' if len(error.stored) < 2 else 'were'} stored"


def _version(resource: Json) -> str:
    meta = resource.get("meta") if isinstance(resource, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else ""
