"""Home: from what a server holds to what was sent to it. Pure; `pull` brings the resources.

What a server owns leaves the resources for `origin`, which is kept beside the case and is no part of equality: ids,
versions, times, addresses. References between the resources become their bundle's own again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fhir_case.bundle.identity import marked
from fhir_case.bundle.references import rewrite
from fhir_case.delivery.places import local, place
from fhir_case.issues import Issue
from fhir_case.json import Json

_META = frozenset({"id", "extension", "profile", "security", "tag"})
"""What of `meta` the sender may state: https://hl7.org/fhir/R4/resource.html#Meta. The rest is the server's: versionId,
lastUpdated, and names that FHIR doesn't have (Medplum's `project`, `author`, `compartment`)."""


WITHDRAWN = "urn:fhir-case:withdrawn"
"""The extension of a resource of ours that was taken back, since its case has it no more; a tag would outlive an update."""


@dataclass(frozen=True, slots=True)
class Home:
    """What came home: a `collection` Bundle, entries by fullUrl; where it all was; and what was odd about it."""

    bundle: dict[str, Json]
    origin: dict[str, Json]
    """`base`, `patient` (`Patient/1`) and `resources`: fullUrl to `reference`, `versionId`, `lastUpdated`, `source`."""
    issues: tuple[Issue, ...] = ()


def home(entries: Iterable[dict[str, Json]], base: str) -> Home:
    """The resources of pulled entries as they were sent.

    Each entry's `fullUrl` is the address of its mark, else its place on the server, absolute. Resources lose `id` and
    what of `meta` the server wrote (the mark stays). References between them, however written, name their fullUrls;
    those that lead out of them are made absolute. The patient of `origin` is the first that the entries hold.
    """
    issues: list[Issue] = []
    addresses: dict[str, str] = {}
    holders: dict[str, str] = {}
    resources: dict[str, dict[str, Json]] = {}
    for entry in entries:
        resource = entry["resource"]
        where = place(resource)
        if where is None:
            issues.append(Issue("home-no-id", "the server gave a resource without an id; it is left out", "warning"))
            continue
        if where in resources:
            continue
        identity = marked(resource)
        if identity and is_withdrawn(resource):
            message = "this was taken back earlier, being no longer in its case; it is left out"
            issues.append(Issue("home-withdrawn", message, "information", where))
            continue
        address = identity.address if identity else f"{base}/{where}"
        if address in holders:
            issues.append(
                Issue(
                    "home-twice",
                    f"{holders[address]} and {where} carry the mark of one and the same item; {where} keeps the "
                    "address it has on the server",
                    "warning",
                    fix="delete one of the two on the server",
                )
            )
            address = f"{base}/{where}"
        holders[address] = where
        addresses[where], resources[where] = address, resource

    to, in_text = toward(addresses, base)
    made = {addresses[where]: rewrite(bare(resource), to, in_text) for where, resource in resources.items()}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": address, "resource": made[address]} for address in sorted(made)],
    }
    patient = next((where for where in resources if where.startswith("Patient/")), None)
    origin = {
        "base": base,
        **({"patient": patient} if patient else {}),
        "resources": {addresses[where]: _origin(where, resources[where]) for where in sorted(resources)},
    }
    return Home(bundle, origin, tuple(issues))


def is_withdrawn(resource: dict[str, Json]) -> bool:
    """Whether it says that it was taken back."""
    held = resource.get("extension")
    return (
        any(isinstance(one, dict) and one.get("url") == WITHDRAWN for one in held) if isinstance(held, list) else False
    )


def toward(addresses: dict[str, str], base: str) -> tuple[Callable[[str], str | None], Callable[[str], str | None]]:
    """Two mappings for `rewrite`: places on the server to `addresses`; the first makes other local places absolute.

    The second is for running text, where what is no known place stays as it was written.
    """

    def known(address: str) -> str | None:
        found = local(address, base)
        return addresses[found[0]] + found[1] if found and found[0] in addresses else None

    def to(address: str) -> str | None:
        found = local(address, base)
        if found is None:
            return None
        if found[0] in addresses:
            return addresses[found[0]] + found[1]
        return None if address.startswith(base + "/") else f"{base}/{address}"

    return to, known


def bare(resource: dict[str, Json]) -> dict[str, Json]:
    """The resource without what a server writes: `id`, and of `meta` all but what a sender states."""
    made = {name: value for name, value in resource.items() if name != "id"}
    meta = resource.get("meta")
    if isinstance(meta, dict):
        kept = {name: value for name, value in meta.items() if name.lstrip("_") in _META}
        # HAPI appends `#request` to a stated source, and writes that alone where none was stated.
        source = str(meta.get("source") or "").partition("#")[0]
        if source:
            kept["source"] = source
        made["meta"] = kept
        if not kept:
            del made["meta"]
    return made


def _origin(where: str, resource: dict[str, Json]) -> dict[str, Json]:
    meta = resource.get("meta") or {}
    stated = {name: meta[name] for name in ("versionId", "lastUpdated", "source") if name in meta}
    return {"reference": where, **stated}
