"""Slices: said before they are used, not redefined, and told apart by what exists (https://hl7.org/fhir/R4/profiling.html#slicing)."""

from __future__ import annotations

from fhir_case.validation.conformance.expressions import problem
from fhir_case.validation.conformance.reading import below, numbered, objects, text
from fhir_case.validation.conformance.structure import Structure, codes
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_UNSAID = ("extension", "modifierExtension")
"""Elements that are sliced without anyone saying so."""


def check_slicing(structure: Structure, element: Node, part: str, at: At, run: Run) -> None:
    """The slicing of one element: allowed there, its discriminators able to find something."""
    slicing, path = element.get("slicing"), text(element, "path")
    if not isinstance(slicing, dict):
        return
    place = below(at, "slicing")
    if "." not in path and part == "differential":
        run.say("definition-slicing", at, "the root of a profile can't be sliced")
    in_type = _in_type(path, run)
    if in_type is not None and in_type.get("max") == "1" and "[x]" not in path:
        run.say("definition-slicing", place, f"{path} can't be sliced: it does not repeat, and has one type")
    for index, one in numbered(slicing, "discriminator"):
        here = below(place, "discriminator", index)
        if one.get("type") == "pattern":
            run.say("definition-discriminator", here, "R5 has no discriminator `pattern`: `value` means the same", "information",
                    "value")  # fmt: skip
        expression = text(one, "path")
        if expression and in_type is not None:
            wrong = problem(expression, _types(structure, element, path))
            if wrong:
                run.say("definition-discriminator", here, f"can't be the path of a discriminator of {path}: {wrong}",
                        value=expression)  # fmt: skip


def _in_type(path: str, run: Run) -> Node | None:
    """The element at this path in the type itself."""
    definition = run.checks.definitions.type(path.partition(".")[0])
    found = (one for one in objects((definition or {}).get("snapshot"), "element") if one.get("path") == path)
    return next(found, None)


def _types(structure: Structure, element: Node, path: str) -> list[str]:
    own = codes(element) or structure.types(element)
    return [path if one in ("BackboneElement", "Element") else one for one in own]


def check_slices(structure: Structure, at: At, run: Run) -> None:
    """The slices of the differential: of an element with a slicing, which they leave as it is."""
    part = "differential" if objects(structure.definition.get("differential"), "element") else "snapshot"
    slicings = _slicings(structure)
    for index, one in numbered(structure.definition.get(part), "element"):
        path, own, name = text(one, "path"), one.get("slicing"), text(one, "sliceName")
        here = below(below(at, part), "element", index)
        if not name:
            if isinstance(own, dict):
                slicings.setdefault(path, own)
        elif path not in slicings:
            if path.rpartition(".")[2] not in _UNSAID and not _is_choice(structure, path):
                told = f"the slice {name[:80]} has no slicing: the element itself says how its slices are told apart"
                run.say("definition-slicing", _in_snapshot(structure, one, at) or here, told, value=name)
        elif isinstance(own, dict) and _told(own) - _told(slicings[path]) and not _reslices(structure, one, part):
            told = f"the slice {name[:80]} says again, and otherwise, how the slices of {path} are told apart"
            run.say("definition-slicing", below(here, "slicing"), told, value=name)


def _slicings(structure: Structure) -> dict[str, Node]:
    """How the elements of the base, and those of the profile itself, are sliced."""
    found: dict[str, Node] = {}
    for one in (*objects(structure.base.get("snapshot"), "element"), *structure.elements):
        if isinstance(one.get("slicing"), dict) and "sliceName" not in one:
            found.setdefault(text(one, "path"), one["slicing"])
    return found


def _in_snapshot(structure: Structure, element: Node, at: At) -> At | None:
    """The place of an element of the differential in the snapshot that is there, as HL7's tools name it."""
    for index, one in numbered(structure.definition.get("snapshot"), "element"):
        if one.get("id") == element.get("id"):
            return below(below(at, "snapshot"), "element", index)
    return None


def _is_choice(structure: Structure, path: str) -> bool:
    """A choice element is sliced by its types without anyone saying so."""
    if path.endswith("[x]"):
        return True
    head, _, last = path.rpartition(".")
    stems = [
        text(one, "path")
        for one in objects(structure.base.get("snapshot"), "element")
        if text(one, "path").endswith("[x]")
    ]
    return any(one.rpartition(".")[0] == head and last.startswith(one.rpartition(".")[2][:-3]) for one in stems)


def _told(slicing: Node) -> set[tuple[str, str]]:
    return {(text(one, "type"), text(one, "path")) for one in objects(slicing, "discriminator")}


def _reslices(structure: Structure, element: Node, part: str) -> bool:
    """Whether the slice is itself divided (`a/b`), for which it has a slicing of its own."""
    inner = f"{text(element, 'sliceName')}/"
    return any(
        one.get("path") == element.get("path") and text(one, "sliceName").startswith(inner)
        for one in objects(structure.definition.get(part), "element")
    )
