"""The case as an International Patient Summary: Composition, sections, narrative (IPS 2.0.0).

https://hl7.org/fhir/uv/ips/STU2/StructureDefinition-Composition-uv-ips.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from fhir_case.bundle.index import COMPOSITION as COMPOSITION_ID
from fhir_case.bundle.index import PROVENANCE
from fhir_case.bundle.ips import Addressed, apart
from fhir_case.bundle.narrative import listed, table
from fhir_case.bundle.registry import Mappings
from fhir_case.case.base import Quote
from fhir_case.case.model import OTHER, PATIENT, CaseModel, Entry
from fhir_case.case.people import Header
from fhir_case.case.standing import is_retracted
from fhir_case.json import Json
from fhir_case.lens import Context, quotes, unknown
from fhir_case.lens.fields import put_reference
from fhir_case.lens.slots import MALFORMED
from fhir_case.mappings.document import COMPOSITION

LOINC = "http://loinc.org"
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


class Section(NamedTuple):
    """One section of the summary: its LOINC code (or none), its title, the kinds of items in it."""

    code: str | None
    display: str | None
    title: str
    kinds: tuple[str, ...]
    required: bool = False


SECTIONS = (
    Section("11450-4", "Problem list - Reported", "Problems", ("diagnoses",), True),
    Section("48765-2", None, "Allergies and Intolerances", ("allergies",), True),
    Section("10160-0", None, "Medications", ("medications", "prescriptions"), True),
    Section("11369-6", None, "Immunizations", ("immunizations",)),
    Section("30954-2", None, "Results", ("labs", "reports", "imaging.findings", "variants", "implications")),
    Section("47519-4", "History of Procedures Document", "Procedures", ("procedures",)),
    Section("29545-1", "Physical findings Narrative", "Findings and course", ("findings", "outcomes")),
    Section("46264-8", None, "Medical devices", ("device_uses",)),
    Section("18776-5", None, "Plan of care", ("care_plans",)),
    Section(None, None, "Goals", ("goals",)),
    Section("104605-1", None, "Alerts", ("flags",)),
    Section("10157-6", None, "Family history", ("family",)),
    Section(
        None, None, "Encounters, imaging studies, people and places",
        ("timeline", "imaging", "administrations", "care_teams", "devices", "drugs", "specimens", "documents", "locations",
         "practitioners", "roles", "organizations", "phenopacket"),
    ),
)  # fmt: skip
"""The sections in the order of printing. Displays only where they are confirmed (../shared/seed/codes.yaml).

Imaging studies are no entries of the results section, and goals none of the plan of care (their slices do not allow them).
The last section is no section of
IPS: a document holds only what its Composition leads to (https://hl7.org/fhir/R4/documents.html#content), and nothing
else need refer to these.
"""

_RETRACTED = Section(None, None, "Entered in error", ())
"""Nothing that was entered in error stands among what is so, for somebody to read the section and not the status."""


def header_of(case: CaseModel) -> Header:
    """What the Composition says of the case itself."""
    return Header(
        title=case.title, recorded=case.recorded, language=case.language,
        authors=case.source.authors if case.source else [], custodian=case.source.custodian if case.source else None,
    )  # fmt: skip


def composition(case: CaseModel, context: Context, mappings: Mappings) -> dict[str, Json]:
    """The Composition of the case, with a narrative and the entries for each section."""
    made = COMPOSITION.write(header_of(case), context)
    if case.has_patient:
        made["subject"] = {"reference": context.address(PATIENT)}
    else:
        made["subject"] = unknown()
        context.note("required-unknown", "the case knows no patient, and the profile requires the element", "subject")
    if "index" in case.timeline:
        made["encounter"] = {"reference": context.address("index")}
    by_kind: dict[str, list[Entry]] = {}
    retracted = []
    for entry in case.entries():
        if is_retracted(entry.item):
            retracted.append(entry)
        else:
            by_kind.setdefault(entry.kind, []).append(entry)
    sections = []
    for section in SECTIONS:
        entries = [entry for kind in section.kinds for entry in by_kind.get(kind, ())]
        if section is SECTIONS[-1]:
            entries += [entry for kind in by_kind if kind.startswith(f"{OTHER}.") for entry in by_kind[kind]]
        if entries or section.required:
            sections.append(_section(section, entries, context))
    if retracted:
        sections.append(_section(_RETRACTED, retracted, context))
    verbatim = [key for key in sorted(case.resources) if key not in (COMPOSITION_ID, PROVENANCE)]
    if verbatim:
        sections.append(_unread(verbatim, case, context))
    made["section"] = sections
    return made


def _unread(keys: list[str], case: CaseModel, context: Context) -> dict[str, Json]:
    """The section of what is kept verbatim: what it says is not known here, so the narrative counts its types alone."""
    counts = Counter(str(case.resources[key].get("resourceType")) for key in keys)
    lines = [f"{type}, as it came ({count})" for type, count in sorted(counts.items())]
    title = "Other records"
    text = {"status": "generated", "div": listed(lines)}
    entries = [{"reference": context.address(key)} for key in keys]
    return {"title": title, "code": {"text": title}, "text": text, "entry": entries}


def _section(section: Section, entries: list[Entry], context: Context) -> dict[str, Json]:
    made: dict[str, Json] = {"title": section.title, "code": _code(section)}
    made["text"] = {"status": "generated", "div": table(entries)}
    if entries:
        made["entry"] = [_entry(entry, context) for entry in entries]
    else:
        # Nobody said that it was not asked for, nor that there is nothing: only that it is not to be had here.
        reason = {"system": EMPTY, "code": "unavailable", "display": "Unavailable"}
        made["emptyReason"] = {"coding": [reason]}
        context.note("required-unknown", "not stated, and IPS requires the section", f"section {section.title}")
    return made


def with_added(composition: dict[str, Json], added: list[Entry], context: Context) -> dict[str, Json]:
    """The Composition of others, which leads also to what was added to the case since it was read."""
    if not added:
        return composition
    title = "Added since"
    section = {"title": title, "code": {"text": title}, "text": {"status": "generated", "div": table(added)}}
    entries = [_entry(entry, context) for entry in added]
    return {**composition, "section": [*composition.get("section", ()), {**section, "entry": entries}]}


def stamped(case: CaseModel) -> str | None:
    """When the document was put together: the case's own instant, else that of the document it was read from."""
    came = case.bundle.bundle.get("timestamp") if case.bundle is not None else None
    return case.recorded or (came if isinstance(came, str) else None)


_QUOTED = frozenset({"practitioners", "roles", "organizations"})
"""What others share holds nothing of this case, so that nobody who finds it is led here: the Composition, which is the
case's own, holds the quotes that state it."""

_QUOTES = quotes()


def _entry(entry: Entry, context: Context) -> dict[str, Json]:
    made: dict[str, Json] = {"reference": context.address(entry.id)}
    if entry.kind in _QUOTED and entry.item.quotes:
        made["extension"] = [_QUOTES.put(quote, context) for quote in entry.item.quotes]
    return made


def quoted(composition: dict[str, Json], context: Context) -> dict[str, list[Quote]]:
    """The quotes that a Composition holds, by item; what cannot be read stays with the Composition."""
    found: dict[str, list[Quote]] = {}
    try:
        for entry in (entry for section in composition["section"] for entry in section.get("entry", ())):
            item, extensions = context.item(entry["reference"]), entry.get("extension", ())
            taken = [_QUOTES.take(one, context) for one in extensions]
            if item is not None and taken and all(isinstance(quote, Quote) for quote in taken):
                found[item] = taken
    except MALFORMED:
        return {}
    return found


def _code(section: Section) -> dict[str, Json]:
    if section.code is None:
        return {"text": section.title}
    display = {"display": section.display} if section.display else {}
    return {"coding": [{"system": LOINC, "code": section.code, **display}]}


def provenance(case: CaseModel, context: Context, mappings: Mappings) -> dict[str, Json] | None:
    """Who stands behind the summary, and what it was made from; None where the case says neither."""
    if case.source is None or case.recorded is None:
        return None
    made: dict[str, Json] = {
        "resourceType": "Provenance",
        "target": [{"reference": context.address("composition")}],
        "recorded": case.recorded,
    }
    kind = {"system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": "author"}
    agents: list[dict[str, Any]] = [
        {"type": {"coding": [{**kind, "display": "Author"}]}, "who": put_reference(author, context)}
        for author in case.source.authors
    ]
    if not agents:
        context.note("required-unknown", "not stated, and Provenance requires it", "agent.who")
    made["agent"] = agents or [{"who": unknown()}]
    made["entity"] = [{"role": "source", "what": {"reference": context.address("source")}}]
    return made


BUNDLE_PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"


def document(
    case: CaseModel, resources: list[tuple[str, dict[str, Json]]], profiles: list[str]
) -> dict[str, Json]:  # fmt: skip
    """A document bundle: the Composition first, an identifier of its own, the timestamp of the case, what it claims.

    https://hl7.org/fhir/R4/documents.html
    """
    (first, composition), *rest = sorted(resources, key=lambda pair: pair[1]["resourceType"] != "Composition")
    composition, entries = apart(composition, [Addressed(*pair) for pair in rest], case.id)
    made: dict[str, Json] = {"resourceType": "Bundle"}
    if profiles:
        made["meta"] = {"profile": profiles}
    made["identifier"] = {"system": "urn:fhir-case:document", "value": case.id}
    made["type"] = "document"
    if (instant := stamped(case)) is not None:
        made["timestamp"] = instant
    made["entry"] = [{"fullUrl": address, "resource": one} for address, one in [(first, composition), *entries]]
    return made
