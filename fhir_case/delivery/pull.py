"""Pull: all that a server has of one patient, with what it refers to, and what refers to that.

`$everything` alone leaves some out (HAPI: a Provenance whose target is not in the compartment, a PractitionerRole that
nothing refers to), and not every server has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fhir_case.bundle.references import addresses
from fhir_case.client.messages import Step
from fhir_case.client.search import Found, Params, everything, search
from fhir_case.client.steps import read
from fhir_case.delivery.compartment import PATIENT
from fhir_case.delivery.places import local, place
from fhir_case.issues import Issue, Refused, ServerError
from fhir_case.json import Json

MOST = 20_000
"""Resources that references are followed to: more is another patient's data, not this one's."""

CHUNK = 40

_NO_SUCH_OPERATION = frozenset({400, 403, 404, 405, 422, 501})

_POINTING: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    ("Provenance", "target", None),
    ("PractitionerRole", "practitioner", frozenset({"Practitioner"})),
    ("Composition", "subject", frozenset({"Patient"})),
    ("DocumentReference", "subject", frozenset({"Patient"})),
    ("Encounter", "subject", frozenset({"Patient"})),
)
"""What is found only from the other end: type, parameter, and the types that it is asked for (None: all)."""

_OF_MANY = {"Provenance": "target", "Group": "member"}
"""Lists that may name thousands of patients (the Provenance of an import, a cohort): never followed."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The entries (`fullUrl`: absolute; `resource`: as the server has it), the patient's first; and what is missing."""

    entries: tuple[dict[str, Json], ...]
    issues: tuple[Issue, ...] = ()


def pull(base: str, patient: str) -> Step[Pulled]:
    """All that the server has of `Patient/123`. What cannot be reached is an issue with its place, no error.

    Raises `Refused` where there is no such patient, and `Unreachable`.
    https://hl7.org/fhir/R4/operation-patient-everything.html, https://hl7.org/fhir/R4/compartmentdefinition-patient.html
    """
    if not re.fullmatch(r"Patient/[A-Za-z0-9.-]{1,64}", patient):
        raise Refused(f"{patient[:80]!r} is not the place of a patient; expected Patient/id, such as Patient/123")
    here = Here(base, patient)
    here.add([(yield from read(base, patient))])
    try:
        here.take((yield from everything(base, patient)))
    except Refused as no:
        if no.status not in _NO_SUCH_OPERATION:
            raise
        yield from _compartment(here, patient)
    asked: set[str] = set()
    while fresh := [where for where in here.resources if where not in asked]:
        yield from _closure(here)
        fresh = [where for where in here.resources if where not in asked]
        yield from _pointing(here, patient, fresh)
        asked.update(fresh)
    return here.pulled()


class Here:
    """What has been brought so far, and what could not be."""

    def __init__(self, base: str, patient: str) -> None:
        self.base, self.patient = base, patient
        self.resources: dict[str, dict[str, Json]] = {}
        self.issues: list[Issue] = []
        self.missing: set[str] = set()
        self.left: dict[str, Issue] = {}

    def add(self, resources: Iterable[dict[str, Json]]) -> None:
        for resource in resources:
            where = place(resource)
            if where is None or where in self.resources or where in self.missing:
                continue
            if self._another(where, resource):
                self.missing.add(where)
                message = "this belongs to another patient, and was left where it is"
                self.issues.append(Issue("pull-other-patient", message, "information", where))
            else:
                self.resources[where] = resource

    def _another(self, where: str, resource: dict[str, Json]) -> bool:
        """Whether it is another patient, or about one: what patients share must not lead from one to the next."""
        if resource["resourceType"] == "Patient":
            return where != self.patient
        held = resource.get("subject", resource.get("patient"))
        of = local(held["reference"], self.base) if isinstance(held, dict) and "reference" in held else None
        return of is not None and of[0].startswith("Patient/") and of[0] != self.patient

    def pulled(self) -> Pulled:
        """All of it."""
        entries = tuple({"fullUrl": f"{self.base}/{where}", "resource": made} for where, made in self.resources.items())
        return Pulled(entries, (*self.issues, *self.left.values()))

    def take(self, found: Found) -> None:
        self.add(found.resources)
        self.issues += found.issues

    def wanted(self) -> list[str]:
        """Places that something here refers to and that are not here."""
        places: dict[str, None] = {}
        for where, resource in self.resources.items():
            followed = resource
            if list_ := _OF_MANY.get(resource["resourceType"]):
                followed = {name: value for name, value in resource.items() if name != list_}
                self._left(where, list_, resource)
            places.update(dict.fromkeys(referred(followed, self.base)))
        return [where for where in places if where not in self.resources and where not in self.missing]

    def _left(self, where: str, name: str, resource: dict[str, Json]) -> None:
        path = f"{where}.{name}"
        outside = set(referred({name: resource.get(name)}, self.base)) - set(self.resources)
        self.left.pop(path, None)
        if outside:
            message = f"{len(outside)} resources that it lists were not fetched, since they may be other patients'"
            self.left[path] = Issue("pull-not-followed", message, "information", path)

    def lacks(self, where: str, why: str) -> None:
        self.missing.add(where)
        self.issues.append(
            Issue("pull-unreachable", f"{where} is referred to, but {why}", "warning", where, fix="it is left out")
        )


def referred(resource: dict[str, Json], base: str) -> list[str]:
    """The places (`Type/id`) on this server that a resource names, in references, links and attachments."""
    return [found[0] for address in addresses(resource) if (found := local(address, base))]


def _compartment(here: Here, patient: str) -> Step[None]:
    """Type by type. Only what does name the patient is taken: some servers ignore a parameter they don't know."""
    unasked: list[str] = []
    for type_, params in PATIENT:
        for param in params:
            found = yield from _asked(here.base, type_, ((param, patient),))
            if found is None:
                unasked.append(f"{type_}?{param}")
                continue
            here.add(one for one in found.resources if patient in referred(one, here.base))
            here.issues += found.issues
    if unasked:
        here.issues.append(
            Issue(
                "pull-not-searched", f"the server cannot search for {', '.join(unasked)}; none of these was looked for"
            )
        )


def _asked(base: str, type_: str, params: Params) -> Step[Found | None]:
    try:
        return (yield from search(base, type_, params))
    except Refused as no:
        if no.status not in _NO_SUCH_OPERATION:
            raise
        return None


def _closure(here: Here) -> Step[None]:
    """Follow references until they lead nowhere new."""
    while wanted := here.wanted():
        if len(here.resources) + len(wanted) > MOST:
            for where in wanted:
                here.lacks(where, f"it was not fetched, since more than {MOST:,} resources would have been")
            return
        by_type: dict[str, list[str]] = {}
        for where in wanted:
            type_, _, id_ = where.partition("/")
            by_type.setdefault(type_, []).append(id_)
        for type_, ids in by_type.items():
            for start in range(0, len(ids), CHUNK):
                yield from _fetch(here, type_, ids[start : start + CHUNK])


def _fetch(here: Here, type_: str, ids: list[str]) -> Step[None]:
    if len(ids) > 1:
        found = yield from _asked(here.base, type_, (("_id", ",".join(ids)),))
        if found is not None:
            here.add(one for one in found.resources if one.get("id") in ids)
    for id_ in ids:
        where = f"{type_}/{id_}"
        if where in here.resources:
            continue
        try:
            here.add([(yield from read(here.base, where))])
        except ServerError as no:
            if no.status is None:
                raise
            here.lacks(where, {404: "is not on the server", 410: "was deleted"}.get(no.status, f"not given: {no}"))
        else:
            if where not in here.resources and where not in here.missing:
                here.lacks(where, "the server gave another resource in its place")


def _pointing(here: Here, patient: str, fresh: list[str]) -> Step[None]:
    """What refers to what is here, from outside of the compartment; again only what does refer."""
    for type_, param, types in _POINTING:
        targets = [where for where in fresh if types is None or where.partition("/")[0] in types]
        if param == "subject":
            targets = [where for where in targets if where == patient]
        for start in range(0, len(targets), CHUNK):
            found = yield from _asked(here.base, type_, ((param, ",".join(targets[start : start + CHUNK])),))
            if found is None:
                message = f"the server cannot search for {type_}?{param}; none of these was looked for"
                here.issues.append(Issue("pull-not-searched", message, "warning"))
                break
            chunk = set(targets[start : start + CHUNK])
            here.add(one for one in found.resources if chunk.intersection(referred(one, here.base)))
            here.issues += found.issues
