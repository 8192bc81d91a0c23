"""Whose a resource is, and how it is found again: the mark that ties a resource on a server to an item of a case.

A case *owns* its items: they are pushed as conditional updates on the mark. What others share is created if absent and
never overwritten. See https://hl7.org/fhir/R4/http.html#cond-update and #ccreate.
"""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from hashlib import sha1
from typing import NamedTuple
from urllib.parse import quote

from fhir_case.json import Json

ITEM = "urn:fhir-case:item"
"""The system of the mark; its value is `<namespace>/<item id>`, the namespace being the case's or its source's."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:fhir-case").bytes

SHARED = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location"})
"""Types that others use too: created if absent, never overwritten (unless the user says that they are his own)."""

TAGGED = frozenset(
    """
    AuditEvent Binary CapabilityStatement CompartmentDefinition GraphDefinition ImplementationGuide Linkage
    MedicationKnowledge MedicinalProductContraindication MedicinalProductIndication MedicinalProductInteraction
    MedicinalProductManufactured MedicinalProductUndesirableEffect MessageHeader NamingSystem
    OperationDefinition OperationOutcome Parameters Provenance SearchParameter Subscription SubstanceNucleicAcid
    SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
    TerminologyCapabilities VerificationResult AdverseEvent Bundle Composition ConceptMap
    MedicinalProductIngredient QuestionnaireResponse SpecimenDefinition SubstanceSpecification TestReport
    TestScript
    """.split()
)
"""R4 types without an `identifier`, and those with room for only one (theirs): the mark is a `meta.tag`."""


class Identity(NamedTuple):
    """One resource's identity on every server: its type, and the system and value of an identifier (or tag)."""

    type: str
    system: str
    value: str

    @property
    def tagged(self) -> bool:
        """The type has no `identifier` to spare, so the mark is a tag."""
        return self.type in TAGGED

    @property
    def address(self) -> str:
        """The `fullUrl` of the resource in a bundle of ours: a name-based UUID, the same on every machine."""
        return f"urn:uuid:{uuid5(_NAMESPACE, f'{self.type}|{self.system}|{self.value}')}"

    @property
    def query(self) -> str:
        """The search that finds it: what conditional requests carry."""
        name = "_tag" if self.type in TAGGED else "identifier"
        return f"{name}={_quoted_system(self.system)}|{_quoted(self.value)}"


_RESERVED = re.compile(r"[^A-Za-z0-9_.~-]+")
_USUAL = re.compile(r"[A-Za-z0-9_.~/-]*")
"""Marks have ids and a slash."""


def _quoted(text: str) -> str:
    """A part of a query; most have little in them that must be escaped (https://www.rfc-editor.org/rfc/rfc3986#section-2.3)."""
    return text.replace("/", "%2F") if _USUAL.fullmatch(text) else _RESERVED.sub(_escaped, text)


_quoted_system = lru_cache(maxsize=256)(_quoted)
"""The same for systems, which are few."""


@lru_cache(maxsize=256)
def _percent(characters: str) -> str:
    return quote(characters, safe="")


def _escaped(found: re.Match[str]) -> str:
    return _percent(found[0])


def uuid5(namespace: bytes, name: str) -> str:
    """`uuid.uuid5`, without the object that it makes on the way: a tenth of a build went into these."""
    digits = sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def mark(resource: dict[str, Json], identity: Identity) -> None:
    """Write the mark into the resource, beside what it already has."""
    if identity.tagged:
        held = resource.get("meta")
        meta = dict(held) if isinstance(held, dict) else {}
        resource["meta"] = {
            **meta,
            "tag": [*_listed(meta.get("tag")), {"system": identity.system, "code": identity.value}],
        }
    else:
        made = {"system": identity.system, "value": identity.value}
        resource["identifier"] = [made, *_listed(resource.get("identifier"))]


def _listed(held: Json) -> list[Json]:
    return held if isinstance(held, list) else [] if held is None else [held]


def marked(resource: dict[str, Json]) -> Identity | None:
    """The identity that a resource's mark states, or None where it has none."""
    kind = resource.get("resourceType", "")
    if kind in TAGGED:
        meta, name = resource.get("meta"), "code"
        stated = meta.get("tag") if isinstance(meta, dict) else None
        stated = stated[::-1] if isinstance(stated, list) else None
    else:
        stated, name = resource.get("identifier"), "value"
    for entry in stated if isinstance(stated, list) else ():
        if isinstance(entry, dict) and entry.get("system") == ITEM:
            found = entry.get(name)
            return Identity(kind, ITEM, found) if isinstance(found, str) else None
    return None


def unmarked(resource: dict[str, Json]) -> dict[str, Json]:
    """The resource without our mark; what the mark alone made (an empty list, an empty `meta`) is gone too.

    A mark that is not where `mark` writes it, or has more to it, is the resource's own: the same resource is returned.
    """
    if resource.get("resourceType") not in TAGGED:
        return _without(resource, "identifier", 0, "value")
    held = resource.get("meta")
    meta = _without(held, "tag", -1, "code") if isinstance(held, dict) else held
    if meta is held:
        return resource
    made = {name: value for name, value in resource.items() if name != "meta"}
    return {**made, "meta": meta} if meta else made


def _without(holder: dict[str, Json], name: str, place: int, key: str) -> dict[str, Json]:
    entries = holder.get(name)
    if not isinstance(entries, list) or not entries or not isinstance(entry := entries[place], dict):
        return holder
    if entry.keys() != {"system", key} or entry["system"] != ITEM or not isinstance(entry[key], str):
        return holder
    made = dict(holder)
    if len(entries) > 1:
        made[name] = entries[1:] if place == 0 else entries[:-1]
    else:
        del made[name]
    return made
