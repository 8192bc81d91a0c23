"""From an issue of a bundle to the line of the case file that the value came from.

Validation knows resources and no cases. So the way back is gone here, by what already says which field is which element:
`Build.origins` leads from an entry to its item, the lines of the item's mapping from an element to its field, and the
positions of the file from there to line and column. Where a line writes what no field states, the item is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhir_case.bundle.identity import ITEM
from fhir_case.bundle.index import COMPOSITION, PROVENANCE
from fhir_case.case.loading import document_of
from fhir_case.case.positions import Path as Keys
from fhir_case.case.positions import Positions
from fhir_case.issues import CaseError, Issue, Place, Report
from fhir_case.lens import Mapping

if TYPE_CHECKING:
    from fhir_case.api.case import Case
    from fhir_case.api.validation import Validator
    from fhir_case.bundle.build import Build
    from fhir_case.bundle.registry import Mappings
    from fhir_case.lens import Line

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\](?:\.resource\.?(.*))?", re.S)
_STEP = re.compile(r"\.?([A-Za-z_]\w*)(?:\.ofType\((\w+)\))?(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a path: `value.ofType(Quantity)`, `coding[0]`."""

    name: str
    kind: str
    index: int | None

    @property
    def keys(self) -> Keys:
        """The step in JSON."""
        key = self.name + self.kind[:1].upper() + self.kind[1:]
        return (key,) if self.index is None else (key, self.index)


def validated(case: Case, build: Build, validator: Validator, file: Path) -> Report:
    """The issues of a case's bundle, each with the place in the case file that its value came from."""
    from fhir_case.bundle.registry import installed

    report = Report(tuple(one for one in validator.validate(build.bundle, name=str(file)).issues if not _is_ours(one)))
    if not report.issues:
        return report
    try:
        positions = document_of(file).positions
    except CaseError:  # it has changed since it was read
        return report
    return traced(report, case, build, positions, installed())


def found_in(file: Path, case: Case, issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """The issues about entries of a case's transaction, each with the place in the file that its value came from."""
    from fhir_case.bundle.registry import installed

    if not issues:
        return ()
    try:
        positions = document_of(file).positions
    except CaseError:
        return tuple(issues)
    return traced(Report(tuple(issues)), case, case.build("transaction"), positions, installed()).issues


def _is_ours(issue: Issue) -> bool:
    """Our own mark on a resource, whose codes we know, having made them."""
    return issue.code == "code-system-unknown" and issue.value == ITEM


def traced(report: Report, case: Case, build: Build, positions: Positions, mappings: Mappings) -> Report:
    """The report with the origin of each issue; that of what no item states is the file alone."""
    parents = {entry.id: entry.parent for entry in case.entries() if entry.parent}
    entries = build.bundle.get("entry", [])

    def origin(issue: Issue) -> Place:
        found = _ENTRY.match(issue.path)
        entry = entries[int(found[1])] if found and int(found[1]) < len(entries) else {}
        name = build.origins.get(entry.get("fullUrl", ""), "")
        if not found or not name:
            return Place(positions.file)
        steps = [_Step(one[1], one[2] or "", int(one[3]) if one[3] else None) for one in _STEP.finditer(found[2] or "")]
        return _place(positions, _keys(case, name, parents, entry.get("resource", {}), steps, positions, mappings))

    return Report(tuple(replace(issue, origin=origin(issue)) for issue in report.issues))


def _keys(
    case: Case, name: str, parents: dict[str, str], resource: Any, steps: list[_Step], positions: Positions,
    mappings: Mappings,
) -> Keys:  # fmt: skip
    """The way through the case file to the field of the item `name` that the element is written from."""
    from fhir_case.mappings.document import COMPOSITION as HEADER

    section, _, key = name.rpartition(".")
    if section == "resources":
        return ("resources", key, *(one for step in steps for one in step.keys))
    if name in (COMPOSITION, PROVENANCE):
        line = next((one for one in HEADER.lines if steps and one.key == steps[0].name and one.field), None)
        field = line.fields[0] if line else ""
        return next((keys for keys in ((field,), ("source", field)) if _is_there(positions, keys)), ())
    item = next((one.item for one in case.entries() if one.id == key), None)
    if section == "imaging.findings":
        at: Keys = ("imaging", parents.get(key, ""), "findings", key)
    else:
        at = (*section.split("."), key) if section else (key,)
    return _field(mappings.of_kind(section or key), item, resource, steps, at, positions)


def _field(mapping: Mapping, item: Any, node: Any, steps: Sequence[_Step], at: Keys, positions: Positions) -> Keys:
    """The way to the field of an item (or part of one) that an element of `node` is written from; `at` where none is."""
    if not steps:
        return at
    step, rest = steps[0], steps[1:]
    held = node.get(step.name) if isinstance(node, dict) else None
    for line in mapping.lines:
        if line.key not in (step.name, step.keys[0]) or (index := _index(line, held, step.index)) == -1:
            continue
        for field in line.fields:
            keys = (*at, field)
            if not _is_there(positions, keys):
                continue
            value = attrgetter(field)(item)
            if isinstance(value, list):
                if index is None or index >= len(value):
                    return keys
                value = value[index]
                keys = (*keys, index) if _is_there(positions, (*keys, index)) else keys
            inner = getattr(line.put, "__self__", None)  # a part's line writes with the part's mapping
            below = held[step.index] if isinstance(held, list) and step.index is not None else held
            if isinstance(inner, Mapping):
                return _field(inner, value, below, rest, keys, positions)
            return _part(keys, rest, positions)
    kept = (*at, "remainder", *(one for step in steps for one in step.keys))
    return kept if _is_there(positions, kept[: len(at) + 2]) else at


def _part(field: Keys, steps: Sequence[_Step], positions: Positions) -> Keys:
    """The part of a value that an element is written from: one of several codes, the text beside them, a unit."""
    if not steps:
        return field
    name, index = steps[0].name, steps[0].index
    parts: tuple[Keys, ...] = (("codes", index), (index,)) if name == "coding" and index is not None else ((name,),)
    return next((keys for part in parts if _is_there(positions, keys := (*field, *part))), field)


def _index(line: Line, held: Any, index: int | None) -> int | None:
    """Which value of a line's field an entry of a list is; None for no list, -1 where the entry is another line's."""
    if line.claims is None or index is None or not isinstance(held, list) or index >= len(held):
        return index
    if not line.claims(held[index]):
        return -1
    return sum(1 for one in held[:index] if line.claims(one))


def _is_there(positions: Positions, keys: Keys) -> bool:
    return positions.spot(keys)[1] == len(keys)


def _place(positions: Positions, keys: Keys) -> Place:
    """Where a value stands; of what has several values in it, where its key does."""
    if not keys:
        return Place(positions.file)
    spot, _ = positions.spot(keys)
    return positions.value(keys) if spot.inside is None else positions.key(keys)
