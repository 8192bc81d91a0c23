"""What is sent for a case, or for a bundle of any type, and what is known of where its resources were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fhir_case.api.case import Case
from fhir_case.api.depth import walked
from fhir_case.api.sources import resource_of
from fhir_case.bundle.build import index_of, request_of
from fhir_case.bundle.identity import Identity, mark, marked
from fhir_case.bundle.registry import installed
from fhir_case.delivery.planning import Origin
from fhir_case.delivery.pushed import Pushed
from fhir_case.issues import CaseError, Issue, Refused
from fhir_case.json import Json, canonical

_RESOURCES = frozenset({"collection", "searchset", "document"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent: a transaction or batch, or (`message`) a message."""

    bundle: dict[str, Json]
    origins: dict[str, str] = field(default_factory=dict)
    """The item of the case that each fullUrl was built from."""
    located: Mapping[str, Origin] = field(default_factory=dict)
    """Where resources were on this server when they were pulled, by fullUrl."""
    issues: tuple[Issue, ...] = ()
    message: bool = False

    @property
    def digest(self) -> str:
        """Of what is to be sent: equal for equal content."""
        return sha256(canonical(self.bundle)).hexdigest()


def outgoing(source: Any, base: str, *, as_document: bool = False) -> Outgoing:
    """What is sent for a case or a bundle; see the table in the README. `as_document`: one document, whole.

    Raises `CaseError` for what is neither, `Refused` for a bundle that says what was done and not what is to be.
    """
    if isinstance(source, Case):
        if as_document:
            return _whole(source.to_bundle("document"))
        return _of_case(source, base)
    bundle = resource_of(source)
    type_ = bundle.get("type")
    if bundle.get("resourceType") != "Bundle":
        kind = str(bundle.get("resourceType"))[:40]
        raise CaseError((Issue("not-a-bundle", f"expected a case or a Bundle to push, found {kind}"),))
    if type_ in ("history", "transaction-response", "batch-response"):
        why = "the versions that there were" if type_ == "history" else "what a server has done"
        raise Refused(
            f"a Bundle of type {type_} tells {why}, not what there is to be; expected a transaction, batch, collection, "
            "searchset, document or message. Nothing was sent"
        )
    if type_ == "message":
        return Outgoing(bundle, message=True)
    if as_document:
        if type_ != "document":
            raise Refused(
                f"expected a document to store as one, found a Bundle of type {str(type_)[:40]!r}; nothing was sent"
            )
        return _whole(bundle)
    if type_ in ("transaction", "batch"):
        return _as_stated(bundle)
    kept, issues = _without_outcomes(bundle)
    made = _of_case(Case.from_bundle(kept), base)
    return Outgoing(made.bundle, made.origins, made.located, (*issues, *made.issues))


def _of_case(case: Case, base: str) -> Outgoing:
    built = case.build("transaction")
    return Outgoing(built.bundle, built.origins, _located(case, base))


def _located(case: Case, base: str) -> dict[str, Origin]:
    """Where the case's resources were, if it was pulled from this server; by their addresses in a transaction."""
    origin = case.origin
    if not isinstance(origin, dict) or origin.get("base") != base:
        return {}
    items = origin.get("items") or {}
    made = {}
    for address, held in (origin.get("resources") or {}).items():
        ours = items.get(address, address)
        made[ours] = Origin(
            str(held.get("reference", "")), str(held.get("versionId") or ""), not address.startswith("urn:")
        )
    return made


def renamed(case: Case) -> dict[str, str]:
    """The addresses that a pulled case gives to resources which carry no mark of ours, by those that they have there."""
    if case.bundle is None:
        return {}
    by_id = index_of(case, installed()).by_id
    made = {}
    for came in case.bundle.entries:
        url = came.entry.get("fullUrl")
        if came.item in by_id and isinstance(url, str) and by_id[came.item].address != url:
            made[url] = by_id[came.item].address
    return made


def moved_on(origin: dict[str, Json] | None, base: str, pushed: Pushed) -> dict[str, Json] | None:
    """The origin of a case that was pulled from this server, once more of it has been written there."""
    if not isinstance(origin, dict) or origin.get("base") != base:
        return origin
    theirs = {ours: url for url, ours in (origin.get("items") or {}).items()}
    resources = dict(origin.get("resources") or {})
    for one in pushed.entries:
        if one.what in ("created", "updated", "unchanged") and one.reference and one.version:
            resources[theirs.get(one.address, one.address)] = {"reference": one.reference, "versionId": one.version}
    return {**origin, "resources": resources}


def _without_outcomes(bundle: dict[str, Json]) -> tuple[dict[str, Json], list[Issue]]:
    """The bundle without what a search said about itself (https://hl7.org/fhir/R4/valueset-search-entry-mode.html)."""
    kept, issues = [], []
    for number, entry in enumerate(bundle.get("entry") or ()):
        search = entry.get("search") if isinstance(entry, dict) else None
        if isinstance(search, dict) and search.get("mode") == "outcome":
            message = "the outcome of a search is no resource to be stored; it is left out"
            issues.append(Issue("push-outcome-left-out", message, "information", f"Bundle.entry[{number}]"))
        else:
            kept.append(entry)
    return {**bundle, "entry": kept} if issues else bundle, issues


def _as_stated(bundle: dict[str, Json]) -> Outgoing:
    """A transaction or batch: each request as it stands. A plain POST states no identity, so that it would create the
    same again with each push: it is given our mark."""
    entries = bundle.get("entry")
    plain = [at for at, entry in enumerate(entries or ()) if _plain_post(entry)]
    if not plain or not isinstance(entries, list):
        return Outgoing(bundle)
    with walked():
        case = Case.from_bundle(bundle)
        index = index_of(case, installed())
        items = [came.item for came in case.bundle.entries] if case.bundle is not None else [None] * len(entries)
        made = list(entries)
        for at in plain:
            indexed = index.by_id.get(items[at] or "")
            if indexed is None or marked(entries[at]["resource"]) is not None:
                continue
            resource = dict(entries[at]["resource"])
            mark(resource, indexed.mark)
            made[at] = {**entries[at], "resource": resource, "request": request_of(indexed)}
    return Outgoing({**bundle, "entry": made})


def _plain_post(entry: Json) -> bool:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or not isinstance(entry.get("resource"), dict):
        return False
    return (
        request.get("method") == "POST"
        and "ifNoneExist" not in request
        and "/" not in str(request.get("url")).strip("/")
    )


def _whole(document: dict[str, Json]) -> Outgoing:
    """The document as one resource, under its own identifier (bdl-9 demands one: https://hl7.org/fhir/R4/bundle.html#invs)."""
    stated = document.get("identifier")
    system, value = (stated.get("system"), stated.get("value")) if isinstance(stated, dict) else (None, None)
    if not isinstance(system, str) or not isinstance(value, str):
        raise Refused(
            "the document has no identifier with system and value, by which it could be found again; nothing was sent"
        )
    query = Identity("Basic", system, value).query
    address = Identity("Bundle", system, value).address
    entry = {"fullUrl": address, "resource": document, "request": {"method": "PUT", "url": f"Bundle?{query}"}}
    return Outgoing({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}, {address: "document"})
