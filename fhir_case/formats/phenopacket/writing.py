"""From a case to a phenopacket: each item through the lines of its message, then what was kept when it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fhir_case.case.base import Item
from fhir_case.case.check import INDEX
from fhir_case.case.clinical import Finding
from fhir_case.case.links import item_of
from fhir_case.case.model import PATIENT, PHENOPACKET, CaseModel
from fhir_case.case.phenopacket import Phenopacket, Terminology
from fhir_case.case.standing import is_so
from fhir_case.formats.phenopacket import messages
from fhir_case.formats.phenopacket.curies import PREFIXES
from fhir_case.formats.phenopacket.messages import PacketContext
from fhir_case.formats.phenopacket.shape import Message, apart, nested
from fhir_case.formats.phenopacket.spelling import in_snake_case
from fhir_case.formats.phenopacket.values import put_class
from fhir_case.issues import Issue, Report
from fhir_case.json import Json, copied
from fhir_case.lens import Mapping
from fhir_case.terminology import systems

SCHEMA_VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class PacketWriting:
    """A phenopacket, and what of the case it has no room for."""

    packet: dict[str, Json]
    report: Report


def write_phenopacket(case: CaseModel) -> PacketWriting:
    """The case as a phenopacket of version 2, with a report of what that has no room for.

    A case that was read from a phenopacket gives that packet again.
    """
    writer = _Writer(case)
    packet = writer.packet()
    return PacketWriting(packet, Report((*writer.context.issues, *writer.left_out())))


class _Writer:
    """One case being written."""

    def __init__(self, case: CaseModel) -> None:
        self.case = case
        rest: Message = (case.phenopacket.rest if case.phenopacket else None) or {}
        self.items: Message = rest.get("items", {})
        self.entries: dict[str, list[Any]] = rest.get("entries", {})
        self.order: dict[str, list[str]] = rest.get("order", {})
        self.whole: Message = rest.get("packet", {})
        self.snakes = frozenset(rest.get("snake_case", ()))
        patient = case.patient
        named = next((one.value for one in patient.identifiers if one.value), None) if patient else None
        subject = self.whole.get("subject")  # kept as it came, where it could not be read
        kept = subject.get("id") if isinstance(subject, dict) else None
        self.context: PacketContext = messages.context(kept if isinstance(kept, str) else named)
        self.written: set[str] = {PATIENT, PHENOPACKET, INDEX}

    def packet(self) -> dict[str, Json]:
        """The packet, its fields in the order of the schema."""
        about = self.message(messages.META_DATA, self.case.phenopacket or self._about(), PHENOPACKET)
        made: dict[str, Json] = {"id": about.pop("id", None), "subject": self.subject()}
        sections: dict[str, dict[str, Message]] = {
            "phenotypicFeatures": self.each("findings", messages.FEATURE, _is_feature),
            "measurements": self.each("labs", messages.MEASUREMENT)
            | self.each("findings", messages.MEASUREMENT, lambda item: item.value is not None),
            "interpretations": dict(self.interpretations()),
            "diseases": self.each("diagnoses", messages.DISEASE),
            "medicalActions": self.each("procedures", messages.PROCEDURE)
            | self.each("medications", messages.TREATMENT),
        }
        made |= {section: self.listed(section, found) for section, found in sections.items()}
        if self.case.recorded is not None:
            about["created"] = self.case.recorded
        made["metaData"] = about
        made = {name: held for name, held in made.items() if held not in (None, {}, [])}
        made |= {name: copied(held) for name, held in self.whole.items() if name not in made}
        return in_snake_case(made, self.snakes) if self.snakes else made

    def _about(self) -> Phenopacket:
        """What the packet of a case that came from none says of itself."""
        used = _systems(self.case)
        made = [Terminology(system=one.alias) for one in PREFIXES if one.resource and one.alias in used]
        return Phenopacket(identifier=self.case.id, schema_version=SCHEMA_VERSION, terminologies=made)

    def message(self, mapping: Mapping, item: Item, key: str) -> Message:
        """The message that an item says, with what was kept of the one it came from."""
        self.written.add(key)
        self.context.where = key
        return mapping.write(item.model_copy(update={"remainder": self.items.get(key)}), self.context)

    def each(
        self, kind: str, mapping: Mapping, fits: Callable[[Any], bool] = lambda item: True
    ) -> dict[str, Message]:  # fmt: skip
        """The messages of a section of the case, by item; a packet says of nothing that it was an error, or not done."""
        held: dict[str, Any] = getattr(self.case, kind)
        return {
            key: nested(apart(self.message(mapping, item, key), "treatment/doses"))
            for key, item in held.items()
            if fits(item) and _can_be_said(item)
        }

    def listed(self, section: str, found: dict[str, Message]) -> list[Message]:
        """The messages in the order that they came in, what was carried among them; new ones at the end."""
        order = [key for key in self.order.get(section, sorted(found)) if key in found]
        made = [found[key] for key in dict.fromkeys((*order, *found))]
        for carried in self.entries.get(section, ()):
            made.insert(carried["at"], copied(carried["entry"]))
        return made

    def subject(self) -> Message:
        """The patient, and when he or she was last seen."""
        if self.case.patient is None:
            return {}
        made = apart(self.message(messages.SUBJECT, self.case.patient, PATIENT), "ids")
        index = self.case.timeline.get(INDEX)
        if index is not None and index.when is not None and "timeAtLastEncounter" not in made:
            made |= self.message(messages.LAST_ENCOUNTER, index, INDEX)
        return made

    def interpretations(self) -> Iterator[tuple[str, Message]]:
        """The reports of genetic tests, and the implications that no report has."""
        told: set[str] = set()
        for key, report in self.case.reports.items():
            mine = [one for result in report.results if (one := item_of(result)) in self.case.implications and one]
            told.update(mine)
            mine = [one for one in mine if self.interpreted(one)]
            if not is_so(report) or (not mine and messages.REPORT.codings[0] not in report.code.codings):
                continue
            made = apart(self.message(messages.INTERPRETATION, report, key), "progress")
            if mine:
                made["diagnosis/genomicInterpretations"] = [self.genomic(one) for one in mine]
            yield key, nested(made)
        for key, implication in self.case.implications.items():
            if key not in told and self.interpreted(key):
                disease = implication.diagnosis
                of: Message = {} if disease is None else {"diagnosis/disease": put_class(disease, self.context)}
                yield key, nested({"id": key, **of, "diagnosis/genomicInterpretations": [self.genomic(key)]})

    def interpreted(self, key: str) -> bool:
        """Whether the implication stands, and its variants do; that one was rejected, a packet can say."""
        implication = self.case.implications[key]
        named = [one for link in implication.variants if (one := item_of(link)) in self.case.variants and one]
        return all(
            is_so(one) for one in (implication.model_copy(update={"role": None}), *map(self.case.variants.get, named))
        )

    def genomic(self, key: str) -> Message:
        """The GenomicInterpretation of an implication and its variant."""
        implication = self.case.implications[key]
        made = self.message(messages.IMPLICATION, implication, key)
        variants = [one for named in implication.variants if (one := item_of(named)) in self.case.variants and one]
        for one in variants[:1]:
            variant = nested(self.message(messages.VARIANT, self.case.variants[one], one))
            made["variantInterpretation/variationDescriptor"] = variant
        return nested(made)

    def left_out(self) -> Iterator[Issue]:
        """The items that a packet has no room for."""
        for entry in self.case.entries():
            if entry.id not in self.written:
                where = f"{entry.kind}.{entry.id}" if entry.kind != entry.id else entry.id
                yield Issue("phenopacket-left-out", "a phenopacket has no room for this item", "information", where)


_MEASURED = ("vital-signs", "survey", "social-history", "activity")


def _is_feature(item: Finding) -> bool:
    """It was there or not; what was measured or asked is no feature, nor is the panel of several such values."""
    return item.value is None and not (item.category in _MEASURED and (item.components or item.parts))


def _can_be_said(item: Any) -> bool:
    """A packet says of a disease that it was ruled out, and of nothing else that it is not so."""
    return is_so(item) or getattr(item, "certainty", None) == "refuted"


def _systems(case: CaseModel) -> set[str]:
    """The short names of the code systems that a case uses."""
    found: set[str] = set()
    stack: list[Any] = [case.plain()]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str) and " " in value:
            uri = systems.uri_of(value.partition(" ")[0])
            found.update({systems.alias_of(uri) or ""} if uri else ())
    return found
