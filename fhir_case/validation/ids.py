"""Ids of elements: each once in a resource (https://hl7.org/fhir/R4/element.html#id)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.places import At
from fhir_case.validation.run import Run

_SNAPSHOT = "StructureDefinition.snapshot"


def check_element_id(value: Any, at: At, run: Run) -> None:
    """The id of an element is that of no other one of the resource; a snapshot and a differential name the same elements."""
    if type(value) is not str:
        return
    snapshot, resources = False, run.checks.definitions.resources
    place = at[0]
    while place is not None and place[1].kind not in resources:
        snapshot = snapshot or place[1].element == _SNAPSHOT
        place = place[0]
    other = run.shared.element_ids.setdefault((id(run.resource), snapshot, value), at)
    if other is not at and (way := _way(other, run)) != _way(at, run):
        run.say("element-id-twice", at, f"another element of the resource has this id: {way}", value=value)


def _way(at: At, run: Run) -> str:
    """The keys from the resource to the element that has the id."""
    way, place = "", at[0]
    while place is not None and place[1].kind not in run.checks.definitions.resources:
        place, step, index = place
        way = f".{step.key}{'' if index is None else f'[{index}]'}{way}"
    return way[1:]
