"""From a phenopacket to a case: each message through its lines, and what no line says kept beside the case.

What is kept stands under `phenopacket.rest`: `items` (by item, what its message says beyond its fields), `entries` (whole
messages that no item can say, with their places), `packet` (whole fields), `order` (of the lists), `snake_case` (fields so
spelled).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fhir_case.case.base import Item, Verbatim
from fhir_case.case.check import INDEX, RESERVED
from fhir_case.case.coded import Concept
from fhir_case.case.links import ID
from fhir_case.case.model import PATIENT, PHENOPACKET, CaseModel
from fhir_case.case.people import Event, Patient
from fhir_case.case.phenopacket import Phenopacket
from fhir_case.formats.phenopacket import messages
from fhir_case.formats.phenopacket.detecting import refuse_others
from fhir_case.formats.phenopacket.messages import PacketContext
from fhir_case.formats.phenopacket.shape import Message, flat, nested, together
from fhir_case.formats.phenopacket.spelling import in_camel_case
from fhir_case.formats.phenopacket.values import take_class
from fhir_case.issues import Issue, Report
from fhir_case.json import Json
from fhir_case.lens import Mapping, Refusal

C = TypeVar("C", bound=CaseModel)

LAST = Concept("Last encounter")
_ITEM = re.compile(ID)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class PacketReading(Generic[C]):
    """A case as it was read from a phenopacket, and what of that was only carried."""

    case: C
    report: Report


@dataclass(slots=True)
class _Reader:
    """One packet being read."""

    context: PacketContext
    used: set[str] = field(default_factory=lambda: {*RESERVED, INDEX})
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: Message = field(default_factory=dict)
    entries: dict[str, list[Json]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    packet: Message = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def said(self, mapping: Mapping, message: Message) -> Any:
        """The item that a message says, or a refusal."""
        # `excluded` turns a message into its opposite, and so does version 1's `negated`.
        if type(message.get("excluded", False)) is not bool or "negated" in message:
            return Refusal("it may say the opposite")
        return mapping.read(message, self.context)

    def item(self, mapping: Mapping, message: Message, key: str) -> Any:
        """The same, its remainder kept apart under the item's key."""
        self.context.where = key
        item = self.said(mapping, message)
        if isinstance(item, Item) and item.remainder:
            self.items[key] = dict(item.remainder)
            item.__dict__["remainder"] = None
        return item

    def keep(self, kind: str, key: str, item: Any) -> None:
        """The item has a place in the case."""
        self.used.add(key)
        self.sections.setdefault(kind, {})[key] = item

    def key_for(self, *names: Json) -> str:
        """An id that no other item has, from the first of these names that tells something."""
        slug = next((made for name in names if isinstance(name, str) and (made := _slug(name).lower())), "item")
        key, count = slug, 1
        while key in self.used:
            count += 1
            key = f"{slug}-{count}"
        return key

    def carry(self, section: str, place: int, message: Json, reason: str) -> None:
        """The message stays as it is."""
        self.entries.setdefault(section, []).append({"at": place, "entry": message})
        self.issues.append(Issue("carried", f"kept verbatim: {reason}", "information", f"{section}[{place}]"))


def read_phenopacket(data: Json, model: type[C]) -> PacketReading[C]:
    """The case (a `model`) that a phenopacket of version 2 tells.

    `data`: its JSON, read with `fhir_case.loads`. Raises `CaseError` for what is no such packet.
    """
    refuse_others(data)
    packet, snakes = in_camel_case(data)
    subject = packet.get("subject")
    subject_id = subject.get("id") if isinstance(subject, dict) else None
    reader = _Reader(messages.context(subject_id if isinstance(subject_id, str) else None))
    left = {name: held for name, held in packet.items() if held is not None}
    reader.packet |= {name: held for name, held in packet.items() if held is None}
    patient, timeline = _subject(left.pop("subject", None), reader)
    for section, read in _SECTIONS.items():
        held = left.get(section)
        if isinstance(held, list) and held:
            del left[section]
            _section(section, held, read, reader)
    recorded, about = _meta_data(left, reader)
    rest: dict[str, Json] = {
        "items": reader.items, "entries": reader.entries, "packet": {**left, **reader.packet}, "order": reader.order,
        "snake_case": snakes,
    }  # fmt: skip
    stated = {name: held for name, held in rest.items() if held}
    about.rest = Verbatim(stated) if stated else None
    name = about.identifier or subject_id
    name = name if isinstance(name, str) and name.strip() else "Phenopacket"
    sections: dict[str, Any] = reader.sections
    case = model(
        id=_slug(name) or "phenopacket", title=name, recorded=recorded, patient=patient, timeline=timeline,
        phenopacket=about, **sections,
    )  # fmt: skip
    return PacketReading(case, Report((*reader.issues, *_carried(reader, left))))


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60].rstrip("-")


def _section(
    section: str, held: list[Json], read: Callable[[Message, _Reader], str | Refusal], reader: _Reader
) -> None:
    keys = []
    for place, message in enumerate(held):
        key = read(message, reader) if isinstance(message, dict) else Refusal("it is no message")
        if isinstance(key, Refusal):
            reader.carry(section, place, message, key.reason)
        else:
            keys.append(key)
    if keys != sorted(keys):
        reader.order[section] = keys


def _carried(reader: _Reader, left: Message) -> Iterator[Issue]:
    """What of the packet is kept verbatim, by the item or field it belongs to."""
    for name in left:
        yield Issue("carried", "kept verbatim: no field of a case has a word for it", "information", name)
    for key, held in reader.items.items():
        names = ", ".join(sorted(nested(held)))
        yield Issue("carried", f"kept verbatim: {names}", "information", key)


# --- the subject, and what the packet says of itself ------------------------------------------------------------------


def _subject(held: Json, reader: _Reader) -> tuple[Patient, dict[str, Event]]:
    """The patient, and when he or she was last seen."""
    if not isinstance(held, dict) or not held:
        if held is not None:
            reader.packet["subject"] = held
        return Patient(), {}
    message = together(held, "ids", "id", "alternateIds")
    time, event = message.get("timeAtLastEncounter"), None
    if isinstance(time, dict) and ("dateOfBirth" in message or "age" not in time):
        event = reader.item(messages.LAST_ENCOUNTER, {"timeAtLastEncounter": time}, INDEX)
        if isinstance(event, Event) and event.when is not None and INDEX not in reader.items:
            message = {name: value for name, value in message.items() if name != "timeAtLastEncounter"}
        else:
            event = None
            reader.items.pop(INDEX, None)
    patient = reader.item(messages.SUBJECT, message, PATIENT)
    if not isinstance(patient, Patient):
        reader.packet["subject"] = held
        return Patient(), {}
    if patient.age is not None:  # an age is that at some time: when he or she was last seen
        event = Event()
    if event is None:
        return patient, {}
    event.types = [LAST]
    return patient, {INDEX: event}


def _meta_data(left: Message, reader: _Reader) -> tuple[str | None, Phenopacket]:
    held = left.pop("metaData", None)
    message: Message = {}
    if isinstance(held, dict) and held and "id" not in held:
        message = dict(held)
    elif held is not None:
        reader.packet["metaData"] = held
    created = message.get("created")
    recorded = created if isinstance(created, str) and _INSTANT.fullmatch(created) else None
    if recorded:
        del message["created"]
    if "id" in left:
        message["id"] = left.pop("id")
    about = reader.item(messages.META_DATA, message, PHENOPACKET)
    if isinstance(about, Phenopacket):
        return recorded, about
    kept = {"id": message.get("id"), "metaData": held}
    reader.packet |= {name: value for name, value in kept.items() if value is not None}
    return None, Phenopacket()


# --- the lists --------------------------------------------------------------------------------------------------------


def _named(message: Message, name: str) -> Iterator[Json]:
    """The words of an OntologyClass, and its id."""
    held = message.get(name)
    if isinstance(held, dict):
        yield held.get("label")
        yield held.get("id")


def _feature(message: Message, reader: _Reader) -> str | Refusal:
    key = reader.key_for(*_named(message, "type"))
    item = reader.item(messages.FEATURE, message, key)
    if isinstance(item, Refusal):
        return item
    reader.keep("findings", key, item)
    return key


def _disease(message: Message, reader: _Reader) -> str | Refusal:
    key = reader.key_for(*_named(message, "term"))
    item = reader.item(messages.DISEASE, message, key)
    if isinstance(item, Refusal):
        return item
    reader.keep("diagnoses", key, item)
    return key


def _measurement(message: Message, reader: _Reader) -> str | Refusal:
    key = reader.key_for(*_named(message, "assay"))
    item = reader.item(messages.MEASUREMENT, flat(message, "procedure"), key)
    if isinstance(item, Refusal):
        return item
    reader.keep("labs", key, item)
    return key


def _action(message: Message, reader: _Reader) -> str | Refusal:
    kind, mapping, wrapper, name = (
        ("procedures", messages.PROCEDURE, "procedure", "procedure/code")
        if "procedure" in message
        else ("medications", messages.TREATMENT, "treatment", "treatment/agent")
    )
    plain = flat(message, wrapper)
    plain = together(plain, "treatment/doses", "treatment/routeOfAdministration", "treatment/doseIntervals")
    key = reader.key_for(*_named(plain, name))
    item = reader.item(mapping, plain, key)
    if isinstance(item, Refusal):
        return item
    reader.keep(kind, key, item)
    return key


# --- interpretations --------------------------------------------------------------------------------------------------


def _interpretation(message: Message, reader: _Reader) -> str | Refusal:
    plain = flat(message, "diagnosis")
    name = "diagnosis/genomicInterpretations"
    listed = plain.get(name)
    found: list[Message] = listed if isinstance(listed, list) and all(isinstance(one, dict) for one in listed) else []
    plain = {key: held for key, held in plain.items() if key != name or not found}
    progress: Message = {key: plain.pop(key) for key in ("progressStatus", "diagnosis/disease") if key in plain}
    if "progress" in plain or any("/" in key for one in found for key in one):
        return Refusal("it has fields that no interpretation has")
    for one in found:
        implication = reader.said(messages.IMPLICATION, flat(one, "variantInterpretation"))
        if isinstance(implication, Refusal):
            return implication
    own = message.get("id")
    is_key = isinstance(own, str) and _ITEM.fullmatch(own) is not None and own not in reader.used
    key = own if isinstance(own, str) and is_key else reader.key_for(own, "interpretation")
    report = reader.item(messages.INTERPRETATION, {**plain, "progress": progress}, key)
    if isinstance(report, Refusal):
        return report
    reader.used.add(key)
    disease = progress.get("diagnosis/disease")
    concept = take_class(disease, reader.context) if isinstance(disease, dict) else None
    for one in found:
        report.results += _implication(one, concept or None, reader)
    reader.keep("reports", key, report)
    return key


def _implication(message: Message, disease: Concept | None, reader: _Reader) -> list[str]:
    """The ids of the implication and of its variant."""
    plain = flat(message, "variantInterpretation")
    name = "variantInterpretation/variationDescriptor"
    descriptor = plain.get(name)
    held: Message = flat(descriptor, "vcfRecord") if isinstance(descriptor, dict) and descriptor else {}
    gene = held.get("geneContext")
    key = reader.key_for(held.get("id"), held.get("label"), gene.get("symbol") if isinstance(gene, dict) else "variant")
    variant = reader.item(messages.VARIANT, held, key) if held else None
    if isinstance(variant, Item):
        reader.keep("variants", key, variant)
        plain = {field: value for field, value in plain.items() if field != name}
    about = reader.key_for(f"{key}-implication")
    implication = reader.item(messages.IMPLICATION, plain, about)
    if isinstance(variant, Item):
        implication.variants = [key]
    # What was rejected as the cause must not stand beside the disease, nor what nobody has weighed.
    if implication.role not in (None, "rejected"):
        implication.diagnosis = disease
    reader.keep("implications", about, implication)
    return [about, key] if isinstance(variant, Item) else [about]


_SECTIONS: dict[str, Callable[[Message, _Reader], str | Refusal]] = {
    "phenotypicFeatures": _feature, "measurements": _measurement, "diseases": _disease, "medicalActions": _action,
    "interpretations": _interpretation,
}  # fmt: skip
