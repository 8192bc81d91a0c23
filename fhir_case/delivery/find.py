"""Which entries of a transaction the server has already: a few searches for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from fhir_case.client.messages import Step
from fhir_case.client.search import Params, escaped, search
from fhir_case.client.steps import read
from fhir_case.delivery.places import local, place
from fhir_case.issues import Conflict, Refused
from fhir_case.json import Json

CHUNK = 40
"""Identities asked for in one search."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a conditional request asks for: a type and its search parameters. Equal criteria are one identity.

    https://hl7.org/fhir/R4/http.html#ccreate, #cond-update
    """

    type: str
    params: Params

    @property
    def token(self) -> tuple[str, str, str] | None:
        """(parameter, system, value) where one identifier or tag is all that it asks for: many go into one search."""
        if len(self.params) != 1 or self.params[0][0] not in ("identifier", "_tag"):
            return None
        name, (system, bar, value) = self.params[0][0], self.params[0][1].partition("|")
        return (name, system, value) if bar and system and value and "\\" not in system + value else None


def criterion(entry: dict[str, Json]) -> Criterion | None:
    """What the entry's request depends on; None for one that depends on nothing (a plain POST, `PUT Type/id`)."""
    request = entry.get("request") or {}
    type_, _, query = str(request.get("url", "")).partition("?")
    if request.get("method") == "POST":
        query = str(request.get("ifNoneExist") or "").rpartition("?")[2]
    elif request.get("method") != "PUT":
        return None
    params = tuple(sorted(parse_qsl(query)))
    return Criterion(type_.strip("/"), params) if params else None


def found(base: str, entries: list[dict[str, Json]]) -> Step[dict[str, dict[str, Json]]]:
    """The server's resource for each entry that it has one for, by the entry's fullUrl.

    Raises `Conflict` where several resources match one identity (they are named), and what `search` raises.
    """
    matches: dict[str, dict[str, dict[str, Json]]] = {}
    grouped: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    for entry in entries:
        address, asked = entry["fullUrl"], criterion(entry)
        matches[address] = {}
        if asked is None:
            stated = local(str((entry.get("request") or {}).get("url", "")), base)
            if stated:
                try:
                    matches[address][stated[0]] = yield from read(base, stated[0])
                except Refused as no:
                    if no.status not in (404, 410):
                        raise
        elif asked.token is None:
            answer = yield from search(base, asked.type, asked.params)
            _add(matches[address], answer.resources, asked.type)
        else:
            name, system, value = asked.token
            grouped.setdefault((asked.type, name), {}).setdefault((system, value), []).append(address)
    for (type_, name), wanted in grouped.items():
        tokens = list(wanted)
        for start in range(0, len(tokens), CHUNK):
            for resource in (yield from _search(base, type_, name, tokens[start : start + CHUNK])):
                for token in _tokens(resource, name):
                    for address in wanted.get(token, ()):
                        _add(matches[address], (resource,), type_)
    for address, here in matches.items():
        if len(here) > 1:
            raise Conflict(
                f"{', '.join(sorted(here))} all match the identity of one entry ({address}); expected one at most. "
                "Nothing was stored. Delete or merge the duplicates on the server, then push again",
                not_stored=tuple(entry["fullUrl"] for entry in entries),
            )
    have = {address: resource for address, here in matches.items() for resource in here.values()}
    holders: dict[str | None, str] = {}
    for address, resource in have.items():
        other = holders.setdefault(place(resource), address)
        if other != address:
            raise Conflict(
                f"{place(resource)} matches the identities of two entries ({other} and {address}); expected each to be "
                "a resource of its own. Nothing was stored",
                not_stored=tuple(entry["fullUrl"] for entry in entries),
            )
    return have


def _search(base: str, type_: str, name: str, tokens: list[tuple[str, str]]) -> Step[list[dict[str, Json]]]:
    """All that have one of the tokens; one by one where the server does not take several at once."""
    values = [f"{escaped(system)}|{escaped(value)}" for system, value in tokens]
    try:
        return list((yield from search(base, type_, ((name, ",".join(values)),))).resources)
    except Refused as no:
        if len(values) == 1 or no.status not in (400, 403, 413, 414, 422):
            raise
    resources: list[dict[str, Json]] = []
    for value in values:
        resources += (yield from search(base, type_, ((name, value),))).resources
    return resources


def _add(matches: dict[str, dict[str, Json]], resources: tuple[dict[str, Json], ...], type_: str) -> None:
    for resource in resources:
        where = place(resource)
        if where and resource["resourceType"] == type_:
            matches[where] = resource


def _tokens(resource: dict[str, Json], name: str) -> list[tuple[str, str]]:
    """The identifiers or tags of a resource. What a server gives that ignored the parameter matches none."""
    if name == "_tag":
        holder, key = (resource.get("meta") or {}).get("tag"), "code"
    else:
        holder, key = resource.get("identifier"), "value"
    stated = holder if isinstance(holder, list) else [holder]
    return [(str(one.get("system")), str(one.get(key))) for one in stated if isinstance(one, dict)]
