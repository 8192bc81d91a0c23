"""How entries are written into a request: pure functions between a plan and the bodies that are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir_case.bundle.references import rewrite
from fhir_case.client.answers import outcome_text
from fhir_case.delivery.abilities import Abilities
from fhir_case.delivery.entries import Entry
from fhir_case.delivery.find import Held
from fhir_case.issues import Refused
from fhir_case.json import Json

_FEW_CONDITIONS = re.compile(r"strict isolation|more update operations than allowed", re.IGNORECASE)

_LIMIT = re.compile(r"(?:limit|maximum|at most|more than|exceeds?|max)\D{0,60}?(\d{1,6})", re.IGNORECASE)


def transaction_of(
    entries: Iterable[Entry], have: Held, places: dict[str, str], base: str, can: Abilities
) -> dict[str, Json]:
    """The transaction: what the server has is updated where it is and in the version that was seen, the rest stays
    conditional; references to what the server has are literal.

    https://hl7.org/fhir/R4/http.html#concurrency
    """

    def absolute(address: str) -> str | None:
        return f"{base}/{places[address]}" if address in places else None

    made: list[Json] = []
    for entry in entries:
        sent: dict[str, Json] = {"fullUrl": entry.full_url} if entry.full_url is not None else {}
        resource, request = entry.resource, entry.request
        if resource is not None:
            # In running text only an absolute address can be told from other words on the way home.
            resource = rewrite(resource, places.get, absolute) if places else resource
            if entry.puts:
                resource, request = _put(entry, resource, have.get(entry.address), places, can)
            sent["resource"] = resource
        sent["request"] = request
        made.append(sent)
    return {"resourceType": "Bundle", "type": "transaction", "entry": made}


def _put(
    entry: Entry, resource: dict[str, Json], held: dict[str, Json] | None, places: dict[str, str], can: Abilities
) -> tuple[dict[str, Json], dict[str, Json]]:
    if held is not None:
        version = (held.get("meta") or {}).get("versionId")
        request: dict[str, Json] = {"method": "PUT", "url": places[entry.address]}
        if isinstance(version, str) and can.versioned(entry):
            request["ifMatch"] = f'W/"{version}"'
        return {**resource, "id": held["id"]}, request
    means = can.means(entry)
    if means == "place" or entry.criterion is None:
        return resource, entry.request
    if means == "client id":
        id_ = entry.address.removeprefix("urn:uuid:")
        return {**resource, "id": id_}, {"method": "PUT", "url": f"{entry.type}/{id_}"}
    if "id" in resource:  # the server's to give: Medplum would keep one, HAPI would look for it
        resource = {name: value for name, value in resource.items() if name != "id"}
    if means == "condition":
        return resource, entry.request
    request = {"method": "POST", "url": entry.type}
    if means == "create":
        request["ifNoneExist"] = str(entry.request["url"]).partition("?")[2]
    return resource, request


def takes_few_conditions(refusal: Refused) -> bool:
    """Whether the server refused only because there are too many conditional requests (Medplum: of eight entries)."""
    return bool(_FEW_CONDITIONS.search(outcome_text(refusal.outcome)))


def unconditional(body: dict[str, Json]) -> dict[str, Json]:
    """The transaction with plain creates for what the server was seen not to have."""
    made: list[Json] = []
    for entry in body["entry"]:
        request = entry["request"]
        if "ifNoneExist" in request or (request["method"] == "PUT" and "?" in request["url"]):
            request = {"method": "POST", "url": request["url"].partition("?")[0]}
        made.append({**entry, "request": request})
    return {**body, "entry": made}


def learned_limit(refusal: Refused, sent: int) -> int:
    """How many entries the server takes, as it says by refusing so many; 0 where that is not why it refused.

    By its words ("limit of 500"), else half of what was too large (413).
    """
    if sent < 2:
        return 0
    text = outcome_text(refusal.outcome) + " " + refusal.message
    about = re.search(r"entr(?:y|ies)|bundle|transaction|resources|operations", text, re.IGNORECASE)
    stated = [int(found) for found in _LIMIT.findall(text) if 0 < int(found) < sent] if about else []
    if refusal.status == 413:
        return stated[0] if stated else sent // 2
    return (
        stated[0]
        if stated and refusal.status in (400, 403, 422) and re.search("limit|maxim", text, re.IGNORECASE)
        else 0
    )
