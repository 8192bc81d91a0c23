"""Giving a bundle back as it came: its type, order, addresses, requests, and whatever else stood around its resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fhir_case.bundle.index import Index, Indexed
from fhir_case.case.envelope import Envelope
from fhir_case.case.model import PATIENT
from fhir_case.json import Json, copied
from fhir_case.lens import Context


def came_addresses(envelope: Envelope, index: Index) -> Context:
    """The context that writes references as they were written in the bundle."""
    addresses: dict[str, str] = {}
    for came in envelope.entries:
        indexed = index.by_id.get(came.item or "")
        if indexed is None:
            continue
        addresses[indexed.id] = address_of(indexed.type, came.id, came.entry.get("fullUrl"), envelope.relative) or (
            indexed.address
        )
    addresses |= {one.id: one.address for one in index.by_id.values() if one.id not in addresses}
    if envelope.patient is not None:
        addresses[PATIENT] = envelope.patient
    return index.context(addresses, spelled=True)


def address_of(type: str, id: str | None, full_url: Any, relative: bool) -> str | None:
    """How the bundle's references name an entry."""
    if relative or not isinstance(full_url, str):
        return f"{type}/{id}" if id else full_url if isinstance(full_url, str) else None
    return full_url


def order_of(envelope: Envelope, built: Iterable[str]) -> list[str | None]:
    """Which item each entry of the bundle given back is of; None for an entry without a resource."""
    left = dict.fromkeys(built)
    came = [one.item for one in envelope.entries if one.item is None or one.item in left]
    return [*came, *(item for item in left if item not in came)]


def given_back(envelope: Envelope, built: dict[str, tuple[Indexed, dict[str, Json]]]) -> dict[str, Json]:
    """The bundle with its entries in their old order; what was added to the case since comes last. `built` have their ids."""
    entries: list[Json] = []
    left = dict(built)
    for came in envelope.entries:
        entry = copied(came.entry)
        if came.item is not None:
            if came.item not in left:
                continue  # the item was deleted
            _, resource = left.pop(came.item)
            entry["resource"] = resource
        entries.append(entry)
    for indexed, resource in left.values():
        entries.append({"fullUrl": indexed.address, "resource": resource})
    bundle: dict[str, Json] = copied(envelope.bundle)
    if entries or "entry" in bundle:
        bundle["entry"] = entries
    return bundle
