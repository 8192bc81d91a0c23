"""What of a transaction Bundle is sent, and how: pure functions between a bundle and the request's body."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir_case.bundle.references import rewrite
from fhir_case.client.answers import outcome_text
from fhir_case.delivery.find import Criterion, criterion
from fhir_case.issues import Refused
from fhir_case.json import Json, canonical

_UNNAMED = "entry "

_FEW_CONDITIONS = re.compile(r"strict isolation|more update operations than allowed", re.IGNORECASE)


def collapsed(bundle: dict[str, Json]) -> list[dict[str, Json]]:
    """The entries, each identity once; references to an entry that was left out name the one that stands for it.

    HAPI folds entries of one identity without a word, others refuse them. Raises `Refused` for a bundle that is no
    transaction, and where two entries of one identity say different things.
    """
    _check(bundle)
    entries: list[dict[str, Json]] = []
    first: dict[Criterion, dict[str, Json]] = {}
    again: list[tuple[dict[str, Json], dict[str, Json]]] = []
    for number, entry in enumerate(bundle.get("entry") or (), 1):
        entry = {**entry, "fullUrl": entry.get("fullUrl") or f"{_UNNAMED}{number}"}
        asked = criterion(entry)
        if asked is not None and asked in first:
            again.append((first[asked], entry))
            continue
        if asked is not None:
            first[asked] = entry
        entries.append(entry)
    same = {entry["fullUrl"]: kept["fullUrl"] for kept, entry in again if kept["fullUrl"] != entry["fullUrl"]}
    made = [{**entry, "resource": rewrite(entry.get("resource"), same.get)} for entry in entries]
    content = {entry["fullUrl"]: entry["resource"] for entry in made}
    for kept, entry in again:
        if canonical(rewrite(entry["resource"], same.get)) != canonical(content[kept["fullUrl"]]):
            raise Refused(
                f"{kept['fullUrl']} and {entry['fullUrl']} have one identity but say different things; expected one "
                "entry for each identity. Nothing was sent"
            )
    names = [entry["fullUrl"] for entry in made]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f"the fullUrl {twice} stands at two entries of different identity; nothing was sent")
    return made


def request_body(
    send: Iterable[dict[str, Json]], have: dict[str, dict[str, Json]], places: dict[str, str], base: str
) -> dict[str, Json]:
    """The transaction: what the server has is updated where it is and in the version that was seen, the rest stays
    conditional; references to what the server has are literal.

    https://hl7.org/fhir/R4/http.html#concurrency
    """

    def absolute(address: str) -> str | None:
        return f"{base}/{places[address]}" if address in places else None

    made = []
    for entry in send:
        held = have.get(entry["fullUrl"])
        request = dict(entry["request"])
        sent: dict[str, Json] = {"fullUrl": entry["fullUrl"], "request": request}
        if entry["fullUrl"].startswith(_UNNAMED):
            del sent["fullUrl"]
        if isinstance(entry.get("resource"), dict):
            # In running text only an absolute address can be told from other words on the way home.
            resource = rewrite(entry["resource"], places.get, absolute)
            if held is not None:
                version = (held.get("meta") or {}).get("versionId")
                request = {"method": "PUT", "url": places[entry["fullUrl"]]}
                if isinstance(version, str):
                    request["ifMatch"] = f'W/"{version}"'
                resource = {**resource, "id": held["id"]}
            elif criterion(entry) is not None:
                # The server's to give: Medplum would keep one, HAPI would look for it.
                resource = {name: value for name, value in resource.items() if name != "id"}
            sent = {**sent, "resource": resource, "request": request}
        made.append(sent)
    return {"resourceType": "Bundle", "type": "transaction", "entry": made}


def takes_few_conditions(refusal: Refused) -> bool:
    """Whether the server refused only because there are too many conditional requests (Medplum: of eight entries)."""
    return bool(_FEW_CONDITIONS.search(outcome_text(refusal.outcome)))


def unconditional(body: dict[str, Json]) -> dict[str, Json]:
    """The transaction with plain creates for what the server was seen not to have."""
    made = []
    for entry in body["entry"]:
        request = entry["request"]
        if criterion(entry) is not None:
            request = {"method": "POST", "url": request["url"].partition("?")[0]}
        made.append({**entry, "request": request})
    return {**body, "entry": made}


def _check(bundle: dict[str, Json]) -> None:
    found = bundle.get("resourceType") if bundle.get("resourceType") != "Bundle" else bundle.get("type")
    if found != "transaction":
        raise Refused(f"expected a Bundle of type transaction, found {str(found)[:40]!r}; nothing was sent")
    for number, entry in enumerate(bundle.get("entry") or (), 1):
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict) or not isinstance(request.get("url"), str) or not request.get("method"):
            raise Refused(f"entry {number} of the bundle has no request with method and url; nothing was sent")
        if request["method"] in ("POST", "PUT") and not isinstance(entry.get("resource"), dict):
            raise Refused(f"entry {number} of the bundle has no resource to {request['method']}; nothing was sent")
