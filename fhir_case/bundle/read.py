"""From a bundle to a case: what the mappings can read becomes items, all the rest stays as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fhir_case.bundle.build import build, index_of, mark_in
from fhir_case.bundle.document import composition, provenance, quoted
from fhir_case.bundle.entries import Entries, Given, given
from fhir_case.bundle.index import COMPOSITION, PROVENANCE, Index, target_of
from fhir_case.bundle.oddities import oddities
from fhir_case.bundle.registry import Mappings
from fhir_case.bundle.uncollected import uncollected
from fhir_case.case.base import Item, Verbatim
from fhir_case.case.check import refers_well
from fhir_case.case.envelope import Envelope
from fhir_case.case.model import KINDS, OTHER, PATIENT, PHENOPACKET, SOURCE, CaseModel
from fhir_case.case.people import Header, Patient, Source
from fhir_case.case.phenopacket import Phenopacket
from fhir_case.issues import Issue, Report
from fhir_case.json import Json, canonical
from fhir_case.lens import Context, Refusal
from fhir_case.mappings.document import COMPOSITION as HEADER


@dataclass(frozen=True, slots=True)
class Read:
    """A case as it was read."""

    case: CaseModel
    issues: tuple[Issue, ...]
    entries: Entries | None
    """Those of a bundle of others."""

    @property
    def report(self) -> Report:
        """What was only carried, and why. It is put together when asked for: references that lead nowhere are anywhere."""
        return Report((*self.issues, *(_dangling(self.entries) if self.entries is not None else ())))


@dataclass(slots=True)
class _Found:
    """The items found so far."""

    sections: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    source: Source | None = None
    patient: Patient | None = None
    phenopacket: Phenopacket | None = None
    inner: list[tuple[str, str, Item]] = field(default_factory=list)
    resources: dict[str, Verbatim] = field(default_factory=dict)
    header: Header | None = None
    other: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those of third parties, by kind."""
    made: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Composition and Provenance as they came."""
    issues: list[Issue] = field(default_factory=list)


_FIRST = {"DocumentReference": 0, "Patient": 1, "ImagingStudy": 2, "Composition": 3}
"""What the others need to be read: the text of the source, the patient, the studies that findings stand in."""

_SINGLE = frozenset({PATIENT, SOURCE, PHENOPACKET})
"""The items of which a case has one, under the name of its kind."""

_AROUND_HEADER = frozenset({"subject", "encounter", "section", "text"})
"""What of a Composition is no part of the header of the case."""


@uncollected
def read(bundle: dict[str, Json], mappings: Mappings, model: type[CaseModel]) -> Read:
    """The case that a bundle tells. Raises `CaseError` only where there is nothing to read at all."""
    entries = given(bundle)
    case, found = _told(entries, mappings, model)
    found.issues += oddities(bundle)
    if entries.ours and case.patient is not None and refers_well(case) and _as_built(case, entries, bundle, mappings):
        case._came_as = entries.type
        return Read(case, (*mappings.issues, *found.issues), None)
    if entries.type == "document":
        # Not quite one of ours: what a document of ours has elsewhere stays where it came.
        entries = given(bundle, lambda resources, ids: set())
        case, found = _told(entries, mappings, model)
        found.issues += oddities(bundle)
    case.bundle = entries.envelope(index_of(case, mappings))
    return Read(case, (*mappings.issues, *found.issues), entries)


def _told(entries: Entries, mappings: Mappings, model: type[CaseModel]) -> tuple[CaseModel, _Found]:
    index = Index([one.indexed for one in entries.resources], mappings)
    context = index.reading(entries.usual, entries.targets)
    found = _Found()
    for one in sorted(entries.resources, key=lambda one: _FIRST.get(one.indexed.type, 9)):
        context.where = one.indexed.id
        _read_one(one, found, context, mappings)
    header = found.header
    # Every field is given: pydantic works long to find out the defaults of a model that it does not validate.
    case = model.model_construct(
        None, id=entries.case_id, title=header.title if header else entries.title,
        recorded=header.recorded if header else None, language=header.language if header else None,
        source=found.source, patient=found.patient, phenopacket=found.phenopacket, resources=found.resources,
        other=found.other,
        bundle=Envelope(patient=entries.patient) if entries.patient is not None else None, **found.sections,
    )  # fmt: skip
    for study, key, finding in found.inner:
        case.imaging[study].findings[key] = finding  # type: ignore[assignment]
    for key, stated in quoted(found.made.get(COMPOSITION, {}), context).items():
        item = next((section[key] for section in found.sections.values() if key in section), None)
        if item is not None and not item.quotes:
            item.quotes = stated
    _settle_header(case, found, context, mappings)
    return case, found


def _read_one(one: Given, found: _Found, context: Context, mappings: Mappings) -> None:
    key, resource = one.indexed.id, one.resource
    if key in (COMPOSITION, PROVENANCE) and one.marked:
        found.made[key] = resource
        if key == COMPOSITION:
            bare = {name: value for name, value in resource.items() if name not in _AROUND_HEADER}
            header = HEADER.read(bare, context)
            found.header = header if isinstance(header, Header) else None
        return
    reasons = []
    for mapping in mappings.of_type(one.indexed.type):
        if mapping.kind != key and (key in _SINGLE or mapping.kind in _SINGLE):
            continue
        if key == SOURCE:  # its own quotes are parts of its text, which has to be known before
            unquoted = mapping.read({name: value for name, value in resource.items() if name != "extension"}, context)
            context.source = (unquoted.text if isinstance(unquoted, Source) else None) or ""
        item = mapping.read(resource, context)
        if isinstance(item, Refusal):
            reasons.append(item.reason)
        elif _kept(mapping.kind, key, item, found):
            return
    found.resources[key] = Verbatim(context.inward(resource))
    if one.indexed.type == "Patient" and key != PATIENT:
        reasons = ["a case is about one patient, and this is another"]
    reason = reasons[-1] if reasons else f"there is no mapping for {one.indexed.type}"
    found.issues.append(Issue("carried", f"kept verbatim: {reason}", "information", f"resources.{key}"))


def _kept(kind: str, key: str, item: Any, found: _Found) -> bool:
    """Whether the item has a place in the case."""
    if kind == PATIENT:
        found.patient = item
    elif kind == SOURCE:
        found.source = item
    elif kind == PHENOPACKET:
        found.phenopacket = item
    elif kind == "imaging.findings":
        if item.study not in found.sections["imaging"]:
            return False
        found.inner.append((item.study, key, item))
    elif kind.startswith(f"{OTHER}."):
        found.other.setdefault(kind.removeprefix(f"{OTHER}."), {})[key] = item
    else:
        found.sections[kind][key] = item
    return True


def _settle_header(case: CaseModel, found: _Found, context: Context, mappings: Mappings) -> None:
    """Composition and Provenance are made from the case: where they came as they would be made, nothing is kept."""
    for key, make in ((COMPOSITION, composition), (PROVENANCE, provenance)):
        held = found.made.get(key)
        if held is None:
            continue
        context.where = key
        made = make(case, context, mappings)
        if made is None or canonical(made) != canonical(held):
            case.resources[key] = Verbatim(context.inward(held))
            reason = "kept verbatim: it is not the one that the case makes"
            found.issues.append(Issue("carried", reason, "information", f"resources.{key}"))


_LOCAL = re.compile(r"urn:uuid:.*|[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}(/_history/.*)?")


def _dangling(entries: Entries) -> Iterator[Issue]:
    """References to resources that should be in the bundle and are not: they stay as they came."""
    for one in entries.resources:
        for address in dict.fromkeys(one.addresses):
            local = _LOCAL.fullmatch(address) and address != entries.patient
            if local and target_of(address, entries.targets) is None:
                kind = address.partition("/")[0] if "/" in address else "urn:uuid"
                message = f"a reference to a {kind} that is not in the bundle stays as it came"
                yield Issue("reference-outside", message, "information", one.indexed.id)


def _as_built(case: CaseModel, entries: Entries, bundle: dict[str, Json], mappings: Mappings) -> bool:
    """Whether a build of the case would have the same entries, marks and order; of a document, whether it is the same."""
    given = [one.indexed.id for one in entries.resources]
    has_provenance = PROVENANCE in case.resources or (case.source is not None and case.recorded is not None)
    header = [COMPOSITION, PROVENANCE] if has_provenance else [COMPOSITION]
    verbatim = [key for key in sorted(case.resources) if key not in header]
    if given != [*header, *(entry.id for entry in case.entries()), *verbatim]:
        return False
    if any(one.indexed.mark != mark_in(case, one.indexed.id, one.indexed.type) for one in entries.resources):
        return False
    return entries.type != "document" or canonical(build(case, "document", mappings).bundle) == canonical(bundle)
