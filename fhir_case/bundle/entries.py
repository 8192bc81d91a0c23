"""The entries of a bundle that is to be read: which item each becomes, and what its references point to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TypeGuard

from fhir_case.bundle.build import request_of, stated_in
from fhir_case.bundle.came import address_of
from fhir_case.bundle.identity import SHARED, Identity, marked, unmarked
from fhir_case.bundle.index import COMPOSITION, PROVENANCE, Index, Indexed, marked_as
from fhir_case.bundle.ips import together
from fhir_case.bundle.references import addresses
from fhir_case.case.base import ID, Verbatim
from fhir_case.case.envelope import Came, Envelope
from fhir_case.case.model import PATIENT
from fhir_case.issues import CaseError, Issue
from fhir_case.json import Json, canonical

_NO_ID = re.compile(r"[^A-Za-z0-9-]+")
_ITEM = re.compile(ID)
_PRINTABLE = re.compile(r"[!-~]{1,200}")
"""Ids and references as servers have them, FHIR's rules apart; what is odder than that is carried."""
_HISTORY = re.compile(r"/_history/[^/]*$")


@dataclass
class Given:
    """One resource of the bundle, without mark and id, and what stands around it."""

    indexed: Indexed
    resource: dict[str, Json]
    id: str | None
    marked: bool
    around: dict[str, Json]
    """The entry without its resource."""

    @cached_property
    def addresses(self) -> list[str]:
        """Every address in the resource."""
        return addresses(self.resource)

    def came(self, own: Index) -> Came:
        """How it came; `own` are the marks that the case gives."""
        came = Came(item=self.indexed.id, id=self.id, entry=Verbatim(self.around))  # the defaults are not kept apart
        if self.marked:
            came.marked = True
            mark = self.indexed.mark
            came.mark = mark.value if own.by_id[self.indexed.id].mark != mark else None
        return came


@dataclass(slots=True)
class Entries:
    """The resources of a bundle, and the bundle without them."""

    case_id: str
    title: str
    type: str
    ours: bool
    """Nothing stands around the resources but what a build puts there."""
    bundle: dict[str, Json]
    order: list[Given | Json]
    """All entries; those without a resource as they are."""
    resources: list[Given]
    patient: str | None
    """How the patient is referred to, where the bundle has none."""
    relative: bool
    """References are mostly written as `Type/id`."""
    usual: dict[str, str]
    """The address by which each item is named most."""
    targets: dict[str, str]
    """The items by all their addresses."""

    def envelope(self, own: Index) -> Envelope:
        """The bundle without its resources, to give it back as it came; `own` are the marks that the case gives."""
        came = [one.came(own) if isinstance(one, Given) else Came(entry=Verbatim(one)) for one in self.order]
        return Envelope(bundle=Verbatim(self.bundle), patient=self.patient, relative=self.relative, entries=came)


Undo = Callable[[list[dict[str, Json]], list[str]], set[str]]
"""Puts back, in the marked resources of a document, what stands elsewhere there; the ids of those to leave out."""


def given(bundle: dict[str, Json], undo: Undo = together) -> Entries:
    """Take a bundle (or a single resource) apart. Raises `CaseError` where it is neither."""
    if not isinstance(bundle, dict) or not isinstance(bundle.get("resourceType"), str):
        raise CaseError((Issue("not-fhir", "expected a FHIR resource, found something without a resourceType"),))
    raw = bundle.get("entry", [])
    if bundle["resourceType"] != "Bundle" or not isinstance(raw, list) or not all(isinstance(e, dict) for e in raw):
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": bundle}]}
        raw = bundle["entry"]
    held = [_resource(entry) for entry in raw]
    marks = [marked(resource) if resource is not None else None for resource in held]
    case_id = _case_id(marks, bundle, held)
    order: list[Given | Json] = []
    used: set[str] = set()
    for entry, resource, mark in zip(raw, held, marks, strict=True):
        order.append(_given(entry, resource, mark, case_id, used) if resource is not None else entry)
    if bundle.get("type") == "document":
        order = _together(order, undo)
    resources = [one for one in order if isinstance(one, Given)]
    targets = _targets(resources)
    patient = None if any(one.indexed.id == PATIENT for one in resources) else _subject(resources, targets)
    if patient is not None:
        targets[patient] = PATIENT
    relative = any(one.id for one in resources) and _mostly_relative(resources, targets)
    usual = {
        one.indexed.id: address_of(one.indexed.type, one.id, one.around.get("fullUrl"), relative) or ""
        for one in resources
    }
    if patient is not None:
        usual[PATIENT] = patient
    type = str(bundle.get("type") or "")
    around = {k: v for k, v in bundle.items() if k != "entry" or not v}
    ours = bool(resources) and len(resources) == len(order) and _ours(bundle, type, resources)
    title = _title(held) or f"Case {case_id}"
    return Entries(case_id, title, type, ours, around, order, resources, patient, relative, usual, targets)


def _together(order: list[Given | Json], undo: Undo) -> list[Given | Json]:
    """The entries of an IPS document of ours with everything where other bundles have it."""
    ours = [one for one in order if isinstance(one, Given) and one.marked]
    gone = undo([one.resource for one in ours], [one.indexed.id for one in ours])
    return [one for one in order if not isinstance(one, Given) or one.indexed.id not in gone]


def _given(entry: Json, resource: dict[str, Json], mark: Identity | None, case_id: str, used: set[str]) -> Given:
    type = resource["resourceType"]
    key = mark.value.rpartition("/")[2] if mark else ""
    if key in used or not _ITEM.fullmatch(key):
        key = _id_for(resource, entry.get("fullUrl"), used)
    used.add(key)
    bare = unmarked(resource) if mark else resource
    is_marked = bare is not resource
    bare = dict(bare)
    id = bare.pop("id", None) if _is_printable(bare.get("id")) else None
    around = dict(entry)
    del around["resource"]
    indexed = Indexed(key, type, mark or marked_as(case_id, key, type), stated_in(resource))
    return Given(indexed, bare, id, is_marked, around)


def _case_id(marks: list[Identity | None], bundle: dict[str, Json], held: list[dict[str, Json] | None]) -> str:
    """The case that the marks name, else a name made from the bundle's id or the first resource's."""
    for mark in marks:
        if mark is not None and (mark.type not in SHARED or mark.value.endswith("/" + PATIENT)):
            case_id = mark.value.rpartition("/")[0]
            if _ITEM.fullmatch(case_id):
                return case_id
    ids = [bundle.get("id"), *(resource.get("id") for resource in held if resource is not None)]
    stated = next((id for id in ids if isinstance(id, str)), None)
    # Two bundles without any id must not be taken for one case: on a server the second would be the first's patient.
    return _slug(f"case-{sha256(canonical(bundle)).hexdigest()[:16]}" if stated is None else stated)


def _title(held: list[dict[str, Json] | None]) -> str:
    """What a Composition calls it."""
    for resource in held:
        if resource is not None and resource["resourceType"] == "Composition":
            title = resource.get("title")
            if isinstance(title, str) and title.strip() and title.isprintable():
                return title
    return ""


def _resource(entry: Json) -> dict[str, Json] | None:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str) else None


def _is_printable(text: Json) -> TypeGuard[str]:
    return isinstance(text, str) and _PRINTABLE.fullmatch(text) is not None


def _slug(text: str) -> str:
    return _NO_ID.sub("-", text).strip("-")[:60] or "case"


def _id_for(resource: dict[str, Json], full_url: Json, used: set[str]) -> str:
    """An id for a resource without our mark, from its type and its id or address; the first Patient is the patient."""
    type = resource["resourceType"]
    if type == "Patient" and PATIENT not in used:
        return PATIENT
    own = resource.get("id") if isinstance(resource.get("id"), str) else None
    tail = own or (full_url.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if isinstance(full_url, str) else "")
    base = _slug(f"{type.lower()}-{tail}" if tail else type.lower())
    name, count = base, 1
    while name in used or name in (COMPOSITION, PROVENANCE):  # these are made from the case itself
        count += 1
        name = f"{base}-{count}"
    return name


def _targets(resources: list[Given]) -> dict[str, str]:
    """The items by all their addresses; what two entries go by leads nowhere."""
    targets: dict[str, str] = {}
    clashing: set[str] = set()
    for one in resources:
        for name in names_of(one.indexed.type, one.id, one.around.get("fullUrl")):
            if targets.setdefault(name, one.indexed.id) != one.indexed.id:
                clashing.add(name)
    return {name: item for name, item in targets.items() if name not in clashing}


def _mostly_relative(resources: list[Given], targets: dict[str, str]) -> bool:
    """Whether the resources name one another as `Type/id` more often than by fullUrl: as elements, else anywhere."""
    used = [address for one in resources for address in _referred(one.resource) if address in targets]
    used = used or [address for one in resources for address in one.addresses if address in targets]
    return sum(not address.startswith(("urn:", "http:", "https:")) for address in used) * 2 > len(used)


def _referred(resource: dict[str, Json]) -> Iterator[str]:
    """The addresses in the References that are elements of a resource itself."""
    for held in resource.values():
        for one in held if type(held) is list else (held,):
            if type(one) is dict and type(address := one.get("reference")) is str:
                yield address


def names_of(type: str, id: str | None, full_url: Json) -> set[str]:
    """All the ways in which a reference can name an entry (https://hl7.org/fhir/R4/bundle.html#references)."""
    names = {f"{type}/{id}"} if id else set()
    if isinstance(full_url, str) and full_url:
        names.add(full_url)
        tail = full_url.rsplit("/", 2)[-2:] if "/" in full_url else ()
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
            if _is_printable(reference) and "Patient/" in reference and reference not in targets:
                named[reference] += 1
    return min(named, key=lambda name: (-named[name], name)) if named else None


def _ours(bundle: dict[str, Json], type: str, resources: list[Given]) -> bool:
    """Whether the bundle has nothing around its resources but what a build puts there."""
    known = {"transaction": set(), "collection": set(), "document": {"meta", "identifier", "timestamp"}}
    if type not in known or bundle.keys() - {"resourceType", "type", "entry"} - known[type]:
        return False
    for one in resources:
        wanted: dict[str, Json] = {"fullUrl": one.indexed.address}
        if type == "transaction":
            wanted["request"] = request_of(one.indexed)
        if not one.marked or one.id is not None or one.around != wanted:  # text alone, so equality is exact
            return False
    return True
