"""From a case to a bundle: every item through its mapping, marked, addressed, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fhir_case.bundle.came import came_addresses, given_back
from fhir_case.bundle.document import BUNDLE_PROFILE, composition, document, provenance, stamped, with_added
from fhir_case.bundle.identity import SHARED, Identity, mark
from fhir_case.bundle.index import COMPOSITION, PROVENANCE, Index, Indexed, marked_as
from fhir_case.bundle.registry import Mappings
from fhir_case.bundle.searches import without_searches
from fhir_case.bundle.uncollected import uncollected
from fhir_case.case.envelope import Envelope
from fhir_case.case.model import PATIENT, CaseModel
from fhir_case.issues import Issue, Report
from fhir_case.json import Json
from fhir_case.lens import Context

BundleType = Literal["transaction", "collection", "document"]


@dataclass(frozen=True, slots=True)
class Build:
    """A bundle, what the standard forced the build to add (and what it had to drop), and what came from where."""

    bundle: dict[str, Json]
    report: Report
    origins: dict[str, str] = field(default_factory=dict)
    """The fullUrl of each entry -> the item (`diagnoses.jdm`) it was built from."""


@dataclass(frozen=True, slots=True)
class Built:
    """One resource of the bundle, and where it comes from."""

    indexed: Indexed
    resource: dict[str, Json]
    origin: str
    id: str | None = None
    """The resource's id, where it came with one."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A bundle with what it was made of, for who has to account for it."""

    bundle: dict[str, Json]
    built: list[Built]
    context: Context
    index: Index
    as_it_came: bool
    """It is given back as it came, with the envelope of the case."""


@uncollected
def build(case: CaseModel, type: BundleType | None, mappings: Mappings) -> Build:
    """The case as a bundle of that type; None gives it the type, order and requests that it came with, or transaction.

    https://hl7.org/fhir/R4/bundle.html
    """
    made = assembled(case, type, mappings)
    if made.as_it_came and case.bundle is not None:
        origins = _came_origins(case.bundle, made.built)
    else:
        origins = {one.indexed.address: one.origin for one in made.built}
    return Build(made.bundle, Report((*mappings.issues, *made.context.issues)), origins)


def assembled(case: CaseModel, type: BundleType | None, mappings: Mappings) -> Assembled:
    """As `build`."""
    index = index_of(case, mappings)
    source = (case.source.text or "") if case.source is not None else ""
    if type is None and case.bundle is not None:
        context = came_addresses(case.bundle, index)
        context.source = source
        built = list(_resources(case, index, mappings, context, case.bundle))
        bundle = given_back(case.bundle, {one.indexed.id: (one.indexed, one.resource) for one in built})
        return Assembled(bundle, built, context, index, True)
    moved = {str(came.entry.get("fullUrl")): came.item for came in case.bundle.entries} if case.bundle else {}
    addresses = {one.id: one.address for one in index.by_id.values()}
    if case.bundle is not None and case.bundle.patient is not None:  # who is elsewhere stays there
        addresses[PATIENT] = case.bundle.patient
    context = index.context(addresses, moved=lambda old: addresses.get(moved.get(old) or ""))
    context.source = source
    built = list(_resources(case, index, mappings, context, None))
    kind = type or case._came_as or "transaction"
    if kind != "transaction":
        built = list(_without_searches(built, context))
    make = {"transaction": _transaction, "collection": _collection, "document": document_of}[kind]
    return Assembled(make(case, built, context), built, context, index, False)


def _without_searches(built: list[Built], context: Context) -> Iterator[Built]:
    """The resources with references that only a transaction may hold told in the way that any bundle may."""
    changed = 0
    for one in built:
        resource = without_searches(one.resource)
        changed += resource is not one.resource
        yield one if resource is one.resource else replace(one, resource=resource)
    if changed:
        context.where = ""
        context.note("reference-by-identifier", f"in {changed} resources searches stand as the identifiers they search")


def _came_origins(envelope: Envelope, built: list[Built]) -> dict[str, str]:
    """The items of the entries that have a fullUrl; those of what was added since have our own."""
    urls = {came.item: came.entry.get("fullUrl") for came in envelope.entries}
    origins: dict[str, str] = {}
    for one in built:
        url = urls.get(one.indexed.id)
        origins[url if isinstance(url, str) else one.indexed.address] = one.origin
    return origins


def mark_in(case: CaseModel, item: str, type: str) -> Identity:
    """The mark of an item of the case; people and places are known where those of its source are."""
    shared = case.source.namespace if case.source is not None and type in SHARED and item != PATIENT else None
    return marked_as(shared or case.id, item, type)


def index_of(case: CaseModel, mappings: Mappings) -> Index:
    """The identities of all resources of the case."""
    made = []
    for entry in case.entries():
        type = mappings.of_kind(entry.kind).type or ""
        made.append(Indexed(entry.id, type, mark_in(case, entry.id, type), _stated(type, entry.item)))
    for key, resource in sorted(case.resources.items()):
        type = resource.get("resourceType", "Basic")
        made.append(Indexed(key, type, mark_in(case, key, type), stated_in(resource)))
    known = {one.id for one in made}
    for key, type in ((COMPOSITION, "Composition"), (PROVENANCE, "Provenance")):
        if key not in known:
            made.append(Indexed(key, type, marked_as(case.id, key, type)))
    if case.patient is None:
        made.append(Indexed(PATIENT, "Patient", marked_as(case.id, PATIENT, "Patient")))
    return Index(made, mappings)


_IDENTIFIED = frozenset({"Patient", "Practitioner", "Organization"})
"""The types whose items can state identifiers."""


_PASSING = ("old", "temp")
"""Uses of identifiers under which nobody is found again (https://hl7.org/fhir/R4/valueset-identifier-use.html)."""


def _stated(type: str, item: Any) -> Identity | None:
    """The first identifier of its own that an item states in full."""
    for identifier in item.identifiers if type in _IDENTIFIED else ():
        if identifier.system and identifier.value and identifier.use not in _PASSING:
            return Identity(type, identifier.system, identifier.value)
    return None


def stated_in(resource: dict[str, Json]) -> Identity | None:
    """The first identifier of its own that a resource of people or places states in full; others share theirs."""
    held = resource.get("identifier") if resource.get("resourceType") in _IDENTIFIED else None
    for identifier in held if isinstance(held, list) else ():
        if not isinstance(identifier, dict) or identifier.get("use") in _PASSING:
            continue
        system, value = identifier.get("system"), identifier.get("value")
        if isinstance(system, str) and isinstance(value, str) and not system.startswith("urn:fhir-case:"):
            return Identity(resource["resourceType"], system, value)
    return None


def _resources(
    case: CaseModel, index: Index, mappings: Mappings, context: Context, came: Envelope | None
) -> Iterator[Built]:
    """The resources of the case in the order of their kinds, each kind by id; with the ids and marks they had in `came`."""
    marks = _marks(index, came)
    ids = {one.item: one.id for one in came.entries} if came is not None else {}

    def built(key: str, resource: dict[str, Json], origin: str) -> Built:
        if (id := ids.get(key)) is not None:
            resource = {"resourceType": resource["resourceType"], "id": id, **resource}
        if (own := marks[key]) is not None:
            mark(resource, own)
        return Built(index.by_id[key], resource, origin, id)

    for key, make in ((COMPOSITION, composition), (PROVENANCE, provenance)):
        context.where = key
        if key in case.resources:
            resource = context.outward(case.resources[key])
        elif came is None or any(one.item == key for one in came.entries):
            resource = make(case, context, mappings)
        else:
            continue
        if resource is not None:
            yield built(key, resource, key)
    for entry in case.entries():
        context.where = entry.id
        resource = mappings.of_kind(entry.kind).write(entry.item, context)
        origin = f"{entry.kind}.{entry.id}" if entry.kind != entry.id else entry.id
        yield built(entry.id, resource, origin)
    for key, verbatim in sorted(case.resources.items()):
        if key not in (COMPOSITION, PROVENANCE):
            context.where = key
            yield built(key, context.outward(verbatim), f"resources.{key}")


def _marks(index: Index, came: Envelope | None) -> dict[str, Identity | None]:
    """The mark for each item; None for a resource that came without one."""
    marks: dict[str, Identity | None] = {one.id: one.mark for one in index.by_id.values()}
    for one in came.entries if came is not None else ():
        mark = marks.get(one.item or "")
        if one.item is not None and mark is not None:
            marks[one.item] = (
                None if not one.marked else mark._replace(value=one.mark) if one.mark is not None else mark
            )
    return marks


def _transaction(case: CaseModel, built: list[Built], context: Context) -> dict[str, Json]:
    """Each resource as a conditional request, so that sending it twice changes nothing (https://hl7.org/fhir/R4/http.html#transaction)."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": one.indexed.address, "resource": one.resource, "request": request_of(one.indexed)} for one in built
    ]}  # fmt: skip


def request_of(indexed: Indexed) -> dict[str, Json]:
    """What we own is updated under its identity; what others share is created if absent, and never overwritten."""
    type, query = indexed.type, indexed.identity.query
    if type in SHARED:
        return {"method": "POST", "url": type, "ifNoneExist": query}
    return {"method": "PUT", "url": f"{type}?{query}"}


def _collection(case: CaseModel, built: list[Built], context: Context) -> dict[str, Json]:
    entries = [{"fullUrl": one.indexed.address, "resource": one.resource} for one in built]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def document_of(case: CaseModel, built: list[Built], context: Context) -> dict[str, Json]:
    """The IPS document; its timestamp is the case's own, since nothing may be invented."""
    theirs = [one for one in built if one.indexed.type == "Composition" and one.indexed.id != COMPOSITION]
    profiles = [BUNDLE_PROFILE]
    if theirs and COMPOSITION not in case.resources:
        profiles = _claimed(case)
        # The document that the case was read from has its Composition: theirs tells more than one made anew.
        came = [one.item for one in case.bundle.entries] if case.bundle is not None else []
        first = min(theirs, key=lambda one: came.index(one.indexed.id) if one.indexed.id in came else len(came))
        built = [first, *(one for one in built if one is not first and one.indexed.id != COMPOSITION)]
        context.issues[:] = [issue for issue in context.issues if not issue.path.startswith(f"{COMPOSITION}:")]
        added = [entry for entry in case.entries() if entry.id not in came]
        first.resource.update(with_added(first.resource, added, context))
    if stamped(case) is None:
        context.issues.append(
            Issue(
                "document-timestamp", "a document needs the instant at which it was put together", "error", "recorded",
                fix="add recorded: YYYY-MM-DDThh:mm:ssZ to the case, or build it with --recorded",
            )
        )  # fmt: skip
    if case.patient is None and PATIENT not in case.resources:
        told = "who is not in it" if case.has_patient else "and the case knows of none"
        context.issues.append(
            Issue(
                "document-patient", f"a summary is about a patient, {told}", "error", "patient",
                fix="add the patient to the case, or build a collection",
            )
        )  # fmt: skip
    return document(case, [(one.indexed.address, one.resource) for one in built], profiles)


def _claimed(case: CaseModel) -> list[str]:
    """The profiles that the document claimed of itself that the case was read from."""
    meta = case.bundle.bundle.get("meta") if case.bundle is not None else None
    held = meta.get("profile") if isinstance(meta, dict) else None
    return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []
