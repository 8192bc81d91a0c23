"""The entries of a bundle that is to be read: which item each becomes, and what its references point to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from fhir_case.bundle.build import request_of, stated_in
from fhir_case.bundle.came import address_of
from fhir_case.bundle.identity import SHARED, marked, unmarked
from fhir_case.bundle.index import Indexed, marked_as
from fhir_case.bundle.references import addresses
from fhir_case.case.base import Verbatim
from fhir_case.case.envelope import Came, Envelope
from fhir_case.case.model import PATIENT
from fhir_case.issues import CaseError, Issue
from fhir_case.json import Json, canonical

_ID = re.compile(r"[^A-Za-z0-9-]+")
_HISTORY = re.compile(r"/_history/[^/]*$")


@dataclass(slots=True)
class Given:
    """One resource of the bundle, without mark and id."""

    indexed: Indexed
    resource: dict[str, Json]
    marked: bool


@dataclass(slots=True)
class Entries:
    """The resources of a bundle, and the bundle without them."""

    case_id: str
    title: str
    type: str
    ours: bool
    """Nothing stands around the resources but what a build puts there."""
    envelope: Envelope
    resources: list[Given]
    usual: dict[str, str]
    """The address by which each item is named most."""
    targets: dict[str, str]
    """The items by all their addresses."""


def given(bundle: dict[str, Json]) -> Entries:
    """Take a bundle (or a single resource) apart. Raises `CaseError` where it is neither."""
    if not isinstance(bundle, dict) or not isinstance(bundle.get("resourceType"), str):
        raise CaseError((Issue("not-fhir", "expected a FHIR resource, found something without a resourceType"),))
    if bundle["resourceType"] != "Bundle" or not isinstance(bundle.get("entry", []), list):
        bundle = {"entry": [{"resource": bundle}]}
    raw = bundle.get("entry", [])
    held = [_resource(entry) for entry in raw]
    marks = [marked(resource) if resource is not None else None for resource in held]
    case_id = next(
        (m.value.rpartition("/")[0] for m in marks if m is not None and (m.type not in SHARED or m.value.endswith("/patient"))),
        None,
    ) or _slug(bundle.get("id") or next((r["id"] for r in held if r and isinstance(r.get("id"), str)), "case"))  # fmt: skip
    envelope = Envelope(bundle=Verbatim({k: v for k, v in bundle.items() if k != "entry" or not v}))
    resources: list[Given] = []
    used: set[str] = set()
    for entry, resource, mark in zip(raw, held, marks, strict=True):
        if resource is None:
            envelope.entries.append(Came(entry=Verbatim(entry if isinstance(entry, dict) else {"": entry})))
            continue
        type = resource["resourceType"]
        key = mark.value.rpartition("/")[2] if mark else ""
        if not key or key in used or _ID.search(key):
            key = _id_for(resource, entry.get("fullUrl"), used)
        used.add(key)
        mine = mark or marked_as(case_id, key, type)
        bare = unmarked(resource) if mark else dict(resource)
        id = bare.pop("id", None) if isinstance(bare.get("id"), str) else None
        around = {k: v for k, v in entry.items() if k != "resource"}
        envelope.entries.append(Came(item=key, id=id, marked=mark is not None, entry=Verbatim(around)))
        resources.append(Given(Indexed(key, type, mine, stated_in(resource)), bare, mark is not None))
    usual, targets = _addressed(envelope, resources)
    type = str(bundle.get("type") or "")
    ours = bool(resources) and _ours(bundle, type, envelope, resources)
    title = next(
        (r["title"] for r in held if r and r["resourceType"] == "Composition" and isinstance(r.get("title"), str)), ""
    )
    return Entries(case_id, title or f"Case {case_id}", type, ours, envelope, resources, usual, targets)  # fmt: skip


def _resource(entry: Json) -> dict[str, Json] | None:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str) else None


def _slug(text: str) -> str:
    return _ID.sub("-", text).strip("-")[:60] or "case"


def _id_for(resource: dict[str, Json], full_url: Json, used: set[str]) -> str:
    """An id for a resource without our mark, from its type and its id or address; the first Patient is the patient."""
    type = resource["resourceType"]
    if type == "Patient" and PATIENT not in used:
        return PATIENT
    own = resource.get("id") if isinstance(resource.get("id"), str) else None
    tail = own or (full_url.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if isinstance(full_url, str) else "")
    base = _slug(f"{type.lower()}-{tail}" if tail else type.lower())
    name, count = base, 1
    while name in used:
        count += 1
        name = f"{base}-{count}"
    return name


def _addressed(envelope: Envelope, resources: list[Given]) -> tuple[dict[str, str], dict[str, str]]:
    """By which address each item is named most, and the items by all their addresses."""
    targets: dict[str, str] = {}
    clashing: set[str] = set()
    came = {one.item: one for one in envelope.entries if one.item is not None}
    for one in resources:
        around = came[one.indexed.id]
        for name in _names_of(one.indexed.type, around.id, around.entry.get("fullUrl")):
            if targets.setdefault(name, one.indexed.id) != one.indexed.id:
                clashing.add(name)
    for name in clashing:  # what two entries go by leads nowhere
        del targets[name]
    if not any(one.indexed.id == PATIENT for one in resources):
        envelope.patient = _subject(resources, targets)
        if envelope.patient is not None:
            targets[envelope.patient] = PATIENT
    envelope.relative = any(around.id for around in envelope.entries) and _mostly_relative(resources, targets)
    usual = {
        one.indexed.id: address_of(
            one.indexed.type, came[one.indexed.id].id, came[one.indexed.id].entry.get("fullUrl"), envelope.relative
        )
        or ""
        for one in resources
    }
    if envelope.patient is not None:
        usual[PATIENT] = envelope.patient
    return usual, targets


def _mostly_relative(resources: list[Given], targets: dict[str, str]) -> bool:
    """Whether the resources name one another as `Type/id` more often than by fullUrl."""
    used = Counter(a for one in resources for a in addresses(one.resource) if targets.get(a))
    relative = sum(n for a, n in used.items() if not a.startswith(("urn:", "http:", "https:")))
    return relative * 2 > used.total()


def _names_of(type: str, id: str | None, full_url: Json) -> set[str]:
    """All the ways in which a reference can name an entry (https://hl7.org/fhir/R4/bundle.html#references)."""
    names = {f"{type}/{id}"} if id else set()
    if isinstance(full_url, str) and full_url:
        names.add(full_url)
        tail = full_url.split("/")[-2:]
        if len(tail) == 2 and tail[0] == type:
            names.add("/".join(tail))
    return names


def _subject(resources: list[Given], targets: dict[str, str]) -> str | None:
    """The patient outside the bundle whom its resources are about: whom most of them name."""
    named: Counter[str] = Counter()
    for one in resources:
        for element in ("subject", "patient"):
            held = one.resource.get(element)
            reference = held.get("reference") if isinstance(held, dict) else None
            if isinstance(reference, str) and "Patient/" in reference and reference not in targets:
                named[reference] += 1
    return min(named, key=lambda name: (-named[name], name)) if named else None


def _ours(bundle: dict[str, Json], type: str, envelope: Envelope, resources: list[Given]) -> bool:
    """Whether the bundle has nothing around its resources but what a build puts there."""
    known = {"transaction": set(), "collection": set(), "document": {"meta", "identifier", "timestamp"}}
    if type not in known or bundle.keys() - {"resourceType", "type", "entry"} - known[type]:
        return False
    if len(envelope.entries) != len(resources):
        return False
    for came, one in zip(envelope.entries, resources, strict=True):
        wanted: dict[str, Json] = {"fullUrl": one.indexed.address}
        if type == "transaction":
            wanted["request"] = request_of(one.indexed)
        if not one.marked or came.id is not None or canonical(came.entry) != canonical(wanted):
            return False
    return True
