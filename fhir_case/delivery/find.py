"""Which entries of a bundle the server has already: a few searches for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fhir_case.client.messages import Step, together
from fhir_case.client.search import escaped, search
from fhir_case.client.steps import read
from fhir_case.delivery.entries import Entry, Params
from fhir_case.delivery.places import place
from fhir_case.issues import Conflict, FHIRCaseError, Refused
from fhir_case.json import Json

CHUNK = 200
"""Identities asked for in one search: what HAPI gives on one page. A server that takes fewer is asked for halves."""

Held = dict[str, dict[str, Json]]
"""The server's resources by the fullUrl of their entry."""


def found(base: str, entries: Sequence[Entry]) -> Step[Held]:
    """The server's resource for each entry that it has one for.

    Raises `Conflict` where several resources match one identity (they are named: nobody but a person can tell which
    is meant, so this is never tried again), and what `search` raises.
    """
    matches: dict[str, dict[str, dict[str, Json]]] = {}
    grouped: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    searches: list[Step[list[dict[str, Json]]]] = []
    askers: list[tuple[str, dict[tuple[str, str], list[str]] | str]] = []
    for entry in entries:
        if entry.criterion is None:
            continue
        matches[entry.address] = {}
        if entry.criterion.token is None:
            searches.append(_one(base, entry.criterion.type, entry.criterion.params))
            askers.append((entry.criterion.type, entry.address))
        else:
            name, system, value = entry.criterion.token
            grouped.setdefault((entry.criterion.type, name), {}).setdefault((system, value), []).append(entry.address)
    for (type_, name), wanted in grouped.items():
        tokens = list(wanted)
        for start in range(0, len(tokens), CHUNK):
            searches.append(_any(base, type_, name, tokens[start : start + CHUNK]))
            askers.append((type_, wanted))
    for (type_, asker), resources in zip(askers, (yield from _all(searches)), strict=True):
        for resource in resources:
            where = place(resource)
            if where is None or resource["resourceType"] != type_:
                continue
            for address in (asker,) if isinstance(asker, str) else _named(resource, asker):
                matches[address][where] = resource
    _check(matches, entries)
    return {address: resource for address, here in matches.items() for resource in here.values()}


def among(entries: Sequence[Entry], resources: Iterable[dict[str, Json]]) -> Held:
    """Which of these resources the entries ask for by identifier, tag or place. Raises `Conflict` as `found` does."""
    wanted: dict[str, dict[tuple[str, str], list[str]]] = {}
    matches: dict[str, dict[str, dict[str, Json]]] = {}
    for entry in entries:
        if entry.criterion is not None and entry.criterion.token is not None:
            _, system, value = entry.criterion.token
            wanted.setdefault(entry.criterion.type, {}).setdefault((system, value), []).append(entry.address)
    for resource in resources:
        for address in _named(resource, wanted.get(str(resource.get("resourceType")), {})):
            matches.setdefault(address, {})[place(resource) or ""] = resource
    _check(matches, entries)
    return {address: resource for address, here in matches.items() for resource in here.values()}


def _all(searches: list[Step[list[dict[str, Json]]]]) -> Step[list[list[dict[str, Json]]]]:
    if len(searches) == 1:
        return [(yield from searches[0])]
    made = []
    for one in (yield from together(searches)) if searches else ():
        if isinstance(one, FHIRCaseError):
            raise one
        made.append(one)
    return made


def _one(base: str, type_: str, params: Params) -> Step[list[dict[str, Json]]]:
    return list((yield from search(base, type_, params)).resources)


def _any(base: str, type_: str, name: str, tokens: list[tuple[str, str]]) -> Step[list[dict[str, Json]]]:
    """All that have one of the tokens."""
    values = (f"{escaped(system)}|{escaped(value)}" if system else value for system, value in tokens)
    try:
        return list((yield from search(base, type_, ((name, ",".join(values)),))).resources)
    except Refused as no:
        if len(tokens) == 1 or no.status not in (400, 403, 413, 414, 422):
            raise
    half = len(tokens) // 2
    some = yield from _any(base, type_, name, tokens[:half])
    return some + (yield from _any(base, type_, name, tokens[half:]))


def _named(resource: dict[str, Json], wanted: dict[tuple[str, str], list[str]]) -> Iterable[str]:
    """The entries that ask for the resource. What a server gives that ignored the parameter is nobody's."""
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    for key, holder in (("value", resource.get("identifier")), ("code", tags)):
        for one in holder if isinstance(holder, list) else (holder,):
            if isinstance(one, dict):
                yield from wanted.get((str(one.get("system")), str(one.get(key))), ())
    yield from wanted.get(("", str(resource.get("id"))), ())


def _check(matches: dict[str, dict[str, dict[str, Json]]], entries: Sequence[Entry]) -> None:
    every = tuple(entry.address for entry in entries)
    holders: dict[str, str] = {}
    for address, here in matches.items():
        if len(here) > 1:
            raise Conflict(
                f"{', '.join(sorted(here))} all match the identity of one entry ({address}); expected one at most. "
                "Nothing was stored. Delete or merge the duplicates on the server, then push again",
                not_stored=every,
            )
        for where in here:
            other = holders.setdefault(where, address)
            if other != address:
                raise Conflict(
                    f"{where} matches the identities of two entries ({other} and {address}); expected each to be "
                    "a resource of its own. Nothing was stored",
                    not_stored=every,
                )


def still(base: str, references: Sequence[str]) -> Step[dict[str, dict[str, Json]]]:
    """The resources at these places (`Type/id`) that are there."""
    by_type: dict[str, list[tuple[str, str]]] = {}
    for one in references:
        type_, _, id_ = one.partition("/")
        by_type.setdefault(type_, []).append(("", id_))
    searches = [
        _any(base, type_, "_id", ids[start : start + CHUNK])
        for type_, ids in by_type.items()
        for start in range(0, len(ids), CHUNK)
    ]
    wanted = frozenset(references)
    there = {place(one) or "": one for some in (yield from _all(searches)) for one in some}
    return {where: one for where, one in there.items() if where in wanted}


def existing(base: str, patient: str) -> Step[dict[str, Json]]:
    """The patient that a case is to be attached to. Raises `Refused` where there is none."""
    try:
        return (yield from read(base, patient))
    except Refused as no:
        if no.status not in (404, 410):
            raise
        gone = "was deleted from" if no.status == 410 else "is not on"
        message = f"{patient} {gone} the server; expected a patient who is there, to attach the case to"
        raise Refused(f"{message}. Nothing was stored", no.outcome, no.status) from None
