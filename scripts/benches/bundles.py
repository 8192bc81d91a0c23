"""Bundles of any size whose entries refer to one another: a patient of Synthea, over and over, under ids of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_TAKEN = frozenset(
    """
    Patient Organization Practitioner Encounter Condition Observation Procedure DiagnosticReport MedicationRequest
    Immunization CarePlan CareTeam
    """.split()
)


def bundle(synthea: Path, many: int) -> str:
    """A collection of that many entries as text: urn:uuid references within each copy, as Synthea writes them."""
    pool = [_plain(entry) for entry in json.loads(synthea.read_text("utf-8"))["entry"]]
    pool = [entry for entry in pool if entry["resource"]["resourceType"] in _TAKEN]
    text = json.dumps(pool)
    ids = [entry["resource"]["id"] for entry in pool]
    entries: list[Any] = []
    while len(entries) < many:
        copy = text
        for id in ids:
            copy = copy.replace(id, f"{len(entries):08x}{id[8:]}")
        entries += json.loads(copy)
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries[:many]})


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """Without what belongs to a transaction and to US Core, which is not loaded."""
    entry["resource"].pop("meta", None)
    return {"fullUrl": entry["fullUrl"], "resource": entry["resource"]}
