"""What stands elsewhere in an IPS document than in other bundles: the extensions of Patient and AllergyIntolerance.

IPS 2.0.0 slices their `extension` by definitions that its package does not bring (`individual-pronouns` and others of
a later extension pack), so a validator that has the package alone cannot tell whether any extension at their root fits
and calls the whole document wrong. In a document, quotes of these resources therefore stand on an element inside them,
and race and ethnicity are observations of the social history, which is where IPS has room for them.

What was entered in error claims no profile of a result, since these do not allow that status.

`apart` undoes `together`: who puts a document together makes sure that taken apart again it is the same
(`fhir_case/bundle/read.py`), since what others changed in one of ours may stand where nothing of ours would.
https://hl7.org/fhir/uv/ips/STU2/StructureDefinition-Patient-uv-ips.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fhir_case.bundle.identity import ITEM, Identity, mark
from fhir_case.bundle.narrative import escape
from fhir_case.json import Json, canonical
from fhir_case.lens import DERIVATION
from fhir_case.lens.owned import Path
from fhir_case.mappings.people import US_CORE
from fhir_case.mappings.tables import IPS, OBSERVATION_CATEGORY

Resource = dict[str, Json]

SECTION = "29762-2"
_TITLE = "Social history"


class Addressed(NamedTuple):
    """A resource and its `fullUrl`."""

    address: str
    resource: Resource


class _Told(NamedTuple):
    """An extension of Patient that is an observation in a document: its url, the id of that, what it is called."""

    url: str
    suffix: str
    name: str


_TOLD = (
    _Told(US_CORE + "us-core-race", "race", "Race"),
    _Told(US_CORE + "us-core-ethnicity", "ethnicity", "Ethnicity"),
)


def apart(composition: Resource, resources: list[Addressed], namespace: str) -> tuple[Resource, list[Addressed]]:
    """The resources of a document as IPS has room for them, and the Composition that leads to what was added."""
    made: list[Addressed] = []
    added: list[Addressed] = []
    for address, resource in resources:
        if resource["resourceType"] == "Patient":
            resource, observations = _without_told(resource, address, namespace)
            added += observations
        made.append(Addressed(address, _quotes_inside(_unclaimed(resource))))
    if added:
        sections = _entries(composition, "section")
        told = any("text" in section for section in sections)
        composition = {**composition, "section": [*sections, _section(added, with_narrative=told)]}
    return composition, [*made, *added]


def together(resources: list[Resource], ids: list[str]) -> set[str]:
    """Put back what stands elsewhere, in resources without their marks, by the ids of their items.

    Gives the ids of those to leave out.
    """
    by_id = dict(zip(ids, resources, strict=True))
    patient = by_id.get("patient")
    gone: set[str] = set()
    for told in _TOLD:
        key = f"patient-{told.suffix}"
        extension = _extension(by_id.get(key, {}), told)
        if patient is not None and extension is not None:
            patient["extension"] = [*_entries(patient), extension]
            gone.add(key)
    composition = by_id.get("composition")
    if gone and composition is not None:
        composition["section"] = [s for s in _entries(composition, "section") if s.get("title") != _TITLE]
    for resource in resources:
        _quotes_outside(resource)
        if _is_retracted(resource) and "meta" not in resource and (profile := _profile_of(resource)) is not None:
            resource["meta"] = {"profile": [profile]}
    return gone


def moved(before: Resource, after: Resource) -> Iterator[tuple[Path, Path]]:
    """Where the extensions of a resource stand in the document; those that became observations are left out."""
    kept = _entries(after)
    host = _host(after)
    inside = [e for e in _entries(host or {}) if e.get("url") == DERIVATION]
    to: Path = ("code",) if after["resourceType"] == "AllergyIntolerance" else ("name", 0)
    started = len(_entries(host or {})) - len(inside)
    stay = quotes = 0
    for n, extension in enumerate(_entries(before)):
        if stay < len(kept) and canonical(kept[stay]) == canonical(extension):
            yield ("extension", n), ("extension", stay)
            stay += 1
        elif extension.get("url") == DERIVATION:
            yield ("extension", n), (*to, "extension", started + quotes)
            quotes += 1


def told_at(namespace: str) -> dict[str, str]:
    """The addresses of the observations that a document adds, and the field of the patient that each tells."""
    suffixes = {Identity("Observation", ITEM, f"{namespace}/patient-{told.suffix}").address: told for told in _TOLD}
    return {address: told.suffix for address, told in suffixes.items()}


# --- race and ethnicity -----------------------------------------------------------------------------------------------


def _observation(patient: Resource, told: _Told, address: str, namespace: str) -> Addressed | None:
    extension = next((e for e in _entries(patient) if e.get("url") == told.url), {})
    codings = [part.get("valueCoding") for part in _entries(extension) if part.get("url") == "ombCategory"]
    texts = [part.get("valueString") for part in _entries(extension) if part.get("url") == "text"]
    if len(texts) != 1 or len(codings) + 1 != len(_entries(extension)) or not isinstance(texts[0], str):
        return None
    concept: Resource = {"coding": codings} if codings else {}
    concept["text"] = texts[0]
    made: Resource = {"resourceType": "Observation", "status": "final"}
    made["category"] = [OBSERVATION_CATEGORY.concept("social-history")]
    made |= {"code": {"text": told.name}, "subject": {"reference": address}, "valueCodeableConcept": concept}
    identity = Identity("Observation", ITEM, f"{namespace}/patient-{told.suffix}")
    mark(made, identity)
    return Addressed(identity.address, made)


def _extension(observation: Resource, told: _Told) -> Resource | None:
    concept = observation.get("valueCodeableConcept")
    if not isinstance(concept, dict) or not isinstance(concept.get("text"), str):
        return None
    parts = [{"url": "ombCategory", "valueCoding": coding} for coding in _entries(concept, "coding")]
    return {"url": told.url, "extension": [*parts, {"url": "text", "valueString": concept["text"]}]}


def _without_told(patient: Resource, address: str, namespace: str) -> tuple[Resource, list[Addressed]]:
    """The patient without what becomes observations, and these; what `together` would put elsewhere stays."""
    observations = {told: _observation(patient, told, address, namespace) for told in _TOLD}
    moved = {told: one for told, one in observations.items() if one is not None}
    urls = [told.url for told in moved]
    kept = [e for e in _entries(patient) if e.get("url") not in urls]
    back = [_extension(one.resource, told) for told, one in moved.items()]
    if canonical([*kept, *back]) != canonical(_entries(patient)):
        return patient, []
    return _with_extensions(patient, kept), list(moved.values())


def _section(added: list[Addressed], *, with_narrative: bool) -> Resource:
    """The section that leads to what was added; with a narrative where the others have one."""
    lines = [f"{r['code']['text']}: {escape(r['valueCodeableConcept']['text'])}" for _, r in added]
    items = "".join(f"<li>{line}</li>" for line in lines)
    narrative = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'}
    return {
        "title": _TITLE,
        "code": {"coding": [{"system": "http://loinc.org", "code": SECTION}]},
        **({"text": narrative} if with_narrative else {}),
        "entry": [{"reference": address} for address, _ in added],
    }


# --- what was entered in error ----------------------------------------------------------------------------------------

_RESULTS = {
    "DiagnosticReport": IPS + "DiagnosticReport-uv-ips",
    "ImagingStudy": IPS + "ImagingStudy-uv-ips",
    "laboratory": IPS + "Observation-results-laboratory-pathology-uv-ips",
    "imaging": IPS + "Observation-results-radiology-uv-ips",
}
"""The profiles that allow no result that was entered in error, by type, and of observations by category."""


def _is_retracted(resource: Resource) -> bool:
    return resource.get("status") == "entered-in-error"


def _profile_of(resource: Resource) -> str | None:
    """The profile that the resource would claim."""
    if resource["resourceType"] != "Observation":
        return _RESULTS.get(resource["resourceType"])
    codes = [coding.get("code") for held in _entries(resource, "category") for coding in _entries(held, "coding")]
    if "laboratory" in codes:
        return _RESULTS["laboratory"]
    return _RESULTS["imaging"] if "imaging" in codes and "derivedFrom" in resource else None


def _unclaimed(resource: Resource) -> Resource:
    """The resource without its claim to be a result, where it is none."""
    if not _is_retracted(resource) or resource.get("meta") != {"profile": [_profile_of(resource)]}:
        return resource
    return {name: value for name, value in resource.items() if name != "meta"}


# --- quotes -----------------------------------------------------------------------------------------------------------


def _host(resource: Resource) -> Resource | None:
    """The element inside that takes the quotes: one that the profile requires, and that is no primitive."""
    if resource["resourceType"] == "AllergyIntolerance":
        found = resource.get("code")
    else:
        names = resource.get("name")
        found = names[0] if resource["resourceType"] == "Patient" and isinstance(names, list) and names else None
    return found if isinstance(found, dict) and isinstance(found.get("extension", []), list) else None


def _quotes_inside(resource: Resource) -> Resource:
    host = _host(resource)
    quotes = [e for e in _entries(resource) if e.get("url") == DERIVATION]
    if host is None or not quotes:
        return resource
    kept = [e for e in resource["extension"] if e.get("url") != DERIVATION]
    if canonical([*quotes, *kept]) != canonical(resource["extension"]):
        return resource  # they would be put back in another order
    made = _with_extensions(resource, kept)
    hosting = {**host, "extension": [*host.get("extension", ()), *quotes]}
    if resource["resourceType"] == "AllergyIntolerance":
        return {**made, "code": hosting}
    return {**made, "name": [hosting, *resource["name"][1:]]}


def _quotes_outside(resource: Resource) -> None:
    host = _host(resource) if resource["resourceType"] in ("Patient", "AllergyIntolerance") else None
    quotes = [e for e in _entries(host or {}) if e.get("url") == DERIVATION]
    if host is None or not quotes or not isinstance(resource.get("extension", []), list):
        return
    hosting = _with_extensions(host, [e for e in host["extension"] if e.get("url") != DERIVATION])
    if resource["resourceType"] == "AllergyIntolerance":
        resource["code"] = hosting
    else:
        resource["name"] = [hosting, *resource["name"][1:]]
    resource["extension"] = [*quotes, *resource.get("extension", ())]


def _entries(holder: Resource, name: str = "extension") -> list[Resource]:
    """The entries of a list that can be looked into; none where it is no such list."""
    held = holder.get(name)
    return held if isinstance(held, list) and all(isinstance(one, dict) for one in held) else []


def _with_extensions(holder: Resource, extensions: list[Json]) -> Resource:
    made = {name: value for name, value in holder.items() if name != "extension"}
    return {**made, "extension": extensions} if extensions else made
