"""Ids of elements: each once in a resource (https://hl7.org/fhir/R4/element.html#id)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.places import At, path_of
from fhir_case.validation.run import Run

_SNAPSHOT = "StructureDefinition.snapshot"


def check_element_id(value: Any, at: At, run: Run) -> None:
    """The id of an element is that of no other one of the resource; a snapshot and a differential name the same elements."""
    if type(value) is not str:
        return
    snapshot, place = False, at[0]
    while place is not None and not snapshot:
        place, step, _ = place
        snapshot = step.element == _SNAPSHOT
    here = path_of(at)
    other = run.shared.element_ids.setdefault((id(run.resource), snapshot, value), here)
    if other != here:
        run.say("element-id-twice", at, f"another element has this id: {other.removesuffix('.id')}", value=value)
